"""The dashboards' tiles on hand-made rows whose answer is known."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from src.kql.dashboards.texts import literal, query_text, with_values
from src.model.semconv import (
    CLAMPED,
    LAG,
    OLDEST_AGE,
    POISONED,
    PROCESSED,
    QUEUE_DEPTH,
    RECEIVED,
    REFUSED,
    SAMPLES_RECEIVED,
)
from src.model.terms import JOB_EVENT, RUN_EVENT, STEP_EVENT
from tests.kql.component import Component

pytestmark = pytest.mark.slow  # each asks functions of a hundred columns

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
APP = {"repository_full_name": "octo/app", "workflow_name": "CI", "host": "github.com"}
WEB = {"repository_full_name": "octo/web", "workflow_name": "Site", "host": "github.com"}


def ask(component: Component, tile: str, **given: str) -> list[dict[str, Any]]:
    values = {name: literal(value) for name, value in given.items()}
    return component.ask(with_values(query_text(tile), values))


def figures(component: Component, tile: str, **given: str) -> dict[str, float | None]:
    return {row["measure"]: row["value"] for row in ask(component, tile, **given)}


def emit_run(component: Component, number: int, conclusion: str = "success", **values: Any) -> str:
    """A run that ended so many minutes past noon and took so many; what `chosen` is called."""
    ended = NOON + timedelta(minutes=number)
    known = {
        **APP,
        "workflow_run_id": str(number),
        "run_attempt": 1,
        "status": "completed",
        "conclusion": conclusion,
        "started_at": NOON,
        "completed_at": ended,
        "duration_seconds": 60.0 * number,
    }
    record_id = f"github.com/runs/{number}/attempts/1"
    component.emit(RUN_EVENT, record_id, ended, **known | values)
    return record_id


def emit_job(component: Component, number: int, conclusion: str = "success", **values: Any):
    """A job of a minute of run 1, the later its number, the later it ended."""
    ended = NOON + timedelta(minutes=number)
    known = {
        **APP,
        "job_name": "build",
        "workflow_run_id": "1",
        "run_attempt": 1,
        "status": "completed",
        "conclusion": conclusion,
        "execution": "ran",
        "labels": "ubuntu-latest",
        "commit_sha": "c0ffee",
        "started_at": ended - timedelta(minutes=1),
        "completed_at": ended,
        "duration_seconds": 60.0,
        "job_url": f"https://example.test/{number}",
    }
    component.emit(JOB_EVENT, f"github.com/jobs/{number}", ended, **known | values)


def emit_step(component: Component, job: int, number: int, conclusion: str, **values: Any):
    known = {
        "repository_full_name": "octo/app",
        "workflow_name": "CI",
        "job_name": "build",
        "workflow_run_id": "1",
        "step_number": number,
        "step_name": f"step {number}",
        "step_conclusion": conclusion,
        "completed_at": NOON + timedelta(minutes=job),
    }
    record_id = f"github.com/jobs/{job}/steps/{number}"
    component.emit(STEP_EVENT, record_id, NOON, **known | values)


@pytest.fixture
def runs(component: Component) -> Component:
    """Of octo/app three succeeded, one failed and one was cancelled; of octo/web one failed."""
    for number in (1, 2, 3):
        emit_run(component, number)
    emit_run(component, 4, "failure", branch="main", run_url="https://example.test/4")
    emit_run(component, 5, "cancelled")
    emit_run(component, 6, "timed_out", **WEB)
    return component


def test_key_figures(runs: Component):
    now = datetime.now(UTC)
    emit_job(runs, 1, queue_seconds=10.0)
    emit_job(runs, 2, queue_seconds=30.0)
    emit_job(runs, 3, execution="skipped", queue_seconds=9e9)
    open_ = {"completed_at": None, "conclusion": None, "execution": None}
    emit_job(runs, 4, **open_, status="in_progress", started_at=now - timedelta(days=4))
    emit_job(runs, 5, **open_, status="queued", created_at=now, started_at=None)
    # What has lost its completion a long time ago.
    emit_job(runs, 6, **open_, status="in_progress", started_at=now - timedelta(days=6))
    emit_job(runs, 7, **open_, status="queued", created_at=now - timedelta(days=36))

    assert figures(runs, "key-figures") == {
        "Runs": 6,
        "Success rate": 60,
        "Run, median": 180,
        "Run, 95th percentile": 360,
        "Queue, median": 10,
        "Queue, 95th percentile": 30,
        "Jobs running now": 1,
        "Jobs queued now": 1,
    }
    of_app = figures(runs, "key-figures", repository="octo/app")
    assert (of_app["Runs"], of_app["Success rate"]) == (5, 75)


def test_key_figures_of_nothing_are_unknown(component: Component):
    told = figures(component, "key-figures")

    assert told["Runs"] == 0
    assert told["Success rate"] is None
    assert told["Queue, 95th percentile"] is None


def test_runs_over_time(runs: Component):
    emit_run(runs, 61)

    rows = ask(runs, "runs-over-time")

    assert [(row["ended_at"].hour, row["result"], row["runs"]) for row in rows] == [
        (12, "cancelled", 1),
        (12, "failed", 2),
        (12, "succeeded", 3),
        (13, "succeeded", 1),
    ]


def test_a_point_stands_for_the_time_that_is_asked_for(runs: Component):
    text = with_values(query_text("run-time-over-time"), {"grain": "2m"})

    assert [row["p50_seconds"] for row in runs.ask(text)] == [60, 120, 240, 360]


def test_queue_time_over_time_leaves_out_what_never_ran(component: Component):
    emit_job(component, 5, queue_seconds=5.0)
    emit_job(component, 6, queue_seconds=25.0)
    emit_job(component, 7, queue_seconds=9e9, execution="skipped")

    [row] = ask(component, "queue-time-over-time")

    assert (row["p50_seconds"], row["p95_seconds"]) == (5, 25)


def test_repositories_and_workflows(runs: Component):
    app, web = ask(runs, "repositories-compared")
    workflow, _ = ask(runs, "workflows-compared")
    names = [row["value"] for row in ask(runs, "repositories")]

    assert (app["runs"], app["success_percent"], app["failed"]) == (5, 75, 1)
    assert (web["runs"], web["success_percent"], web["p95_seconds"]) == (1, 0, 360)
    assert workflow["last_failed_branch"] == "main"
    assert workflow["last_failed_url"] == "https://example.test/4"
    assert names == ["*", "octo/app", "octo/web"]


def test_jobs_compared(component: Component):
    emit_job(component, 1, "failure", queue_seconds=7.0)
    emit_job(component, 2, verdict="was cpu-bound", bottleneck="cpu_bound")
    emit_job(component, 3, job_name="lint", duration_seconds=10.0)

    build, lint = ask(component, "jobs-compared")

    assert (build["jobs"], build["failed"], build["total_seconds"]) == (2, 1, 120)
    assert (build["last_bottleneck"], build["queue_p95_seconds"]) == ("cpu_bound", 7)
    assert (lint["job_name"], lint["p50_seconds"]) == ("lint", 10)


@pytest.fixture
def run(component: Component) -> Component:
    """Run 1 took four minutes: a job began after one, and lasted two; run 2 ended before it."""
    emit_run(component, 2, workflow_name="Other")
    ended = NOON + timedelta(minutes=4)
    emit_run(component, 1, completed_at=ended, duration_seconds=240.0, critical_path="build")
    times = {
        "started_at": NOON + timedelta(minutes=1),
        "completed_at": NOON + timedelta(minutes=3),
        "duration_seconds": 120.0,
    }
    processes = [["cc1plus", 90.5, 512], ["ld", 10.0, 2048]]
    # GitHub does not always name the attempt of a job.
    emit_job(component, 1, **times, run_attempt=None, top_processes=json.dumps(processes))
    emit_job(component, 2, workflow_run_id="2", top_processes=json.dumps([["other", 9e9, 1]]))
    emit_step(
        *(component, 1, 1, "success"),
        **times | {"duration_seconds": 90.0, "completed_at": NOON + timedelta(seconds=150)},
        bottleneck="cpu_bound",
        disk_read_bytes=1,
        disk_written_bytes=2,
    )
    emit_step(component, 1, 2, "skipped")
    emit_step(component, 1, 3, "success", **times | {"duration_seconds": 0.0})
    return component


def test_the_latest_run_is_told_of_until_one_is_chosen(run: Component):
    [latest] = ask(run, "run-in-one-row")
    [chosen] = ask(run, "run-in-one-row", run="github.com/runs/2/attempts/1")
    recent = ask(run, "recent-runs")

    assert (latest["workflow_name"], latest["critical_path"]) == ("CI", "build")
    assert chosen["workflow_name"] == "Other"
    assert [row["record_id"][-12:] for row in recent] == ["1/attempts/1", "2/attempts/1"]


def test_run_timeline(run: Component):
    job, step = ask(run, "run-timeline")

    shown = ("before_seconds", "duration_seconds", "after_seconds")
    assert [job[name] for name in shown] == [60, 120, 60]
    assert [step[name] for name in shown] == [60, 90, 90]
    assert (job["name"], step["name"]) == ("build", "· step 1")


def test_run_steps_and_processes(run: Component):
    step, _ = ask(run, "run-steps")
    processes = ask(run, "run-processes")

    assert (step["bottleneck"], step["disk_bytes"]) == ("cpu_bound", 3)
    assert [(row["process_name"], row["cpu_seconds"]) for row in processes] == [
        ("cc1plus", 90.5),
        ("ld", 10),
    ]
    assert processes[1]["memory_bytes"] == 2 << 30


def test_runner_load_over_time_weighs_minutes_by_their_samples(component: Component):
    point = {"runner_name": "r1", "started_at": "2026-03-01T12:00:00Z"}
    component.measure("system.cpu.utilization", NOON, [0.5] * 3, **point, record_id="1")
    component.measure("system.cpu.utilization", NOON, [0.9], **point, record_id="2")
    component.measure("system.memory.utilization", NOON, [0.25], **point, record_id="3")

    [row] = ask(component, "runner-load-over-time")

    assert row["cpu_percent"] == pytest.approx(60)
    assert row["memory_percent"] == pytest.approx(25)


def test_failures(component: Component):
    emit_job(component, 1)
    emit_job(component, 2, "failure", failure_category="network", is_transient=True)
    emit_job(component, 3, "failure", failure_category="network", failure_advice="Run it again.")
    emit_job(component, 4, "cancelled")
    emit_job(component, 5, "failure", execution="reused", duration_seconds=None)

    conclusions = ask(component, "failures-by-conclusion")
    [category] = ask(component, "failures-by-category")

    told = [(row["conclusion"], row["jobs"], row["lost_seconds"]) for row in conclusions]
    assert told == [("failure", 2, 120), ("cancelled", 1, 60)]
    assert (category["jobs"], category["transient"], category["advice"]) == (2, 1, "Run it again.")


def test_failing_steps(component: Component):
    for job in range(1, 5):
        emit_job(component, job)
        emit_step(component, job, 1, "success")
        emit_step(component, job, 2, "failure" if job in {1, 3} else "success")

    [step] = ask(component, "failing-steps")

    assert (step["step_name"], step["failures"], step["ran"]) == ("step 2", 2, 4)
    assert (step["failure_percent"], step["last_url"]) == (50, "https://example.test/3")


def test_flaky_jobs(component: Component):
    emit_job(component, 1, "failure", commit_sha="a", failure_category="network")
    emit_job(component, 2, commit_sha="a")
    emit_job(component, 3, commit_sha="b")
    # Mended by a commit, carried over, and cancelled: none of them is flaky.
    emit_job(component, 4, "failure", job_name="test", commit_sha="a")
    emit_job(component, 5, job_name="test", commit_sha="b")
    emit_job(component, 6, job_name="test", commit_sha="a", execution="reused")
    emit_job(component, 7, "cancelled", job_name="test", commit_sha="b")

    [job] = ask(component, "flaky-jobs")

    assert (job["job_name"], job["flaky_commits"], job["commits"]) == ("build", 1, 2)
    assert (job["flaky_percent"], job["failures"], job["lost_seconds"]) == (50, 1, 60)
    assert (job["last_category"], job["last_url"]) == ("network", "https://example.test/1")


@pytest.fixture
def billed(component: Component) -> Component:
    emit_job(component, 1, duration_seconds=61.0)
    emit_job(component, 2, duration_seconds=1.0, labels="self-hosted,linux", **WEB)
    emit_job(component, 3, duration_seconds=120.0, labels="cheap,dear", **WEB)
    emit_job(component, 4, duration_seconds=600.0, labels="unheard-of")
    emit_job(component, 5, execution="skipped", duration_seconds=None)
    emit_job(component, 6, duration_seconds=1.0, completed_at=NOON - timedelta(days=1))
    return component


def test_cost_is_minutes_rounded_up_times_the_price_of_the_dearest_label(billed: Component):
    prices = "ubuntu-latest=0.5, cheap = 1 ,dear=2,self-hosted=0"

    rows = {row["part"]: row for row in ask(billed, "cost", prices=prices)}

    told = {part: (row["minutes"], row["usd"]) for part, row in rows.items()}
    assert told == {
        "ubuntu-latest": (3, 1.5),
        "self-hosted,linux": (1, 0),
        "cheap,dear": (2, 4),
        "unheard-of": (10, 0),
    }
    unknown = {part: row["minutes_without_price"] for part, row in rows.items()}
    assert {part for part, minutes in unknown.items() if minutes} == {"unheard-of"}


@pytest.mark.parametrize(
    ("each", "parts"),
    [
        ("repository", {"octo/app": 13, "octo/web": 3}),
        ("workflow", {"octo/app, CI": 13, "octo/web, Site": 3}),
        ("day", {"2026-02-28": 1, "2026-03-01": 15}),
    ],
)
def test_cost_by(billed: Component, each: str, parts: dict[str, float]):
    rows = ask(billed, "cost", each=each)

    assert [(row["part"], row["minutes"]) for row in rows] == list(parts.items())


def test_pipeline_figures(component: Component):
    later = NOON + timedelta(minutes=1)
    component.measure(QUEUE_DEPTH, NOON, [900.0])
    component.measure(QUEUE_DEPTH, later, [3.0, 12.0])
    component.measure(OLDEST_AGE, NOON, [9e9])
    component.measure(OLDEST_AGE, later, [42.0])
    component.measure(PROCESSED, NOON, [100.0])
    component.measure(PROCESSED, later, [50.0])
    component.measure(POISONED, later, [1.0])
    component.measure(REFUSED, later, [2.0], reason="signature")
    component.measure(CLAMPED, later, [4.0])
    component.measure(LAG, NOON, [1.0, 1.0, 4.0])

    assert figures(component, "pipeline-figures") == {
        "Queue depth": 12,
        "Oldest message": 42,
        "Deliveries processed": 150,
        "Lag, mean": 2,
        "Poisoned": 1,
        "Refused": 2,
        "Durations clamped": 4,
    }
    [refused] = ask(component, "refused-deliveries")
    assert (refused["metric"], refused["reason"], refused["refused"]) == (REFUSED, "signature", 2)


def test_the_pipeline_over_time(component: Component):
    component.measure(RECEIVED, NOON, [1.0])
    component.measure(SAMPLES_RECEIVED, NOON, [2.0])
    for minute in (0, 4, 5):
        at = NOON + timedelta(minutes=minute)
        component.measure(QUEUE_DEPTH, at, [float(minute)])
        component.measure(LAG, at, [1.0, 2.0 + minute])
        component.measure(PROCESSED, at, [10.0])

    depths = [row["messages"] for row in ask(component, "queue-depth-over-time")]
    lags = [(r["mean_seconds"], r["longest_seconds"]) for r in ask(component, "lag-over-time")]
    counts = [(r["received"], r["processed"]) for r in ask(component, "deliveries-over-time")]

    assert depths == [4, 5]
    assert lags == [(2.5, 6), (4, 7)]
    assert counts == [(3, 20), (0, 10)]


def test_clamped_durations(runs: Component):
    emit_run(runs, 7, clamped_count=2)
    emit_job(runs, 1, clamped_count=1, **WEB)

    rows = ask(runs, "clamped-durations")

    assert [(r["repository_full_name"], r["what"], r["clamped"]) for r in rows] == [
        ("octo/app", "run", 2),
        ("octo/web", "job", 1),
    ]
    assert ask(runs, "clamped-durations", repository="octo/none") == []
