"""A pace in, a worker in memory out whose clock stands until it is moved: hours in a blink."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from src.backend.sinks.base import Receipt, Row
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.errors import QueueUnavailableError
from tests.backend.memory_parts import MemoryQueue, MemorySink, MemoryStore
from tests.backend.scene import fine, job
from tests.backend.virtual_time import BEGINNING


class WaywardSink(MemorySink):
    """Takes every row but those that `fault` names."""

    def __init__(self) -> None:
        super().__init__()
        self.fault: Callable[[Sequence[Row]], Receipt] = fine

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        receipt = self.fault(rows)
        not_taken = {id(row) for row in (*receipt.missing, *receipt.refused)}
        self.rows += [row for row in rows if id(row) not in not_taken]
        return receipt


class MemoryScene:
    """A worker and what it works with."""

    def __init__(self, **pace: Any) -> None:
        self.now = BEGINNING
        self.queue = MemoryQueue(self._now)
        self.poison = MemoryQueue(self._now)
        self.sink = WaywardSink()
        parts = self.queue, self.poison, State(MemoryStore()), [self.sink]  # type: ignore[arg-type]
        pace = {"lease_seconds": 100_000, **pace}  # nobody renews here
        self.worker = Worker(*parts, Pace(**pace), now=self._now)

    def _now(self) -> datetime:
        return self.now

    async def put(self, messages_count: int, events_each: int = 1) -> None:
        """Messages of completed jobs, each of which is like no other."""
        for first in range(0, messages_count * events_each, events_each):
            events = [job(first + place) for place in range(1, events_each + 1)]
            await self.queue.put(messages.encode(events))

    async def work(self, rounds: int, seconds_each: float = 5) -> None:
        """Rounds, and the time between them."""
        for _ in range(rounds):
            await self.worker.work()
            self.now += timedelta(seconds=seconds_each)


def failing(error: str) -> Callable[..., Awaitable[Any]]:
    """A method of a queue that is away."""

    async def fail(*_: object) -> None:
        raise QueueUnavailableError(error)

    return fail
