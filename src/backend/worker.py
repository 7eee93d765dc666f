"""Messages in, rows out, and only then the acknowledgement.

Round after round: fill the hand, take its letters through the pipeline, settle. Whatever breaks in
between leaves the messages in the queue.

A letter stays in hand, under a renewed lease, until its rows are out, or it fails while others
pass, or it has lacked something for so long that others should have its place. So while a service
is away no more is taken than fits into one hand, and nothing is handed back and forth.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from msgspec.structs import replace

from ..model.semconv import FAILED, LAG, PROCESSED
from ..shared.errors import QueueUnavailableError, TelemetryError
from ..shared.health import Health
from ..shared.queues.base import Queue
from .batch import Fate, Letter
from .clerk import Clerk
from .hand import Hand
from .judge import Verdict, Verdicts, end_of
from .pauses import first_of, growing
from .pipeline import Pipeline
from .sinks.base import Sink
from .state import State

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_RETRY_AFTER_SECONDS = 60.0
FIRST_WAIT_SECONDS = 0.1

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a worker takes at once and for how long, and how often it looks while idle."""

    messages_per_batch: int = 32
    lease_seconds: float = 300
    poll_seconds: float = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something in hand does not get on, and when to try again, where a sink said so."""

    reason: str
    retry_after_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Round:
    """What a round was: the messages in hand, the letters that came to an end, what went wrong."""

    messages: int
    ended: int
    trouble: Trouble | None


class Worker:
    """Moves messages from the queue to the sinks; what is no event of ours goes to `poison`."""

    def __init__(
        self,
        queue: Queue,
        poison: Queue,
        state: State,
        sinks: Sequence[Sink],
        pace: Pace,
        health: Health | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._queue = queue
        self._pace = pace
        self._now = now
        self._health = health or Health()
        self._hand = Hand(queue, pace.lease_seconds)
        self._clerk = Clerk(self._hand, queue, poison, now, self._health)
        self._pipeline = Pipeline(state, sinks, self._health)
        self._is_probing = False  # nothing gets through: try with one letter, not with all

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the round under way is finished, what is left is put back."""
        renewing = asyncio.create_task(self._hand.keep_leases())
        try:
            await self._go_round(stop)
        finally:
            renewing.cancel()
            await self.give_back()

    async def _go_round(self, stop: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        pauses, waits = self._new_pauses(), self._new_waits()
        while not stop.is_set():
            began = clock()
            done = await self._try_to_work()
            if done.ended:
                pauses = self._new_pauses()
            if done.messages:
                waits = self._new_waits()
            if done.trouble:
                await _pause(stop, done.trouble, next(pauses), clock() - began)
            elif not done.messages:
                await first_of(stop.wait(), self._wait(next(waits)))

    async def _try_to_work(self) -> Round:
        try:
            return await self.work()
        except Exception as exc:  # a bug of ours; the messages come back when their leases end
            log.exception("a round failed")
            self._hand.let_go()
            return Round(0, 0, Trouble(str(exc)))

    async def work(self) -> Round:
        """One round; what has no end after it is still in hand."""
        troubles = await self._fill()
        messages, now = len(self._hand), self._now()
        letters = self._hand.next(1 if self._is_probing else None)
        verdicts = await self._pipeline.process(letters, now) if letters else {}
        for letter, verdict in verdicts.items():
            self._end(letter, verdict, now)
        ended = sum(letter.end is not None for letter in letters)
        self._is_probing = bool(letters) and not ended
        troubles += [*_troubles(verdicts), *await self._settle()]
        return Round(messages, ended, max(troubles, key=_urgency, default=None))

    async def give_back(self) -> None:
        """Leave what is in hand to whoever comes next; at worst it waits for its leases to end."""
        await self._clerk.settle(self._hand.held)
        try:
            await self._hand.release(self._hand.held)  # what could not be settled goes as it came
        except QueueUnavailableError as exc:
            log.warning("not put back", extra={"reason": str(exc)})

    async def _fill(self) -> list[Trouble]:
        """Receive what there is room for. Newcomers show whether it is the others, or the world."""
        room = self._pace.messages_per_batch - len(self._hand)
        if room <= 0:
            return []
        try:
            new = await self._hand.take(room, self._now())
            self._is_probing = self._is_probing and not new
            for held in new:
                await self._clerk.split(held)
        except QueueUnavailableError as exc:
            return [Trouble(str(exc))]
        finally:
            self._health.oldest_enqueued_at = self._hand.oldest_enqueued_at
        return []

    async def _settle(self) -> list[Trouble]:
        finished = [held for held in self._hand.held if held.is_finished]
        troubles = await self._clerk.settle(finished)
        self._health.oldest_enqueued_at = self._hand.oldest_enqueued_at
        return [Trouble(str(trouble)) for trouble in troubles]

    def _end(self, letter: Letter, verdict: Verdict, now: datetime) -> None:
        """Write onto a letter what became of it, or when it went wrong."""
        letter.end = end_of(letter, verdict, now)
        if letter.end is None and verdict.may_pass:
            letter.lacked_at = now
        elif letter.end is None:
            letter.event = replace(letter.event, failed_at=now)
        elif letter.end.fate is Fate.DONE:
            self._health.count(PROCESSED)
            self._health.lasted(LAG, (self._now() - letter.event.received_at).total_seconds())
        elif letter.end.fate is Fate.FAILED:
            self._health.count(FAILED)
            _log_failure(letter, verdict.error)

    def _new_pauses(self) -> Iterator[float]:
        return growing(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)

    def _new_waits(self) -> Iterator[float]:
        return growing(FIRST_WAIT_SECONDS, self._pace.poll_seconds)

    async def _wait(self, seconds: float) -> None:
        try:
            await self._queue.wait(seconds)
        except QueueUnavailableError:
            await asyncio.sleep(seconds)  # the next round will say so


async def _pause(
    stop: asyncio.Event, trouble: Trouble, seconds: float, spent_seconds: float
) -> None:
    """Pause, less what the round took: one that hung for long has been a pause already."""
    least = max(FIRST_PAUSE_SECONDS, min(trouble.retry_after_seconds, LONGEST_RETRY_AFTER_SECONDS))
    log.warning("paused", extra={"reason": trouble.reason, "seconds": max(seconds, least)})
    await first_of(stop.wait(), asyncio.sleep(max(seconds - spent_seconds, least)))


def _troubles(verdicts: Verdicts) -> list[Trouble]:
    """What keeps letters in hand."""
    return [
        Trouble(str(verdict.error), verdict.retry_after_seconds or 0.0)
        for letter, verdict in verdicts.items()
        if letter.end is None
    ]


def _urgency(trouble: Trouble) -> float:
    return trouble.retry_after_seconds


def _log_failure(letter: Letter, error: Exception | None) -> None:
    keys = {"deliveries": [letter.event.id], "attempts": letter.event.attempts + 1}
    traceback = None if isinstance(error, TelemetryError) else error
    log.warning("failed", extra={**keys, "reason": str(error)}, exc_info=traceback)
