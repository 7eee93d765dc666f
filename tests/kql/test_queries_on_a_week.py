"""The shipped queries on a simulated week, against what the simulation says must come out.

The truth is computed from the simulation's plan; the answers come out of delivery bodies, through
the backend's decisions and rows, the saved functions of either scope and the queries.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from src.kql.scopes import SCOPES
from src.simulate.rows import JobTruth, StepTruth
from src.simulate.truth import Truth
from tests.kql.both_scopes import BothScopes
from tests.kql.texts import TEXTS
from tests.kql.week import END, Week

pytestmark = pytest.mark.slow

KINDS = {"queued": "queued", "waiting": "waiting", "in_progress": "running"}
LONGEST_JOB = timedelta(days=5)  # GitHub's own limit: the week's days leave jobs open for ever

Ask = Callable[[str], list[dict[str, Any]]]
"""A shipped query's name, or KQL, in; the rows of its answer at the week's end out."""


@pytest.fixture(params=SCOPES, ids=lambda scope: scope.name)
def ask(request: pytest.FixtureRequest, told_week: BothScopes) -> Ask:
    return lambda text: told_week.ask(TEXTS.get(f"queries/{text}", text), END, request.param)


@pytest.fixture(scope="module")
def truth(week: Week) -> Truth:
    return week.truth


@pytest.fixture(scope="module")
def last_day(week: Week) -> Truth:
    return week.days[-1].truth


def test_the_week_has_something_of_everything(truth: Truth):
    totals = truth.totals

    assert totals.run_conclusions.keys() >= {"success", "failure", "cancelled"}
    assert totals.job_executions.keys() >= {"ran", "skipped", "reused"}
    assert min(totals.queued_now, totals.running_now) > 0
    assert any(job.approval and job.queue_seconds is not None for job in truth.jobs)


def test_rows_of_the_functions(ask: Ask, truth: Truth):
    counted = {
        name: ask(f"{name}() | count")[0]["Count"] for name in ("WorkflowRuns", "WorkflowJobs")
    }
    executions = ask(
        "WorkflowJobs() | where isnotempty(execution) | summarize jobs = count() by execution"
    )

    assert counted == {"WorkflowRuns": truth.totals.runs, "WorkflowJobs": truth.totals.jobs}
    assert {row["execution"]: row["jobs"] for row in executions} == truth.totals.job_executions


def test_durations(ask: Ask, truth: Truth):
    rows = {
        (r["repository_full_name"], r["workflow_name"], r["job_name"]): (
            *(r["jobs"], r["p50_seconds"], r["p95_seconds"], r["longest_seconds"]),
        )
        for r in ask("durations")
    }

    assert rows == {
        (d.repository, d.workflow, d.job): (
            *(d.count, d.p50_seconds, d.p95_seconds, d.longest_seconds),
        )
        for d in truth.totals.durations
    }


def test_queue_time_by_label(ask: Ask, truth: Truth):
    rows = {
        r["label"]: (r["jobs"], r["p50_seconds"], r["p95_seconds"], r["longest_seconds"])
        for r in ask("queue-time-by-label")
    }

    assert rows == {
        q.label: (q.count, q.p50_seconds, q.p95_seconds, q.longest_seconds)
        for q in truth.totals.queue_times
    }


def test_success_rate(ask: Ask, truth: Truth):
    rows = ask("success-rate")

    conclusions = truth.totals.run_conclusions
    succeeded, failed = (sum(row[name] for row in rows) for name in ("succeeded", "failed"))
    assert succeeded / (succeeded + failed) == truth.totals.success_rate
    assert sum(row["completed"] for row in rows) == sum(conclusions.values())
    assert sum(row["cancelled"] for row in rows) == conclusions["cancelled"]


def longest(things: Iterable[JobTruth | StepTruth]) -> set[tuple[str, float]]:
    """Name and seconds of the longest, or of each of them where several are."""
    timed = [(thing.name, thing.duration_seconds) for thing in things if thing.duration_seconds]
    most = max(seconds for _, seconds in timed)
    return {(name, seconds) for name, seconds in timed if seconds == most}


def test_slowest(ask: Ask, truth: Truth):
    job, *_ = ask("slowest-jobs")
    step, *_ = ask("slowest-steps")

    assert (job["job_name"], job["duration_seconds"]) in longest(truth.jobs)
    assert (step["step_name"], step["duration_seconds"]) in longest(truth.steps)


def test_slowest_of_the_last_day(ask: Ask, last_day: Truth):
    step, *_ = ask("slowest-steps-today")

    assert (step["step_name"], step["duration_seconds"]) in longest(last_day.steps)


def test_queue_time_of_the_last_day(ask: Ask, last_day: Truth):
    waits = defaultdict[str, list[float]](list)
    for job in last_day.jobs:
        if job.execution == "ran" and job.queue_seconds is not None:
            waits[job.pool_name or job.labels].append(job.queue_seconds)

    rows = {row["pool"]: (row["jobs"], row["longest_seconds"]) for row in ask("queue-time-today")}

    assert rows == {pool: (len(seconds), max(seconds)) for pool, seconds in waits.items()}


def test_runner_utilisation(ask: Ask, truth: Truth):
    told = {row["runner_name"]: row for row in ask("runner-utilisation")}

    assert told.keys() == {runner.runner_name for runner in truth.totals.runners}
    for runner in truth.totals.runners:
        row = told[runner.runner_name]
        assert (row["jobs"], row["busy_seconds"]) == (runner.jobs, runner.busy_seconds)
        assert row["window_seconds"] == runner.span_seconds
        expected = runner.utilisation and 100 * runner.utilisation
        assert row["busy_percent"] == pytest.approx(expected, abs=0.051)


def test_pool_utilisation_adds_up_to_the_runners(ask: Ask, truth: Truth):
    rows, runners = ask("pool-utilisation"), truth.totals.runners

    assert sum(row["busy_seconds"] for row in rows) == sum(r.busy_seconds for r in runners)
    assert sum(row["jobs"] for row in rows) == sum(runner.jobs for runner in runners)


def test_running_and_queued_now(ask: Ask, truth: Truth):
    expected = defaultdict[str, dict[str, int]](lambda: dict.fromkeys(KINDS.values(), 0))
    for job in truth.jobs:
        if job.status in KINDS and not _has_lost_its_end(job):
            for label in job.labels.split(","):
                expected[label][KINDS[job.status]] += 1

    rows = ask("running-and-queued-now")

    assert {r["label"]: {kind: r[kind] for kind in KINDS.values()} for r in rows} == expected


def _has_lost_its_end(job: JobTruth) -> bool:
    return job.started_at is not None and job.started_at <= END - LONGEST_JOB


def test_overview(ask: Ask, last_day: Truth):
    [row] = ask("overview")

    totals = last_day.totals
    assert totals.success_rate is not None
    assert row["completed_runs"] == sum(totals.run_conclusions.values())
    assert row["success_percent"] == pytest.approx(100 * totals.success_rate, abs=0.051)
    assert row["finished_jobs"] == totals.job_executions["ran"]
    assert (row["slowest_job"], row["slowest_job_seconds"]) in longest(last_day.jobs)
    assert (row["slowest_step"], row["slowest_step_seconds"]) in longest(last_day.steps)


def test_as_many_jobs_are_covered_as_had_a_sampler(ask: Ask, week: Week):
    [row] = ask("WorkflowJobs() | where samples == 'complete' | count")
    minutes = ask("runner-load")

    assert row["Count"] == len(week.sampled) > 0
    runners = {r["runner_name"] for r in ask("WorkflowJobs() | where samples == 'complete'")}
    assert {row["runner_name"] for row in minutes} == runners


def test_deliveries_were_counted_as_they_came(ask: Ask, week: Week):
    [row] = ask(
        'ServiceHealth() | where metric == "github_telemetry.deliveries.received"'
        " | summarize received = sum(total)"
    )

    two_days = [delivery for day in week.days[-2:] for delivery in day.deliveries]
    assert row["received"] == len(two_days)
