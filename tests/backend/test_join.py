"""A job's deliveries and its samples, in any order, at any worker: one truth."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.backend.sinks.base import EventRow
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.bodies import event_of, job_body
from tests.backend.memory_parts import MemoryQueue, MemorySink, MemoryStore
from tests.backend.virtual_time import BEGINNING

pytestmark = pytest.mark.anyio

QUEUED, STARTED, COMPLETED = (
    event_of(job_body(action), f"d-{number}")
    for number, action in enumerate(("queued", "in_progress", "completed"), 1)
)
SAMPLES = sampled.events()
ALL = [QUEUED, STARTED, *SAMPLES, COMPLETED]


class Town:
    """Workers that share a queue, a store and a sink; the clock stands unless it is moved."""

    def __init__(self, workers: int = 1) -> None:
        self.now = BEGINNING
        self.queue, self.poison = MemoryQueue(self._now), MemoryQueue(self._now)
        self.store, self.sink = MemoryStore(), MemorySink()
        self.workers = [self._worker() for _ in range(workers)]

    def _now(self) -> datetime:
        return self.now

    def _worker(self) -> Worker:
        parts: Any = self.queue, self.poison, State(self.store), [self.sink]  # type: ignore[arg-type]
        return Worker(*parts, Pace(lease_seconds=100_000), now=self._now)

    async def take(self, events: Sequence[Event]) -> None:
        """Let each worker in turn have one, as it comes."""
        for number, event in enumerate(events):
            await self.queue.put(messages.encode([event]))
            await self.workers[number % len(self.workers)].work()

    async def wait(self, seconds: int = 180) -> None:
        for _ in range(0, seconds, 10):
            self.now += timedelta(seconds=10)
            for worker in self.workers:
                await worker.work()

    @property
    def newest(self) -> dict[str, EventRow]:
        """What the saved functions keep of each record."""
        rows = [row for row in self.sink.rows if isinstance(row, EventRow)]
        rows.sort(key=lambda row: (row.measurements["revision"], row.properties["content_hash"]))
        return {row.properties["record_id"]: row for row in rows}

    @property
    def job(self) -> EventRow:
        return self.newest["github.com/jobs/501"]

    @property
    def step(self) -> EventRow:
        return self.newest["github.com/jobs/501/steps/2"]


async def told(events: Sequence[Event], workers: int = 1) -> Town:
    town = Town(workers)
    await town.take(events)
    await town.wait()
    assert (town.queue.bodies, town.poison.bodies) == ([], [])
    return town


async def test_a_step_s_row_says_what_it_used_and_what_it_was_short_of():
    town = await told(ALL)

    assert town.step.properties["samples"] == "complete"
    assert town.step.properties["attribution"] == "process"
    assert town.step.properties["bottleneck"] == "cpu_bound"
    assert town.step.measurements["cpu_seconds"] == pytest.approx(1.9 * 600, rel=0.01)
    assert town.job.properties["samples_identity"] == "token"


async def test_a_job_without_samples_waits_for_nothing():
    town = Town()
    await town.take([QUEUED, STARTED, COMPLETED])

    assert town.queue.bodies == []
    assert "samples" not in town.job.properties


@given(
    st.permutations(range(len(ALL))),
    st.lists(st.integers(0, len(ALL) - 1), max_size=3),
    st.integers(1, 3),
)
async def test_any_order_with_duplicates_at_any_worker_ends_in_the_same_rows(
    order: list[int], again: list[int], workers: int
):
    town = await told([ALL[i] for i in (*order, *again)], workers)

    assert town.newest == (await told(ALL)).newest


async def test_a_completion_waits_for_the_last_samples():
    town = Town()
    await town.take([QUEUED, STARTED, *SAMPLES[:-1], COMPLETED])
    await town.wait(60)
    assert town.job.properties["status"] == "in_progress"

    await town.take([SAMPLES[-1]])
    assert town.step.properties["samples"] == "complete"
    await town.wait(20)
    assert town.queue.bodies == []


async def test_a_completion_does_not_wait_for_ever():
    town = Town()
    await town.take([*SAMPLES[:2], COMPLETED])
    await town.wait(130)

    assert town.queue.bodies == []
    assert town.step.properties["samples"] == "partial"


async def test_late_samples_correct_what_was_told():
    town = await told([*SAMPLES[:2], COMPLETED])
    before = town.job.measurements["revision"]
    await town.take(SAMPLES[2:])

    assert town.step.properties["samples"] == "complete"
    assert town.job.measurements["revision"] > before
    spans = [row for row in town.sink.rows if not isinstance(row, EventRow)]
    assert len({row.span_id for row in spans}) == len(spans), "spans go out once"


async def test_samples_that_come_after_a_job_s_rows_are_waited_for():
    town = await told([COMPLETED])
    await town.take(SAMPLES[:2])
    await town.wait(180)

    assert town.step.properties["samples"] == "partial"


async def test_what_a_key_declares_has_no_say_beside_what_github_signed():
    lies = sampled.events(sampled.DECLARED, count=2)
    town = await told([*lies, *SAMPLES, COMPLETED])

    assert town.job.properties["samples_identity"] == "token"
    assert town.job.measurements == (await told([*SAMPLES, COMPLETED])).job.measurements


async def test_what_is_declared_is_said_to_be():
    town = await told([*sampled.events(sampled.DECLARED), COMPLETED])

    assert town.job.properties["samples_identity"] == "declared"


async def test_another_repository_s_samples_are_none_of_this_job_s():
    other = sampled.DECLARED.__class__("declared", "github.com", 1, 301, job_id=501)
    town = await told([*sampled.events(other), COMPLETED])

    assert "samples" not in town.job.properties


async def test_a_clock_that_is_behind_is_put_right():
    behind = 100
    late = [sampled.event(batch, behind_seconds=behind) for batch in sampled.batches()]
    moved = [sampled.event(batch) for batch in sampled.batches()]
    shifted = await told([*late, COMPLETED])
    right = await told([*moved, COMPLETED])

    # The samples' own times are those of GitHub: taken to be 100 s later, they miss the beginning.
    assert right.step.measurements["covered_seconds"] == pytest.approx(600, abs=5)
    assert shifted.step.measurements["covered_seconds"] == pytest.approx(500, abs=6)


async def test_what_is_no_batch_is_poison_and_holds_up_nobody():
    bad = Event("samples", "5eed-1", BEGINNING, messages.msgspec.Raw(b"{}"))
    town = Town()
    await town.take([bad, COMPLETED])

    assert len(town.poison.bodies) == 1
    assert town.job.properties["status"] == "completed"
