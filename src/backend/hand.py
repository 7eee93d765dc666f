"""Messages taken from the queue in, their letters under leases that last out.

Whatever happens to a message in the queue goes through here, one call after the other: a renewal
under way would make the receipt void that an acknowledgement is about to use.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..shared.errors import QueueUnavailableError
from ..shared.queues.base import Message, Queue
from .batch import Letter, read_letters
from .settle import Settlement

SPLIT_AT_DELIVERY = 3

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Held:
    """A message in hand.

    Attributes:
        message: with the receipt that holds now.
        letters: its events.
        error: why it could not be read at all; it has no letters then.
        is_suspect: it came again and again, and one of its letters may be what ends its readers.
        settlement: what is still to be done with it in the queues, once that is decided.
    """

    message: Message
    letters: Sequence[Letter] = ()
    error: Exception | None = None
    is_suspect: bool = False
    settlement: Settlement | None = None

    @property
    def is_finished(self) -> bool:
        """Whether all its letters have come to their ends."""
        return all(letter.end for letter in self.letters)

    @property
    def is_untouched(self) -> bool:
        """Whether it can go back as it came, with nothing lost: none of its letters has an end."""
        return self.error is None and not any(letter.end for letter in self.letters)


def hold(message: Message, now: datetime) -> Held:
    """Read a message that was taken at this moment."""
    try:
        letters = read_letters(message.body, now)
    except Exception as exc:  # noqa: BLE001 -- whatever one message breaks, the others go on
        return Held(message, error=exc)
    is_suspect = message.dequeue_count >= SPLIT_AT_DELIVERY and len(letters) > 1
    return Held(message, letters, is_suspect=is_suspect)


class Hand:
    """The messages in hand and the line in which their letters wait."""

    def __init__(self, queue: Queue, lease_seconds: float) -> None:
        self._queue = queue
        self._lease_seconds = lease_seconds
        self._held: dict[str, Held] = {}
        self._line: list[tuple[Held, Letter]] = []
        self._calling = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._held)

    @property
    def held(self) -> list[Held]:
        """What is in hand."""
        return list(self._held.values())

    @property
    def suspect(self) -> Held | None:
        """One that is to be split before its letters are touched."""
        return next((held for held in self.held if held.is_suspect), None)

    def of(self, letter: Letter) -> Held | None:
        """The message that this letter came in; None where we do not hold it any more."""
        return next((held for held in self.held if letter in held.letters), None)

    async def take(self, most: int, now: datetime, *, first: bool = False) -> None:
        """Receive messages, at most so many; their letters join the line, at its end or head."""
        taken = await self._queue.receive(most, self._lease_seconds)
        new = [hold(message, now) for message in taken]
        self._held.update((held.message.id, held) for held in new)
        line = [(held, letter) for held in new for letter in held.letters]
        self._line = line + self._line if first else self._line + line

    def next(self, most: int) -> list[Letter]:
        """The first letters of the line that have no end yet; they go to its end."""
        waiting = [pair for pair in self._line if self._waits(*pair)]
        suspects = [pair for pair in waiting if pair[0].is_suspect]
        line = [pair for pair in waiting if not pair[0].is_suspect]
        self._line = suspects + line[most:] + line[:most]
        return [letter for _, letter in line[:most]]

    def _waits(self, held: Held, letter: Letter) -> bool:
        return letter.end is None and self._held.get(held.message.id) is held

    @property
    def oldest_enqueued_at(self) -> datetime | None:
        """When the oldest message in hand came into the queue."""
        return min((held.message.enqueued_at for held in self.held), default=None)

    async def delete(self, done: Sequence[Held]) -> None:
        """Acknowledge."""
        if not done:
            return
        async with self._calling:
            await self._queue.delete([held.message for held in done])
            self._drop(done)

    async def release(self, back: Sequence[Held], delay_seconds: float = 0) -> None:
        """Put back as they came."""
        if not back:
            return
        async with self._calling:
            await self._queue.release([held.message for held in back], delay_seconds)
            self._drop(back)

    async def replace(self, held: Held, body: bytes, delay_seconds: float) -> None:
        """Put back with another body; several of these may be under way at once."""
        async with self._calling:
            self._drop([held])  # what is not in hand is not renewed
        try:
            await self._queue.replace(held.message, body, delay_seconds)
        except QueueUnavailableError:
            self._held[held.message.id] = held
            raise

    def _drop(self, gone: Iterable[Held]) -> None:
        for held in gone:
            if self._held.get(held.message.id) is held:  # else it ran out, and came anew
                del self._held[held.message.id]

    def let_go(self) -> None:
        """Forget all; each comes back to somebody when its lease ends."""
        self._held.clear()

    async def keep_leases(self) -> None:
        """Renew, until cancelled: at a third of the lease, what was there a third before.

        So what is done with soon is never renewed, and no lease gets older than two thirds.
        """
        seen: set[Held] = set()
        while True:
            await asyncio.sleep(self._lease_seconds / 3)
            try:
                await self._renew(seen)
            except QueueUnavailableError as exc:
                log.warning("leases not renewed", extra={"reason": str(exc)})
            except Exception:
                log.exception("leases not renewed")
            seen = set(self.held)

    async def _renew(self, seen: set[Held]) -> None:
        async with self._calling:
            due = [held for held in self.held if held in seen]
            if not due:
                return
            messages = [held.message for held in due]
            renewed = await self._queue.renew(messages, self._lease_seconds)
            receipts = {message.id: message for message in renewed}
            for held in due:
                held.message = receipts.get(held.message.id, held.message)
            lost = [held for held in due if held.message.id not in receipts]
            self._drop(lost)
        if lost:
            log.warning("leases lost", extra={"messages": len(lost)})
