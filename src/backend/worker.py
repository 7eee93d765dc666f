"""Messages in, rows out, and only then the acknowledgement.

Round after round: fill the hand, take its letters through the pipeline, settle. Whatever breaks in
between leaves the messages in the queue.

A letter stays in hand, under a renewed lease, until its rows are out, or it fails while others
pass, or it has lacked something for so long that others should have its place. So while a service
is away no more is taken than fits into one hand, and nothing is handed back and forth; but now and
then one message of a full hand goes back for another, which may show that it is not the world.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from ..model.semconv import FAILED, LAG, PROCESSED
from ..shared.beside import beside
from ..shared.errors import QueueUnavailableError, TelemetryError
from ..shared.health import Health
from ..shared.queues.base import Queue
from .batch import End, Fate, Letter
from .extras import ALL, Extras
from .hand import Hand
from .outage import Outage
from .outcomes import Outcome, Outcomes, end_of
from .pauses import first_of, growing
from .pipeline import Pipeline
from .rounds import Round, Trouble, most_urgent, troubles_of
from .settler import Settler
from .sinks.base import Sink
from .state import State

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
FIRST_WAIT_SECONDS = 0.1
GIVE_BACK_SECONDS = 4.0  # who is asked to stop is killed soon
MOST_LETTERS = 256  # a round: its time is bounded, however many a message holds
LETTERS_GROW_BY = 4
PATIENCE_REFUSED = timedelta(minutes=1)
PATIENCE_LACKING = timedelta(minutes=10)  # most likely it is the service that is away

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
        extras: Extras = ALL,
    ) -> None:
        self._queue = queue
        self._pace = pace
        self._now = now
        self._health = health or Health()
        self._hand = Hand(queue, pace.lease_seconds)
        self._settler = Settler(self._hand, queue, poison, now, self._health)
        self._pipeline = Pipeline(state, sinks, self._health, extras)
        self._letters_at_once = MOST_LETTERS  # one where nothing gets through; then more and more
        self._stuck_since = now()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the round under way is finished, what is left is put back."""
        try:
            async with beside(self._hand.keep_leases()):
                await self._go_round(stop)
        finally:
            await self.give_back()

    async def _go_round(self, stop: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        pauses, waits, outage = self._new_pauses(), self._new_waits(), Outage(clock)
        while not stop.is_set():
            began = clock()
            done = await self._try_to_work()
            if done.ended:
                pauses = self._new_pauses()
            if done.messages:
                waits = self._new_waits()
            if done.trouble:
                least = max(FIRST_PAUSE_SECONDS, done.asked_for_seconds)
                seconds = max(next(pauses), least)
                outage.goes_on(done.trouble.reason, seconds)
                spent = clock() - began  # a round that hung for long has been a pause already
                await first_of(stop.wait(), asyncio.sleep(max(seconds - spent, least)))
                continue
            outage.ends()
            if not done.messages:
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
        letters = self._hand.next(self._letters_at_once)
        outcomes = await self._pipeline.process(letters, now) if letters else {}
        for letter, outcome in outcomes.items():
            self._end(letter, outcome, now)
        ended = sum(letter.end is not None for letter in letters)
        if letters:
            at_once = self._letters_at_once * LETTERS_GROW_BY if ended else 1
            self._letters_at_once = min(at_once, MOST_LETTERS)
        self._make_room(outcomes, ended, now)
        troubles += [*troubles_of(outcomes), *await self._settle()]
        return Round(messages, ended, most_urgent(troubles))

    async def give_back(self) -> None:
        """Leave what is in hand to whoever comes next; at worst it waits for its leases to end."""
        try:
            async with asyncio.timeout(GIVE_BACK_SECONDS):
                await self._settler.give_back()
        except (QueueUnavailableError, TimeoutError) as exc:
            keys = {"messages": len(self._hand), "reason": str(exc) or "no answer in time"}
            log.warning("not put back", extra=keys)

    async def _fill(self) -> list[Trouble]:
        """Receive what there is room for, and split one message where that is due.

        Where little gets through, newcomers are first: they show whether it is the others, or the
        world.
        """
        room = self._pace.messages_per_batch - len(self._hand)
        try:
            if room > 0:
                first = self._letters_at_once < MOST_LETTERS
                await self._hand.take(room, self._now(), first=first)
            if suspect := self._hand.suspect:
                await self._settler.split(suspect)
        except QueueUnavailableError as exc:
            return [Trouble(str(exc))]
        finally:
            self._health.oldest_enqueued_at = self._hand.oldest_enqueued_at
        return []

    def _make_room(self, outcomes: Outcomes, ended: int, now: datetime) -> None:
        """Where all in a full hand fail alike for long, one message makes room for another."""
        if ended or not outcomes or len(self._hand) < self._pace.messages_per_batch:
            self._stuck_since = now
            return
        letter, outcome = next(iter(outcomes.items()))
        patience = PATIENCE_LACKING if outcome.may_pass else PATIENCE_REFUSED
        held = self._hand.of(letter)
        if held and now - self._stuck_since > patience:
            self._stuck_since = now
            for each in held.letters:
                each.end = each.end or End(Fate.PUT_BACK, outcome.error)

    async def _settle(self) -> list[Trouble]:
        finished = [held for held in self._hand.held if held.is_finished]
        troubles = await self._settler.settle(finished)
        self._health.oldest_enqueued_at = self._hand.oldest_enqueued_at
        return [Trouble(str(trouble)) for trouble in troubles]

    def _end(self, letter: Letter, outcome: Outcome, now: datetime) -> None:
        """Write onto a letter what became of it, or when it went wrong."""
        letter.end = end_of(letter, outcome, now)
        if letter.end is None and outcome.may_pass:
            letter.lacked_at = now
        elif letter.end is None:
            letter.event = replace(letter.event, failed_at=now)
        elif letter.end.fate is Fate.DONE:
            self._health.count(PROCESSED)
            self._health.lasted(LAG, (self._now() - letter.event.received_at).total_seconds())
        elif letter.end.fate is Fate.FAILED:
            self._health.count(FAILED)
            _log_failure(letter, outcome.error)

    def _new_pauses(self) -> Iterator[float]:
        return growing(FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)

    def _new_waits(self) -> Iterator[float]:
        return growing(FIRST_WAIT_SECONDS, self._pace.poll_seconds)

    async def _wait(self, seconds: float) -> None:
        try:
            await self._queue.wait(seconds)
        except QueueUnavailableError:
            await asyncio.sleep(seconds)  # the next round will say so


def _log_failure(letter: Letter, error: Exception | None) -> None:
    keys = {"deliveries": [letter.event.id], "attempts": letter.event.attempts + 1}
    traceback = None if isinstance(error, TelemetryError) else error
    log.warning("failed", extra={**keys, "reason": str(error)}, exc_info=traceback)
