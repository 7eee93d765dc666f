"""Messages in hand, whose letters have ends, in; poison copies and acknowledgements out."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..model.semconv import POISONED, PUT_BACK
from ..shared import messages
from ..shared.errors import QueueUnavailableError
from ..shared.health import Health
from ..shared.queues.base import Queue
from . import poison
from .hand import Hand, Held
from .pauses import all_of
from .poison import Poisoned
from .settle import Settlement, put_off, settle, settle_unread

PUTS_AT_ONCE = 16
POISON_PATIENCE = timedelta(seconds=60)
ADVICE = "create the poison queue, or let the worker write there: see `doctor`"

log = logging.getLogger(__name__)


class Settler:
    """Does in the queues what `settle` says; what cannot be done now stays in hand."""

    def __init__(
        self,
        hand: Hand,
        queue: Queue,
        poison_queue: Queue,
        now: Callable[[], datetime],
        health: Health,
    ) -> None:
        self._hand = hand
        self._queue = queue
        self._poison_queue = poison_queue
        self._now = now
        self._health = health
        self._no_poison_since: datetime | None = None
        self._told_at: datetime | None = None

    async def split(self, held: Held) -> None:
        """Put each event of a message that comes again and again as a message of its own.

        Whatever it is that ends its readers, or takes them too long: it is in one of them then.
        Where that cannot be done, it is tried whole.
        """
        held.is_suspect = False
        bodies = [self._encode([letter.event]) for letter in held.letters]
        for first in range(0, len(bodies), PUTS_AT_ONCE):
            await all_of(map(self._queue.put, bodies[first : first + PUTS_AT_ONCE]))
        await self._hand.delete([held])
        log.info("split", extra={"message_id": held.message.id, "events": len(held.letters)})

    async def give_back(self) -> None:
        """Leave what is in hand to whoever comes next: at first, and at once, what is as it came.

        Raises:
            QueueUnavailableError: some of it is still in hand.
        """
        reason = "the worker stops"
        await self._release([held for held in self._hand.held if held.is_untouched], 0, reason)
        await self.settle(self._hand.held)
        await self._release(self._hand.held, 0, reason)  # what could not be settled

    async def settle(self, many: Sequence[Held]) -> list[QueueUnavailableError]:
        """Settle each; what went wrong with those that are still in hand.

        The copies come first: a crash in between leaves one too many, never none.
        """
        troubles = await self._put_copies([held for held in many if self._decide(held).poison])
        decided = [(held, self._decide(held)) for held in many]
        ready = [pair for pair in decided if not pair[1].poison]
        over = [held for held, settlement in ready if settlement.is_over]
        troubles += await _troubles_of(self._hand.delete(over))
        for seconds in sorted({settlement.delay_seconds for _, settlement in ready}):
            back = [h for h, one in ready if one.left is None and one.delay_seconds == seconds]
            troubles += await _troubles_of(self._release(back, seconds))
        smaller = [(held, settlement) for held, settlement in ready if settlement.left]
        ends = await all_of(_troubles_of(self._replace(*pair)) for pair in smaller)
        return troubles + [trouble for end in ends for trouble in end]

    def _decide(self, held: Held) -> Settlement:
        """Once: what is done of it is not done again because the rest could not be."""
        held.settlement = held.settlement or _settlement(held, self._now())
        return held.settlement

    async def _put_copies(self, many: Sequence[Held]) -> list[QueueUnavailableError]:
        """Where that is impossible for long, it is put off; what keeps messages in hand."""
        ends = await all_of(_troubles_of(self._copy(self._decide(held))) for held in many)
        troubles = [trouble for end in ends for trouble in end]
        if not troubles:
            self._no_poison_since = None if many else self._no_poison_since
            return []
        now = self._now()
        self._no_poison_since = self._no_poison_since or now
        if now - self._no_poison_since < POISON_PATIENCE:
            return troubles
        self._tell_of_no_poison(troubles[0], now)
        for held in many:
            settlement = self._decide(held)
            held.settlement = put_off(settlement) if settlement.poison else settlement
        return []

    async def _copy(self, settlement: Settlement) -> None:
        while settlement.poison:
            poisoned = settlement.poison[0]
            await self._poison_queue.put(poison.encode(poisoned))
            del settlement.poison[0]
            self._health.count(POISONED, max(1, len(poisoned.deliveries)))
            log.error("poisoned", extra=_keys(poisoned))

    def _tell_of_no_poison(self, trouble: Exception, now: datetime) -> None:
        if self._told_at and now - self._told_at < POISON_PATIENCE:
            return
        self._told_at = now
        keys = {"reason": str(trouble), "advice": ADVICE}
        log.error("poison has nowhere to go", extra=keys)

    async def _release(self, back: Sequence[Held], delay_seconds: float, reason: str = "") -> None:
        if not back:
            return
        await self._hand.release(back, delay_seconds)
        self._health.count(PUT_BACK, sum(max(1, len(held.letters)) for held in back))
        keys = {"messages": len(back), "seconds": delay_seconds}
        log.info("put back", extra={**keys, "reason": reason or _reason(back[0])})

    async def _replace(self, held: Held, settlement: Settlement) -> None:
        left, seconds = settlement.left or (), settlement.delay_seconds
        await self._hand.replace(held, self._encode(left), seconds)
        self._health.count(PUT_BACK, len(left))
        keys = {"message_id": held.message.id, "seconds": seconds}
        log.info("put back", extra={**keys, "reason": _reason(held)})

    def _encode(self, events: Sequence[messages.Event]) -> bytes:
        return messages.encode(events, self._queue.max_message_bytes)


def _settlement(held: Held, now: datetime) -> Settlement:
    if held.error:
        return settle_unread(held.message, held.error, now)
    return settle(held.message, held.letters, now)


def _reason(held: Held) -> str:
    """What went wrong with the first that something went wrong with."""
    ends = (letter.end for letter in held.letters)
    errors = (end.error for end in ends if end and end.error)
    return str(held.error or next(errors, "the worker stops"))


def _keys(poisoned: Poisoned) -> dict[str, object]:
    return {
        "message_id": poisoned.message_id,
        "deliveries": list(poisoned.deliveries),
        "reason": f"{poisoned.reason}: {poisoned.error}",
    }


async def _troubles_of(call: Coroutine[Any, Any, None]) -> list[QueueUnavailableError]:
    """What the call raises, if anything."""
    try:
        await call
    except QueueUnavailableError as exc:
        return [exc]
    return []
