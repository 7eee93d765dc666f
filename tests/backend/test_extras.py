"""What goes out beside the rows of what is over can be left out, and nothing else goes with it."""

from typing import Any

import pytest

from src.backend.app import open_extras
from src.backend.extras import Extras
from src.backend.settings import BackendSettings
from src.backend.sinks.base import EventRow, MetricRow, SpanRow
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.object_store import memory_store
from tests.backend import sampled
from tests.backend.bodies import event_of, job_body
from tests.backend.memory_parts import MemoryQueue, MemorySink, MemoryStore
from tests.backend.virtual_time import BEGINNING

pytestmark = pytest.mark.anyio

LIFE = [
    event_of(job_body("queued"), "d-1"),
    event_of(job_body("in_progress"), "d-2"),
    *sampled.events(),
    event_of(job_body(), "d-3"),
]


async def kinds(extras: Extras) -> tuple[set[type], set[str]]:
    """The sorts of rows that a job's life makes, and the states that its own rows tell."""
    queue, sink = MemoryQueue(lambda: BEGINNING), MemorySink()
    parts: Any = queue, MemoryQueue(lambda: BEGINNING), State(MemoryStore()), [sink]  # type: ignore[arg-type]
    worker = Worker(*parts, Pace(), now=lambda: BEGINNING, extras=extras)
    for event in LIFE:
        await queue.put(messages.encode([event]))
        await worker.work()
    assert queue.bodies == []
    jobs = [row for row in sink.rows if isinstance(row, EventRow) and row.name == "WorkflowJob"]
    return {type(row) for row in sink.rows}, {row.properties["status"] for row in jobs}


EVERY_STATE = {"queued", "in_progress", "completed"}


@pytest.mark.parametrize(
    ("extras", "rows", "states"),
    [
        (Extras(), {EventRow, SpanRow, MetricRow}, EVERY_STATE),
        (Extras(traces=False), {EventRow, MetricRow}, EVERY_STATE),
        (Extras(host_metrics=False), {EventRow, SpanRow}, EVERY_STATE),
        (Extras(transitions=False), {EventRow, SpanRow, MetricRow}, {"completed"}),
    ],
    ids=["all", "no traces", "no host metrics", "no transitions"],
)
async def test_what_is_not_wanted_is_left_out(extras: Extras, rows: set[type], states: set[str]):
    assert await kinds(extras) == (rows, states)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("TRACES", "traces"),
        ("BACKEND_TRANSITIONS", "transitions"),
        ("HOST_METRICS", "host_metrics"),
        ("ARCHIVE", "archive"),
    ],
)
def test_the_variables_leave_it_out(name: str, field: str, monkeypatch: pytest.MonkeyPatch):
    store = memory_store()
    assert getattr(open_extras(BackendSettings(), store), field)
    monkeypatch.setenv(name, "false")
    assert not getattr(open_extras(BackendSettings(), store), field)
