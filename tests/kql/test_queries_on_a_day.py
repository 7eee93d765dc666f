"""Each shipped query on a simulated day, against what the simulation says must come out.

The truth is computed from the simulation's plan; the answers come out of delivery bodies, through
the backend's decisions and rows, the saved functions and the queries.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from msgspec import Raw

from src.backend.arrivals import Subject, arrive
from src.backend.decide import Emission, Known, decide
from src.backend.rows import rows_of
from src.backend.sinks.base import EventRow
from src.insights.tables import create_statement, insert_statement
from src.kql.catalogue import shipped_queries
from src.shared.messages import Event
from src.simulate.days import Day, simulate_day
from src.simulate.deliveries import Delivery
from src.simulate.rows import JobTruth, StepTruth
from src.simulate.totals import Totals
from tests.kql.component import Component

QUERIES = {query.name: query.text for query in shipped_queries()}
KINDS = {"queued": "queued", "waiting": "waiting", "in_progress": "running"}
COLUMNS = ["timestamp", "name", "customDimensions", "customMeasurements"]


@pytest.fixture(scope="module")
def day() -> Day:
    # Half a minute ahead, so that "the last 24 hours" hold the whole day while the tests run.
    end = datetime.now(UTC) + timedelta(seconds=30)
    days = (simulate_day(seed, end) for seed in range(10))
    return next(day for day in days if has_something_of_everything(day.truth.totals))


def has_something_of_everything(totals: Totals) -> bool:
    return (
        totals.run_conclusions.keys() >= {"success", "failure"}
        and totals.job_executions.keys() >= {"ran", "skipped", "reused"}
        and totals.queued_now > 0
        and totals.running_now > 0
    )


@pytest.fixture(scope="module")
def totals(day: Day) -> Totals:
    return day.truth.totals


@pytest.fixture(scope="module")
def component(day: Day) -> Iterator[Component]:
    rows = [r for e in emissions(day.deliveries) for r in rows_of(e, day.truth.end)]
    events = [row for row in rows if isinstance(row, EventRow)]
    values = [list(column) for column in zip(*map(row_values, events), strict=True)]
    with duckdb.connect() as connection:
        connection.execute(create_statement("customEvents"))
        connection.execute(insert_statement("customEvents", COLUMNS), values)
        yield Component(connection)


def emissions(deliveries: list[Delivery]) -> Iterator[Emission]:
    """What the backend would emit, had each delivery come at its moment."""
    gates = defaultdict[Subject, list](list)
    for delivery in deliveries:
        event = Event(delivery.event, delivery.delivery_id, delivery.at, Raw(delivery.body))
        arrival = arrive(event)
        known = gates[arrival.subject]
        known.extend([arrival.gate] if arrival.gate else [])
        yield from decide(arrival, Known(gates=tuple(known)))


def row_values(event: EventRow) -> tuple[Any, ...]:
    at = event.at.replace(tzinfo=None)
    return at, event.name, json.dumps(event.properties), json.dumps(event.measurements)


def test_rows_of_the_functions(component: Component, totals: Totals):
    counted = {
        name: component.ask(f"{name}() | count")[0]["Count"]
        for name in ("WorkflowRuns", "WorkflowJobs")
    }
    executions = component.ask(
        "WorkflowJobs() | where isnotempty(execution) | summarize jobs = count() by execution"
    )

    assert counted == {"WorkflowRuns": totals.runs, "WorkflowJobs": totals.jobs}
    assert {row["execution"]: row["jobs"] for row in executions} == totals.job_executions


def test_durations(component: Component, totals: Totals):
    rows = {
        (r["repository_full_name"], r["workflow_name"], r["job_name"]): (
            *(r["jobs"], r["p50_seconds"], r["p95_seconds"], r["longest_seconds"]),
        )
        for r in component.ask(QUERIES["durations"])
    }

    assert rows == {
        (d.repository, d.workflow, d.job): (
            *(d.count, d.p50_seconds, d.p95_seconds, d.longest_seconds),
        )
        for d in totals.durations
    }


def test_queue_time_by_label(component: Component, totals: Totals):
    rows = {
        r["label"]: (r["jobs"], r["p50_seconds"], r["p95_seconds"], r["longest_seconds"])
        for r in component.ask(QUERIES["queue-time-by-label"])
    }

    assert rows == {
        q.label: (q.count, q.p50_seconds, q.p95_seconds, q.longest_seconds)
        for q in totals.queue_times
    }


def test_success_rate(component: Component, totals: Totals):
    rows = component.ask(QUERIES["success-rate"])

    succeeded, failed = (sum(row[name] for row in rows) for name in ("succeeded", "failed"))
    assert succeeded / (succeeded + failed) == totals.success_rate
    assert sum(row["completed"] for row in rows) == sum(totals.run_conclusions.values())
    assert sum(row["cancelled"] for row in rows) == totals.run_conclusions.get("cancelled", 0)


def longest(things: Iterable[JobTruth | StepTruth]) -> set[tuple[str, float]]:
    """Name and seconds of the longest, or of each of them where several are."""
    timed = [(thing.name, thing.duration_seconds) for thing in things if thing.duration_seconds]
    most = max(seconds for _, seconds in timed)
    return {(name, seconds) for name, seconds in timed if seconds == most}


def test_slowest(component: Component, day: Day):
    job, *_ = component.ask(QUERIES["slowest-jobs"])
    step, *_ = component.ask(QUERIES["slowest-steps"])

    assert (job["job_name"], job["duration_seconds"]) in longest(day.truth.jobs)
    assert (step["step_name"], step["duration_seconds"]) in longest(day.truth.steps)


def test_runner_utilisation(component: Component, totals: Totals):
    rows = component.ask(QUERIES["runner-utilisation"])

    assert len(rows) == len(totals.runners)
    told = {row["runner_name"]: row for row in rows}
    for runner in totals.runners:
        row = told[runner.runner_name]
        assert (row["jobs"], row["busy_seconds"]) == (runner.jobs, runner.busy_seconds)
        assert row["window_seconds"] == runner.span_seconds
        expected = runner.utilisation and 100 * runner.utilisation
        assert row["busy_percent"] == pytest.approx(expected, abs=0.051)


def test_pool_utilisation_adds_up_to_the_runners(component: Component, totals: Totals):
    rows = component.ask(QUERIES["pool-utilisation"])

    assert sum(row["busy_seconds"] for row in rows) == sum(r.busy_seconds for r in totals.runners)
    assert sum(row["jobs"] for row in rows) == sum(runner.jobs for runner in totals.runners)


def test_running_and_queued_now(component: Component, day: Day):
    expected = defaultdict[str, dict[str, int]](lambda: dict.fromkeys(KINDS.values(), 0))
    for job in day.truth.jobs:
        if job.status in KINDS:
            for label in job.labels.split(","):
                expected[label][KINDS[job.status]] += 1

    rows = component.ask(QUERIES["running-and-queued-now"])

    assert {r["label"]: {kind: r[kind] for kind in KINDS.values()} for r in rows} == expected


def test_overview(component: Component, day: Day, totals: Totals):
    [row] = component.ask(QUERIES["overview"])

    assert row["completed_runs"] == sum(totals.run_conclusions.values())
    assert row["success_percent"] == pytest.approx(100 * totals.success_rate, abs=0.051)
    assert row["finished_jobs"] == totals.job_executions["ran"]
    assert (row["slowest_job"], row["slowest_job_seconds"]) in longest(day.truth.jobs)
    assert (row["slowest_step"], row["slowest_step_seconds"]) in longest(day.truth.steps)
