"""Messages in hand, whose letters have ends, in; poison copies and acknowledgements out."""

import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any

from ..model.semconv import POISONED, PUT_BACK
from ..shared import messages
from ..shared.errors import QueueUnavailableError
from ..shared.health import Health
from ..shared.queues.base import Queue
from . import poison
from .hand import Hand, Held
from .poison import Poisoned
from .settle import Settlement, settle, settle_unread

SPLIT_AT_DELIVERY = 3

log = logging.getLogger(__name__)


class Clerk:
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

    async def split(self, held: Held) -> None:
        """Put each event of a message that comes again and again as a message of its own.

        Whatever it is that ends its readers, or takes them too long: it is in one of them then.
        """
        if held.message.dequeue_count < SPLIT_AT_DELIVERY or len(held.letters) <= 1:
            return
        for letter in held.letters:
            await self._queue.put(self._encode([letter.event]))
        await self._hand.delete([held])
        log.info("split", extra={"message_id": held.message.id, "events": len(held.letters)})

    async def settle(self, many: Sequence[Held]) -> list[QueueUnavailableError]:
        """Settle each; what went wrong with those that are still in hand."""
        now = self._now()
        settlements = [(held, _settlement(held, now)) for held in many]
        over = [held for held, settlement in settlements if settlement.is_over]
        troubles = [await _trouble_of(self._hand.delete(over))] if over else []
        for held, settlement in settlements:
            if not settlement.is_over:
                troubles.append(await _trouble_of(self._carry_out(held, settlement)))
        return [trouble for trouble in troubles if trouble]

    async def _carry_out(self, held: Held, settlement: Settlement) -> None:
        """The copies first: a crash in between leaves one too many, never none."""
        for poisoned in settlement.poison:
            await self._poison_queue.put(poison.encode(poisoned))
            self._health.count(POISONED, max(1, len(poisoned.deliveries)))
            log.error("poisoned", extra=_keys(poisoned))
        left, delay_seconds = settlement.left, settlement.delay_seconds
        if left is None:
            await self._hand.release([held], delay_seconds)
        elif left:
            await self._hand.replace(held, self._encode(left), delay_seconds)
        else:
            await self._hand.delete([held])
            return
        self._health.count(PUT_BACK, max(1, len(held.letters if left is None else left)))
        keys = {"message_id": held.message.id, "seconds": delay_seconds}
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


async def _trouble_of(call: Coroutine[Any, Any, None]) -> QueueUnavailableError | None:
    try:
        await call
    except QueueUnavailableError as exc:
        return exc
    return None
