"""Messages in, rows out, and only then the acknowledgement.

One batch at a time: receive, note the facts, recall what is known, plan, emit to every sink,
remember what is out, delete. Whatever breaks in between leaves the messages in the queue.

Three things can be wrong, and each has its own end. A service is away: the batch goes back to the
queue and is tried again after a pause, each sink getting only what it lacks. A message is no
good, which shows by others passing: it goes to the poison queue, intact. A message is too new for
us: it is put back for an hour, since a deployment may be under way.
"""

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..shared.errors import (
    NewerMessageError,
    ObjectStoreUnavailableError,
    QueueUnavailableError,
    SinkRefusedError,
    SinkUnavailableError,
    UndecodableMessageError,
)
from ..shared.queues.base import Message, Queue
from .batch import Failure, Planned, RowName, plan, read_messages
from .sinks.base import Sink
from .state import State

UNAVAILABLE = (QueueUnavailableError, ObjectStoreUnavailableError, SinkUnavailableError)
"""What time may mend; the batch waits for it."""

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0
MOST_KEPT_IN_MIND = 100_000  # rows
NEWER_RETRY_SECONDS = 60.0
NEWER_KEPT = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a worker takes at once and for how long, and how often it looks while idle."""

    messages_per_batch: int = 32
    lease_seconds: float = 300
    poll_seconds: float = 5


class Worker:
    """Moves messages from the queue to the sinks; what is no event of ours goes to `poison`."""

    def __init__(
        self, queue: Queue, poison: Queue, state: State, sinks: Sequence[Sink], pace: Pace
    ) -> None:
        self._queue = queue
        self._poison = poison
        self._state = state
        self._sinks = sinks
        self._pace = pace
        self._stop = asyncio.Event()
        self._taken: dict[int, set[RowName]] = {id(sink): set() for sink in sinks}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the batch in hand is finished first."""
        self._stop = stop
        pauses = _pauses()
        while not stop.is_set():
            try:
                if not await self.work():
                    await _first(stop.wait(), self._queue.wait(self._pace.poll_seconds))
                pauses = _pauses()
            except UNAVAILABLE as exc:
                await self._pause(next(pauses), str(exc))
            except Exception as exc:  # a bug of ours; the messages are back in the queue
                log.exception("a batch failed")
                await self._pause(next(pauses), str(exc))

    async def work(self) -> int:
        """Take one batch all the way; returns how many messages it held.

        Raises one of UNAVAILABLE where a service is away; the messages are back in the queue then,
        or will be when their lease ends.
        """
        taken = await self._queue.receive(self._pace.messages_per_batch, self._pace.lease_seconds)
        try:
            await self._process(taken)
        except BaseException:
            await self._queue.release(taken)
            raise
        return len(taken)

    async def _process(self, taken: Sequence[Message]) -> None:
        letters, failures = read_messages(taken)
        arrivals = [arrival for letter in letters for arrival in letter.arrivals]
        await self._state.note(arrivals)
        known = await self._state.recall(arrival.subject for arrival in arrivals)
        planned, crashed = plan(letters, known, datetime.now(UTC))
        if crashed and len(crashed) == len(letters):
            raise crashed[0].error  # it is not them, it is us
        failures += [*crashed, *await self._emit(planned)]
        failed = {failure.message.id for failure in failures}
        out = [p for p in planned if p.message.id not in failed]
        await self._state.remember((p.subject, p.emission.name) for p in out)
        await self._queue.delete([m for m in taken if m.id not in failed])
        for failure in failures:
            await self._set_aside(failure)
        self._forget(planned)
        if out:
            rows = sum(len(p.rows) for p in out)
            log.info("emitted", extra={"deliveries": len(arrivals), "rows": rows})

    async def _emit(self, planned: Sequence[Planned]) -> list[Failure]:
        """Every row to every sink; which messages have rows that a sink refuses for good.

        Raises SinkUnavailableError where a sink lacks rows, or refuses all of the batch: then it is
        the sink that is wrong, or the way to it.
        """
        emits = (self._deliver(sink, planned) for sink in self._sinks)
        # Each is waited for, well or not: none is still at work when the batch is given up.
        ends = await asyncio.gather(*emits, return_exceptions=True)
        refused: dict[int, str] = {}
        for end in ends:
            if isinstance(end, BaseException):
                raise end
            refused |= end
        return [
            Failure(p.message, SinkRefusedError(complaint))
            for p in planned
            if (complaint := next((refused[id(r)] for r in p.rows if id(r) in refused), None))
        ]

    async def _deliver(self, sink: Sink, planned: Sequence[Planned]) -> dict[int, str]:
        """Send a sink what it does not have yet; the ids of the rows it refuses, and why.

        What a sink took is kept in mind until its message is done with, so that one sink's outage
        fills no other with copies.
        """
        taken = self._taken[id(sink)]
        named = [pair for p in planned for pair in p.named_rows]
        lacking = [pair for pair in named if pair[0] not in taken]
        if not lacking:
            return {}
        receipt = await sink.emit([row for _, row in lacking])
        not_taken = {id(row) for row in (*receipt.missing, *receipt.refused)}
        taken.update(name for name, row in lacking if id(row) not in not_taken)
        # Rows that it took at an earlier try speak for the sink too.
        if receipt.missing or taken.isdisjoint(name for name, _ in named):
            raise SinkUnavailableError(receipt.complaint)
        return {id(row): receipt.complaint for row in receipt.refused}

    def _forget(self, planned: Sequence[Planned]) -> None:
        """These are done with; so are those that another worker has taken over meanwhile."""
        done = {name for p in planned for name, _ in p.named_rows}
        for taken in self._taken.values():
            taken.difference_update(done)
            if len(taken) > MOST_KEPT_IN_MIND:
                taken.clear()

    async def _set_aside(self, failure: Failure) -> None:
        """To the poison queue, intact, and only then out of ours; what is too new is put back."""
        message, error = failure.message, failure.error
        keys = {"message_id": message.id, "deliveries": failure.deliveries, "reason": str(error)}
        age = datetime.now(UTC) - message.enqueued_at
        if isinstance(error, NewerMessageError) and age < NEWER_KEPT:
            log.warning("put back", extra=keys)
            await self._queue.release([message], NEWER_RETRY_SECONDS)
            return
        expected = isinstance(error, UndecodableMessageError | SinkRefusedError)
        log.error("poisoned", extra=keys, exc_info=None if expected else error)
        await self._poison.put(message.body)
        await self._queue.delete([message])

    async def _pause(self, seconds: float, reason: str) -> None:
        log.warning("paused", extra={"reason": reason, "seconds": seconds})
        await _first(self._stop.wait(), asyncio.sleep(seconds))


def _pauses() -> Iterator[float]:
    """Growing pauses, without end."""
    seconds = FIRST_PAUSE_SECONDS
    while True:
        yield seconds
        seconds = min(seconds * 2, LONGEST_PAUSE_SECONDS)


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when any of these does; the others are cancelled."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
