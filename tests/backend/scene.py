"""A folder in, a worker out with all that it works with: a real SQLite queue and obliging sinks."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from obstore.store import MemoryStore

from src.backend import poison
from src.backend.poison import Poisoned
from src.backend.sinks.base import EventRow, Receipt, Row
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.errors import ObjectStoreUnavailableError
from src.shared.object_store import ObjectStore
from src.shared.queues.sqlite import SqliteQueue
from tests.backend.bodies import event_of, job_body

PATIENCE_SECONDS = 30.0


class ListSink:
    """Keeps rows, but for what `fault` says of them, and takes its time if told."""

    def __init__(self, emit_seconds: float = 0) -> None:
        self.emitted: list[Row] = []
        self.calls = 0
        self.at_work = 0
        self.fault: Callable[[Sequence[Row]], Receipt] = fine
        self._emit_seconds = emit_seconds

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        self.calls += 1
        self.at_work += 1
        try:
            await asyncio.sleep(self._emit_seconds)
            receipt = self.fault(rows)
            not_taken = [*receipt.missing, *receipt.refused]
            self.emitted += [row for row in rows if row not in not_taken]
            return receipt
        finally:
            self.at_work -= 1

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def events_and_spans(self) -> tuple[list[Row], list[Row]]:
        events: list[Row] = [row for row in self.emitted if isinstance(row, EventRow)]
        return events, [row for row in self.emitted if row not in events]

    @property
    def jobs(self) -> list[str]:
        """The names of the jobs that came, each as often as it came."""
        return [job_name(row) for row in self.emitted if row.name == "WorkflowJob"]


class MoodyStore(ObjectStore):
    """Objects in memory, unless it is down, or does not like the key."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.is_down = False
        self.fails_for: str | None = None

    async def create(self, key: str, body: bytes) -> bool:
        if self.is_down or (self.fails_for and self.fails_for in key):
            raise ObjectStoreUnavailableError("down")
        return await super().create(key, body)


class Scene:
    """A worker and all that it works with."""

    def __init__(self, folder: Path) -> None:
        self.queue = SqliteQueue(folder / "queue.sqlite", "events")
        self.poison = SqliteQueue(folder / "queue.sqlite", "events-poison")
        self.store = MoodyStore()
        self.sink = ListSink()
        self.ahead = timedelta(0)  # of the worker's clock before the real one

    def worker(self, *sinks: ListSink, **pace: Any) -> Worker:
        state = State(self.store)
        queues = self.queue, self.poison
        return Worker(*queues, state, sinks or (self.sink,), Pace(**pace), now=self._now)

    def _now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def put(self, *events: messages.Event) -> None:
        """Each event as a message of its own, in this order."""
        for event in events:
            await self.queue.put(messages.encode([event]))

    async def poisoned(self) -> list[Poisoned]:
        """What is in the poison queue; once."""
        records = [poison.decode(message.body) for message in await self.poison.receive(32, 60)]
        return [record for record in records if record]


def job(number: int = 1, name: str | None = None, **changes: Any) -> messages.Event:
    """A completed job of its own."""
    body = job_body(id=number, name=name or f"job {number}", **changes)
    return event_of(body, f"delivery-{number}")


def fine(_: Sequence[Row]) -> Receipt:
    return Receipt()


def down(rows: Sequence[Row]) -> Receipt:
    return Receipt(missing=rows, complaint="Application Insights answered 503")


def refusing(*names: str) -> Callable[[Sequence[Row]], Receipt]:
    """A fault that refuses the event of jobs of these names, and takes all else."""

    def fault(rows: Sequence[Row]) -> Receipt:
        bad = [row for row in rows if row.name == "WorkflowJob" and job_name(row) in names]
        return Receipt(refused=bad, complaint="no good" if bad else "")

    return fault


def job_name(row: Row) -> str:
    assert isinstance(row, EventRow)
    return row.properties["job_name"]


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline
        await asyncio.sleep(0.005)
