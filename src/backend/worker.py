"""Messages in, rows out, and only then the acknowledgement.

One batch at a time: receive, note the facts, recall what is known, decide, emit to every sink,
remember what is out, delete. Whatever breaks in between leaves the messages in the queue.
"""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ..shared import messages
from ..shared.errors import (
    ObjectStoreUnavailableError,
    QueueUnavailableError,
    SinkUnavailableError,
    UndecodableMessageError,
)
from ..shared.queues.base import Message, Queue
from .decide import Arrival, Emission, Emitted, Known, Subject, arrive, decide
from .rows import rows_of
from .sinks.base import Rows, Sink
from .state import State

UNAVAILABLE = (QueueUnavailableError, ObjectStoreUnavailableError, SinkUnavailableError)
"""What time may mend; the batch waits for it."""

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How much a worker takes at once, for how long, and how often it looks while idle."""

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

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the batch in hand is finished first."""
        pause = FIRST_PAUSE_SECONDS
        while not stop.is_set():
            try:
                if not await self.work():
                    await _first(stop.wait(), self._queue.wait(self._pace.poll_seconds))
                pause = FIRST_PAUSE_SECONDS
            except UNAVAILABLE as exc:
                log.warning("paused", extra={"reason": str(exc), "seconds": pause})
                await _first(stop.wait(), asyncio.sleep(pause))
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def work(self) -> int:
        """Take one batch all the way; returns how many messages it held.

        Raises one of UNAVAILABLE where a service is away; the messages are back in the queue then,
        or will be when their lease ends.
        """
        taken = await self._queue.receive(self._pace.messages_per_batch, self._pace.lease_seconds)
        try:
            await self._handle(taken)
        except BaseException:
            await self._queue.release(taken)
            raise
        return len(taken)

    async def _handle(self, taken: Sequence[Message]) -> None:
        """Process and acknowledge; what cannot be processed even alone is poison."""
        if not taken:
            return
        try:
            await self._process([event for m in taken for event in messages.decode(m.body)])
        except UNAVAILABLE:
            raise
        except Exception as exc:  # noqa: BLE001 -- whatever one message breaks, the others go on
            if len(taken) == 1:
                await self._put_aside(taken[0], exc)
                return
            middle = len(taken) // 2
            await self._handle(taken[:middle])
            await self._handle(taken[middle:])
        else:
            await self._queue.delete(taken)

    async def _put_aside(self, message: Message, exc: Exception) -> None:
        """To the poison queue, intact, and only then out of ours."""
        keys = {"message_id": message.id, "reason": str(exc)}
        expected = isinstance(exc, UndecodableMessageError)
        log.error("poisoned", extra=keys, exc_info=None if expected else exc)
        await self._poison.put(message.body)
        await self._queue.delete([message])

    async def _process(self, events: Sequence[messages.Event]) -> None:
        arrivals = [arrive(event) for event in events]
        await self._state.note(arrivals)
        known = await self._state.recall(arrival.subject for arrival in arrivals)
        decided = decide_all(arrivals, known)
        if not decided:
            return
        rows = rows_of((emission for _, emission in decided), datetime.now(UTC))
        await self._emit(rows)
        await self._state.remember((subject, emission.name) for subject, emission in decided)
        counts = {"events": len(rows.events), "spans": len(rows.spans)}
        log.info("emitted", extra={"deliveries": len(arrivals), **counts})

    async def _emit(self, rows: Rows) -> None:
        """To every sink at once; none is still at work when this ends, well or not."""
        emits = (sink.emit(rows) for sink in self._sinks)
        ends = await asyncio.gather(*emits, return_exceptions=True)
        errors = [end for end in ends if isinstance(end, BaseException)]
        if errors:  # while one sink is away, what another refuses is not poison yet
            raise min(errors, key=lambda error: not isinstance(error, UNAVAILABLE))


def decide_all(
    arrivals: Sequence[Arrival], known: dict[Subject, Known]
) -> list[tuple[Subject, Emission]]:
    """What a batch emits; what one event emits is known to the next."""
    decided = []
    emitted: dict[Subject, frozenset[Emitted]] = {s: k.emitted for s, k in known.items()}
    for arrival in arrivals:
        subject = arrival.subject
        knowing = replace(known[subject], emitted=emitted[subject])
        emissions = decide(arrival, knowing)
        emitted[subject] |= {emission.name for emission in emissions}
        decided += [(subject, emission) for emission in emissions]
    return decided


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
