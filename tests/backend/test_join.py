"""A job's deliveries and its samples, in any order, at any worker: one truth."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.backend.sinks.base import EventRow, MetricRow, SpanRow
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.bodies import at, event_of, job_body, run_body, step
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

    def restart(self) -> None:
        """New workers, who know nothing but what is stored."""
        self.workers = [self._worker() for _ in self.workers]

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
            if not self.queue.bodies:
                return
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
    def minutes(self) -> dict[str, MetricRow]:
        """What RunnerSamples() keeps of each machine's minute and figure."""
        rows = [row for row in self.sink.rows if isinstance(row, MetricRow)]
        return {row.record_id: row for row in sorted(rows, key=lambda row: row.count)}

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


@settings(max_examples=40)
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
    await town.wait()

    assert town.step.properties["samples"] == "complete"
    assert town.job.measurements["revision"] > before
    spans = [row for row in town.sink.rows if isinstance(row, SpanRow)]
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
    alone = (await told([*SAMPLES, COMPLETED])).job
    assert {**town.job.measurements, "revision": 0} == {**alone.measurements, "revision": 0}


async def test_what_is_declared_is_said_to_be():
    town = await told([*sampled.events(sampled.DECLARED), COMPLETED])

    assert town.job.properties["samples_identity"] == "declared"


@pytest.mark.parametrize("who", ["declared", "runner"])
async def test_few_signed_batches_correct_what_many_others_told(who: str):
    others = {"declared": sampled.events(sampled.DECLARED), "runner": NAMELESS}[who]
    one = SAMPLES[:1]
    after = await told([*others, COMPLETED])
    await after.take(one)
    await after.wait()

    assert after.job.properties["samples_identity"] == "token"
    assert after.newest == (await told([*one, COMPLETED, *others])).newest


async def test_another_repository_s_samples_are_none_of_this_job_s():
    other = sampled.DECLARED.__class__("declared", "github.com", 1, 301, job_id=501)
    town = await told([*sampled.events(other), COMPLETED])

    assert "samples" not in town.job.properties


@settings(max_examples=15)
@given(
    st.lists(st.floats(0, 3600), min_size=len(SAMPLES), max_size=len(SAMPLES)),
    st.floats(-300, 300),
)
async def test_neither_held_up_pushes_nor_a_runner_s_wrong_clock_change_what_is_told(
    delays: list[float], behind: float
):
    """The runner stamps its steps itself: the samples have the same clock, right or wrong."""
    pairs = zip(sampled.batches(), delays, strict=True)
    slow = [
        sampled.event(batch, seconds=delay, behind_seconds=behind + delay) for batch, delay in pairs
    ]

    assert (await told([*slow, COMPLETED])).newest == (await told([*SAMPLES, COMPLETED])).newest


@pytest.mark.parametrize("ahead", [-7200, -90, 90, 7200])
async def test_samples_by_another_clock_than_their_steps_are_put_right_by_the_frontend_s(
    ahead: int,
):
    by_another = sampled.batches(ahead_seconds=ahead)
    sent = [sampled.event(batch, behind_seconds=0.2 - ahead) for batch in by_another]
    step = (await told([*sent, COMPLETED])).step

    assert step.properties["samples"] == "complete"
    assert step.measurements["cpu_seconds"] == pytest.approx(1.9 * 600, rel=0.01)


async def test_samples_that_trip_us_up_cost_a_job_its_usage_and_not_its_row(
    monkeypatch: pytest.MonkeyPatch,
):
    def trip(*_: object) -> None:
        raise RuntimeError("tripped")

    monkeypatch.setattr("src.backend.join.judge_job", trip)
    town = await told(ALL)

    assert town.job.properties["status"] == "completed"
    assert "samples" not in town.job.properties


async def test_what_is_no_batch_is_poison_and_holds_up_nobody():
    bad = Event("samples", "5eed-1", BEGINNING, messages.msgspec.Raw(b"{}"))
    town = Town()
    await town.take([bad, COMPLETED])

    assert len(town.poison.bodies) == 1
    assert town.job.properties["status"] == "completed"


RUNNER = sampled.SIGNED.__class__("token", "github.com", sampled.REPOSITORY_ID, 301, run_attempt=1)
NAMELESS = [
    sampled.event(batch, RUNNER) for batch in sampled.batches(job={"runner_name": "runner-9"})
]


async def test_samples_of_a_runner_belong_to_the_job_that_ran_there_then():
    town = await told([*NAMELESS, COMPLETED])

    assert town.step.properties["samples"] == "complete"
    assert town.job.properties["samples_identity"] == "declared"


@settings(max_examples=30)
@given(st.permutations(range(len(NAMELESS) + 1)), st.integers(1, 2))
async def test_those_samples_too_may_come_in_any_order(order: list[int], workers: int):
    every = [*NAMELESS, COMPLETED]
    town = await told([every[i] for i in order], workers)

    assert town.newest == (await told(every)).newest


async def test_the_next_job_on_a_runner_has_no_samples_of_the_one_before():
    after = job_body(
        id=502, created_at=at("11:00:00"), started_at=at("11:10:30"), completed_at=at("11:30:00")
    )
    town = await told([*NAMELESS, COMPLETED, event_of(after, "d-9")])

    assert "samples" not in town.newest["github.com/jobs/502"].properties
    assert town.job.properties["samples"] == "complete"


async def test_a_batch_that_names_neither_job_nor_runner_is_poison():
    town = Town()
    await town.take([sampled.event(sampled.batches()[0], RUNNER)])

    assert len(town.poison.bodies) == 1


DEPLOYED = event_of(
    job_body(
        id=502,
        name="deploy",
        created_at=at("11:10:08"),
        started_at=at("11:10:20"),
        completed_at=at("11:11:00"),
        runner_group_name="GitHub Actions",
    ),
    "d-8",
)
LINTED = event_of(
    job_body(id=503, name="lint", created_at=at("11:00:00"), completed_at=at("11:01:00")), "d-7"
)
RUN = [event_of(run_body(action), f"r-{action}") for action in ("requested", "completed")]
WHOLE_RUN = [*RUN[:1], QUEUED, *SAMPLES, COMPLETED, LINTED, DEPLOYED, *RUN[1:]]


async def test_a_run_s_row_says_what_its_jobs_add_up_to_and_what_it_waited_for():
    run = (await told(WHOLE_RUN)).newest["github.com/runs/301/attempts/1"]

    assert run.properties["critical_path"] == "build (linux) → deploy"
    assert run.measurements["critical_path_seconds"] == 660
    assert run.measurements["sampled_job_count"] == 1
    assert run.measurements["cpu_seconds"] == pytest.approx(1.9 * 600, rel=0.01)


async def test_a_job_that_no_runner_ever_took_is_what_its_run_waited_for():
    given_up = event_of(
        job_body(
            id=504,
            name="publish",
            created_at=at("11:10:08"),
            started_at=at("11:10:08"),
            completed_at=at("11:40:08"),
            conclusion="cancelled",
            steps=[],
            runner_id=0,
            runner_name="",
        ),
        "d-9",
    )
    run = (await told([*WHOLE_RUN, given_up])).newest["github.com/runs/301/attempts/1"]

    assert run.properties["critical_path"] == "build (linux) → publish"
    assert run.measurements["sampled_job_count"] == 1


@settings(max_examples=30)
@given(
    st.permutations(range(len(WHOLE_RUN))),
    st.lists(st.integers(0, len(WHOLE_RUN) - 1), max_size=2),
    st.integers(1, 3),
)
async def test_a_run_s_totals_are_the_same_in_any_order(
    order: list[int], again: list[int], workers: int
):
    town = await told([WHOLE_RUN[i] for i in (*order, *again)], workers)

    assert town.newest == (await told(WHOLE_RUN)).newest


async def test_what_a_machine_did_is_told_each_minute_while_its_job_runs():
    town = Town()
    await town.take([QUEUED, STARTED, *SAMPLES[:2]])

    minutes = [row for row in town.sink.rows if isinstance(row, MetricRow)]
    busy = [row for row in minutes if row.name == "system.cpu.utilization"]
    assert len({row.started_at for row in busy}) == 5, "the sixth is not over"
    assert {row.properties["job_id"] for row in minutes} == {"501"}


async def test_the_last_minute_of_a_sampler_that_died_is_told_with_its_job():
    town = await told([*SAMPLES[:2], COMPLETED])

    minutes = {row.started_at for row in town.sink.rows if isinstance(row, MetricRow)}
    assert len(minutes) == 6


@settings(max_examples=30)
@given(st.permutations(range(len(SAMPLES))), st.integers(1, 2))
async def test_a_machine_s_minutes_are_the_same_in_any_order(order: list[int], workers: int):
    town = await told([SAMPLES[i] for i in order], workers)

    assert town.minutes == (await told(SAMPLES)).minutes


APPROVED = [
    event_of(job_body("queued"), "d-1", 1),
    event_of(job_body("waiting"), "d-2", 2),
    event_of(job_body("queued"), "d-3", 601),
    event_of(job_body(), "d-5", 671),
    event_of(run_body(), "r-3", 672),
]


@settings(max_examples=40)
@given(st.permutations(range(len(APPROVED))), st.integers(1, 2))
async def test_a_late_approval_leaves_a_run_as_it_would_have_been(order: list[int], workers: int):
    town = await told([APPROVED[i] for i in order], workers)

    assert town.newest == (await told(APPROVED)).newest


async def test_a_job_that_failed_without_samples_says_why_as_far_as_github_tells():
    steps = [step(2, "Run make", "11:00:06", "11:10:06", conclusion="failure")]
    failed = job_body(conclusion="failure", steps=steps)
    town = await told([event_of(failed, "d-5")])

    assert town.job.properties["failure_category"] == "compilation"
    assert town.step.properties["failure_category"] == "compilation"
    assert "samples" not in town.job.properties
