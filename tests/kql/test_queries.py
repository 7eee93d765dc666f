"""Each shipped query on hand-made rows, its answer worked out here in plain Python.

Percentiles are taken of 21 values: there the nearest rank, which DuckDB and Azure take, and the
interpolation of `statistics` are the same value.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import quantiles
from typing import Any

import pytest

from src.kql.catalogue import shipped_queries
from src.kql.runner_samples import FUNCTION
from src.kql.saved_functions import FUNCTION_BY_EVENT
from src.model.records import PHASE_IN_PROGRESS, PHASE_QUEUED, revision
from src.model.semconv import FAILED_RESULTS, RESULT_BY_CONCLUSION
from src.model.terms import JOB_EVENT, RUN_EVENT, STEP_EVENT
from tests.kql.component import Component

NOW = datetime.now(UTC).replace(microsecond=0)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUERIES = {query.name: query.text for query in shipped_queries()}
CI = {"repository_full_name": "octo/app", "workflow_name": "CI"}


def spread(seed: int):
    """21 different durations in seconds, in no order."""
    return [float(n * seed * 1009 % 4001) for n in range(1, 22)]


def p50_and_p95(values: list[float]):
    twentieths = quantiles(values, n=20, method="inclusive")
    return twentieths[9], twentieths[18]


def emit_job(component: Component, number: int, start: datetime, seconds: float, **values: Any):
    known = {"execution": "ran", "status": "completed", "conclusion": "success"} | CI | values
    component.emit(
        JOB_EVENT,
        f"github.com/jobs/{number}",
        start,
        started_at=start,
        completed_at=start + timedelta(seconds=seconds),
        duration_seconds=seconds,
        **known,
    )


def test_durations(component: Component):
    times = {("octo/app", "build"): spread(1), ("octo/app", "test"): spread(2)}
    times["octo/site", "build"] = spread(3)
    numbers = iter(range(1000))
    for (repository, job), values in times.items():
        for seconds in values:
            emit_job(
                component,
                next(numbers),
                NOON,
                seconds,
                repository_full_name=repository,
                job_name=job,
            )
    component.emit(JOB_EVENT, "github.com/jobs/2000", NOON, execution="skipped", job_name="test")

    rows = component.ask(QUERIES["durations"])

    expected = [
        {
            "repository_full_name": repository,
            "workflow_name": "CI",
            "job_name": job,
            "jobs": 21,
            "p50_seconds": p50_and_p95(values)[0],
            "p95_seconds": p50_and_p95(values)[1],
            "longest_seconds": max(values),
        }
        for (repository, job), values in times.items()
    ]
    assert rows == sorted(expected, key=lambda row: -row["p95_seconds"])


def test_queue_time_by_label_counts_a_job_under_each_of_its_labels(component: Component):
    linux, gpu = spread(4), spread(5)
    for number, seconds in enumerate(linux):
        emit_job(component, number, NOON, 60, labels="linux", queue_seconds=seconds)
    for number, seconds in enumerate(gpu, 100):
        emit_job(component, number, NOON, 60, labels="linux,gpu", queue_seconds=seconds)
    emit_job(component, 200, NOON, 60, labels="linux", queue_seconds=9e6, execution="reused")
    emit_job(component, 201, NOON, 60, labels="linux")
    emit_job(component, 202, NOON, 60, labels="", queue_seconds=1)

    rows = {row.pop("label"): row for row in component.ask(QUERIES["queue-time-by-label"])}

    p50, p95 = p50_and_p95(gpu)
    assert rows.keys() == {"linux", "gpu"}
    assert rows["linux"]["jobs"] == 42
    assert rows["linux"]["longest_seconds"] == max(linux + gpu)
    assert rows["gpu"] == {
        "jobs": 21,
        "p50_seconds": p50,
        "p95_seconds": p95,
        "longest_seconds": max(gpu),
    }


def test_queue_time_today_counts_a_job_once_under_its_pool_or_its_labels(component: Component):
    today, pooled, plain = NOW - timedelta(hours=1), spread(4), spread(5)
    for number, seconds in enumerate(pooled):
        asked = {"labels": "self-hosted,linux", "pool_name": "big"}
        emit_job(component, number, today, 60, queue_seconds=seconds, **asked)
    for number, seconds in enumerate(plain, 100):
        emit_job(component, number, today, 60, labels="linux,gpu", queue_seconds=seconds)
    yesterday = today - timedelta(hours=24)
    emit_job(component, 200, yesterday, 60, labels="linux,gpu", queue_seconds=9e6)
    reused = {"execution": "reused", "queue_seconds": 9e6}
    emit_job(component, 201, today, 60, labels="linux,gpu", **reused)

    rows = {row.pop("pool"): row for row in component.ask(QUERIES["queue-time-today"])}

    p50, p95 = p50_and_p95(pooled)
    assert rows.keys() == {"big", "linux,gpu"}
    assert rows["linux,gpu"]["longest_seconds"] == max(plain)
    assert rows["big"] == {
        "jobs": 21,
        "p50_seconds": p50,
        "p95_seconds": p95,
        "longest_seconds": max(pooled),
    }


def test_success_rate_holds_cancelled_and_skipped_apart(component: Component):
    conclusions = ["success"] * 5 + ["neutral", "failure", "timed_out"]
    conclusions += ["cancelled", "skipped", "skipped", "a new word"]
    for number, conclusion in enumerate(conclusions):
        emit_run(component, number, conclusion)
    emit_run(component, 50, "cancelled", workflow_name="Nightly")
    component.emit(RUN_EVENT, "github.com/runs/60", NOON, status="in_progress", **CI)
    # A run that waits for approval says that it is completed, and has no end.
    component.emit(
        RUN_EVENT,
        "github.com/runs/61",
        NOON,
        status="completed",
        conclusion="action_required",
        **CI,
    )

    rows = component.ask(QUERIES["success-rate"])

    judged = {"completed": 12, "succeeded": 6, "failed": 2, "cancelled": 1, "skipped": 2}
    unjudged = {"completed": 1, "succeeded": 0, "failed": 0, "cancelled": 1, "skipped": 0}
    assert rows == [
        {**CI, **judged, "success_percent": 75.0},
        {**CI, "workflow_name": "Nightly", **unjudged, "success_percent": None},
    ]


def emit_run(
    component: Component, number: int, conclusion: str, completed_at: datetime = NOON, **values: Any
):
    component.emit(
        RUN_EVENT,
        f"github.com/runs/{number}/attempts/1",
        completed_at,
        status="completed",
        conclusion=conclusion,
        completed_at=completed_at,
        **CI | values,
    )


def test_every_conclusion_counts_as_its_span_does(component: Component):
    for number, conclusion in enumerate(RESULT_BY_CONCLUSION):
        emit_run(component, number, conclusion, NOW - timedelta(hours=1))
    results = Counter(RESULT_BY_CONCLUSION.values())
    failed = sum(results[result] for result in FAILED_RESULTS)

    [rates] = component.ask(QUERIES["success-rate"])
    [overview] = component.ask(QUERIES["overview"])

    assert (rates["succeeded"], rates["failed"]) == (results["success"], failed)
    assert (overview["succeeded_runs"], overview["failed_runs"]) == (results["success"], failed)
    assert (rates["cancelled"], rates["skipped"]) == (results["cancellation"], results["skip"])


def test_slowest_jobs_are_those_that_ran(component: Component):
    seconds = spread(6)
    for number, lasted in enumerate(seconds):
        emit_job(component, number, NOON, lasted, job_name=f"job of {lasted} s")
    emit_job(component, 100, NOON, 1e6, execution="reused")

    rows = component.ask(QUERIES["slowest-jobs"])

    slowest = sorted(seconds, reverse=True)[:20]
    assert [row["duration_seconds"] for row in rows] == slowest
    assert [row["job_name"] for row in rows] == [f"job of {lasted} s" for lasted in slowest]


def test_slowest_steps_leave_out_what_never_ran(component: Component):
    seconds = spread(7)
    for number, lasted in enumerate(seconds):
        step_id = f"github.com/jobs/1/steps/{number}"
        component.emit(STEP_EVENT, step_id, NOON, step_name=str(lasted), duration_seconds=lasted)
    component.emit(STEP_EVENT, "github.com/jobs/1/steps/99", NOON, step_conclusion="skipped")

    rows = component.ask(QUERIES["slowest-steps"])

    slowest = sorted(seconds, reverse=True)[:20]
    assert [row["duration_seconds"] for row in rows] == slowest
    assert [row["step_name"] for row in rows] == [str(lasted) for lasted in slowest]


RUNNER_USES = [  # runner, start in minutes after noon, minutes, pool
    ("a", 0, 30, "big"),
    ("a", 45, 15, "big"),
    ("b", 0, 10, "big"),
    ("b", 30, 10, "big"),
    ("c", 5, 20, None),
]


def emit_runner_uses(component: Component):
    for number, (runner, start, minutes, pool) in enumerate(RUNNER_USES):
        emit_job(
            component,
            number,
            NOON + timedelta(minutes=start),
            minutes * 60.0,
            host="github.com",
            runner_name=runner,
            pool_name=pool,
            labels="linux,x64",
        )
    # No runner ever took it.
    component.emit(JOB_EVENT, "github.com/jobs/99", NOON, execution="not_started", pool_name="big")


def test_runner_utilisation(component: Component):
    emit_runner_uses(component)

    rows = {row["runner_name"]: row for row in component.ask(QUERIES["runner-utilisation"])}

    assert {
        name: (row["jobs"], row["busy_seconds"], row["window_seconds"], row["busy_percent"])
        for name, row in rows.items()
    } == {"a": (2, 2700, 3600, 75.0), "b": (2, 1200, 2400, 50.0), "c": (1, 1200, 1200, 100.0)}
    assert rows["a"]["first_used_at"] == NOON
    assert rows["a"]["last_used_at"] == NOON + timedelta(hours=1)


def test_a_runner_that_was_used_for_no_time_has_no_share(component: Component):
    emit_job(component, 1, NOON, 0.0, runner_name="a", pool_name="big")

    assert component.ask(QUERIES["runner-utilisation"])[0]["busy_percent"] is None
    assert component.ask(QUERIES["pool-utilisation"])[0]["busy_percent"] is None


def test_pool_utilisation(component: Component):
    emit_runner_uses(component)

    rows = component.ask(QUERIES["pool-utilisation"])

    assert [
        (r["pool"], r["runners"], r["jobs"], r["busy_seconds"], r["runner_seconds"]) for r in rows
    ] == [("big", 2, 4, 3900, 6000), ("linux,x64", 1, 1, 1200, 1200)]
    assert [row["busy_percent"] for row in rows] == [65.0, 100.0]


UNFINISHED = [  # job, status, minutes since it was asked for
    (1, "queued", 10),
    (2, "queued", 25),
    (3, "waiting", 40),
    (4, "in_progress", 90),
    (5, "queued", 36 * 24 * 60),  # its completion never came
]


def test_running_and_queued_now(component: Component):
    for number, status, minutes in UNFINISHED:
        component.emit(
            JOB_EVENT,
            f"github.com/jobs/{number}",
            NOW,
            revision=revision(PHASE_IN_PROGRESS if status == "in_progress" else PHASE_QUEUED),
            status=status,
            labels="linux,x64",
            created_at=NOW - timedelta(minutes=minutes),
        )
    emit_job(component, 1, NOW, 5.0, labels="linux,x64")  # completed after all
    component.emit(JOB_EVENT, "github.com/jobs/6", NOW, status="in_progress", labels="gpu")

    before = datetime.now(UTC)
    linux, x64, gpu = component.ask(QUERIES["running-and-queued-now"])
    after = datetime.now(UTC)

    assert (linux.pop("label"), x64.pop("label"), gpu.pop("label")) == ("linux", "x64", "gpu")
    waited = linux.pop("oldest_wait_seconds")
    asked_at = NOW - timedelta(minutes=40)
    assert (before - asked_at).total_seconds() <= waited <= (after - asked_at).total_seconds()
    counts = {"queued": 1, "waiting": 1, "running": 1}
    assert linux == {**counts, "oldest_asked_at": NOW - timedelta(minutes=40)}
    assert x64["queued"] == 1
    # Running, and never said when it was created: nobody waits.
    assert gpu == {
        "queued": 0,
        "waiting": 0,
        "running": 1,
        "oldest_asked_at": None,
        "oldest_wait_seconds": None,
    }


def test_overview_tells_of_the_last_24_hours(component: Component):
    recent, old = NOW - timedelta(hours=1), NOW - timedelta(hours=30)
    for number, conclusion in enumerate(["success"] * 6 + ["failure", "cancelled"]):
        emit_run(component, number, conclusion, recent)
    emit_run(component, 50, "failure", old)
    waits = spread(8)
    for number, waited in enumerate(waits):
        emit_job(component, number, recent, 60.0 + number, job_name="test", queue_seconds=waited)
    emit_job(component, 100, recent, 600.0, job_name="build", job_url="https://example.test/100")
    emit_job(component, 101, old, 9000.0, job_name="yesterday's", queue_seconds=9e6)
    for number, (ended, lasted) in enumerate([(recent, 40.0), (recent, 500.0), (old, 8000.0)]):
        component.emit(
            STEP_EVENT,
            f"github.com/jobs/100/steps/{number}",
            ended,
            step_name=f"step {number}",
            job_name="build",
            completed_at=ended,
            duration_seconds=lasted,
            **CI,
        )

    [row] = component.ask(QUERIES["overview"])

    assert (row["completed_runs"], row["succeeded_runs"], row["failed_runs"]) == (8, 6, 1)
    assert row["success_percent"] == pytest.approx(100 * 6 / 7, abs=0.05)
    assert row["finished_jobs"] == 22
    assert (row["queue_p50_seconds"], row["queue_p95_seconds"]) == p50_and_p95(waits)
    assert (row["slowest_job"], row["slowest_job_seconds"]) == ("build", 600.0)
    assert row["slowest_job_url"] == "https://example.test/100"
    assert (row["slowest_job_repository"], row["slowest_job_workflow"]) == ("octo/app", "CI")
    assert row["finished_steps"] == 2
    assert (row["slowest_step"], row["slowest_step_seconds"]) == ("step 1", 500.0)
    assert (row["slowest_step_job"], row["slowest_step_repository"]) == ("build", "octo/app")


def test_overview_of_nothing_is_one_row_that_claims_nothing(component: Component):
    [row] = component.ask(QUERIES["overview"])

    counts = {name for name in row if name.endswith(("_runs", "_jobs", "_steps"))}
    assert {row[name] for name in counts} == {0}
    assert not any(value for name, value in row.items() if name not in counts)


@pytest.mark.parametrize("name", [name for name in QUERIES if name != "overview"])
def test_a_query_of_nothing_has_no_rows(component: Component, name: str):
    assert component.ask(QUERIES[name]) == []


def test_each_query_begins_with_its_question_and_asks_the_saved_functions_alone():
    for query in shipped_queries():
        assert query.text.startswith(f"// {query.question}\n")
        assert query.question.endswith(".")
        assert "custom" not in query.text
        assert any(f"{name}()" in query.text for name in (*FUNCTION_BY_EVENT.values(), FUNCTION))
