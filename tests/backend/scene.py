"""A folder in, a worker out with all that it works with: a real SQLite queue and obliging sinks."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from obstore.store import MemoryStore

from src.backend.sinks.base import Rows
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.errors import ObjectStoreUnavailableError, SinkUnavailableError
from src.shared.object_store import ObjectStore
from src.shared.queues.sqlite import SqliteQueue
from tests.backend.bodies import event_of, job_body

PATIENCE_SECONDS = 10.0


class ListSink:
    """Keeps rows; fails for whatever `fault` finds in them, and takes its time if told."""

    def __init__(self, emit_seconds: float = 0) -> None:
        self.emitted: list[Rows] = []
        self.calls = 0
        self.at_work = 0
        self.fault: Callable[[Rows], Exception | None] = lambda _: None
        self._emit_seconds = emit_seconds

    async def emit(self, rows: Rows) -> None:
        self.calls += 1
        self.at_work += 1
        try:
            await asyncio.sleep(self._emit_seconds)
            if error := self.fault(rows):
                raise error
            self.emitted.append(rows)
        finally:
            self.at_work -= 1

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs that came, each as often as it came."""
        rows = [row for rows in self.emitted for row in rows.events if row.name == "WorkflowJob"]
        return [row.properties["job_name"] for row in rows]


class MoodyStore(ObjectStore):
    """Objects in memory, unless it is down."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.is_down = False

    async def create(self, key: str, body: bytes) -> bool:
        if self.is_down:
            raise ObjectStoreUnavailableError("down")
        return await super().create(key, body)


class Scene:
    """A worker and all that it works with."""

    def __init__(self, folder: Path) -> None:
        self.queue = SqliteQueue(folder / "queue.sqlite", "events")
        self.poison = SqliteQueue(folder / "queue.sqlite", "events-poison")
        self.store = MoodyStore()
        self.sink = ListSink()

    def worker(self, *sinks: ListSink, **pace: Any) -> Worker:
        state = State(self.store)
        return Worker(self.queue, self.poison, state, sinks or (self.sink,), Pace(**pace))

    async def put(self, *events: messages.Event) -> None:
        """Each event as a message of its own, in this order."""
        for event in events:
            await self.queue.put(messages.encode([event]))

    async def poisoned(self) -> list[bytes]:
        return [message.body for message in await self.poison.receive(32, 60)]


def job(number: int = 1, name: str | None = None, **changes: Any) -> messages.Event:
    """A completed job of its own."""
    body = job_body(id=number, name=name or f"job {number}", **changes)
    return event_of(body, f"delivery-{number}")


def down(_: Rows) -> Exception:
    return SinkUnavailableError("Application Insights answered 503")


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline
        await asyncio.sleep(0.005)
