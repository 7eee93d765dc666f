"""The queries on usage, on simulated jobs with their samples, against what was simulated.

The truth comes from what the jobs did; the answers out of batches, through the judge, the rows, the
saved functions and the queries. Every fourth job has no sampler.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import mean

import duckdb
import pytest

from src.analysis.judge import judge
from src.backend.decide import Emission
from src.backend.interpret import interpret_job
from src.backend.judging import SIGNED, UNSAMPLED, Judged, Sampled
from src.backend.rows import rows_of
from src.insights.tables import create_statement
from src.kql.catalogue import shipped_queries
from src.shared.github_events import JobDelivery, parse_delivery
from src.shared.job_timeline import timeline_of
from src.simulate.days import simulate_day
from src.simulate.sampled_jobs import SampledJob, sampled_jobs
from tests.kql.component import Component

pytestmark = pytest.mark.slow

END = datetime(2026, 3, 2, tzinfo=UTC)
QUERIES = {query.name: query.text for query in shipped_queries()}
RUNS = 8
SURE_SECONDS = 15  # GitHub's times are whole seconds: what lasts longer is judged for certain
SHARE = 0.03


@dataclass
class Told:
    """A job as it was simulated, and as it was delivered."""

    sampled: SampledJob
    delivery: JobDelivery
    has_sampler: bool

    @property
    def emission(self) -> Emission:
        """What its end means."""
        job = self.delivery.workflow_job
        known = UNSAMPLED
        if self.has_sampler:
            known = Sampled(1, Judged(judge(timeline_of(job), self.sampled.batches), SIGNED))
        told = interpret_job(self.delivery, f"delivery-{job.id}", (), known)
        return Emission(told, spans=False, received_at=END)


@pytest.fixture(scope="module")
def jobs() -> list[Told]:
    told = []
    for number, job in enumerate(sampled_jobs(simulate_day(3, END, RUNS).planned)):
        delivery = parse_delivery("workflow_job", job.body)
        assert isinstance(delivery, JobDelivery)
        told.append(Told(job, delivery, has_sampler=number % 4 > 0))
    return told


@pytest.fixture(scope="module")
def component(jobs: list[Told]) -> Iterator[Component]:
    with duckdb.connect() as connection:
        connection.execute(create_statement("customEvents"))
        tables = Component(connection)
        for job in jobs:
            for row in rows_of(job.emission, END + timedelta(minutes=1)):
                values = row.properties | row.measurements
                tables.emit(row.name, values.pop("record_id"), row.at, **values)
        yield tables


def test_as_many_jobs_are_covered_as_had_a_sampler(component: Component, jobs: list[Told]):
    of_label = defaultdict[str, list[bool]](list)
    for job in jobs:
        for label in job.delivery.workflow_job.labels or ():
            of_label[label].append(job.has_sampler)

    rows = {row["label"]: row for row in component.ask(QUERIES["sample-coverage"])}

    assert rows.keys() == of_label.keys()
    for label, sampled in of_label.items():
        assert (rows[label]["jobs"], rows[label]["without"]) == (len(sampled), sampled.count(False))
        assert rows[label]["complete"] == sampled.count(True)


@pytest.mark.parametrize(
    ("query", "into", "out_of"),
    [
        ("network-heavy-steps", "network_received_bytes", "network_sent_bytes"),
        ("disk-heavy-steps", "disk_read_bytes", "disk_written_bytes"),
    ],
)
def test_steps_moved_what_they_were_made_to(
    component: Component, jobs: list[Told], query: str, into: str, out_of: str
):
    moved = defaultdict[tuple[str, str], list[int]](list)
    for job in jobs:
        for step in job.sampled.usage if job.has_sampler else ():
            if step.seconds >= SURE_SECONDS:
                total = getattr(step, into) + getattr(step, out_of)
                moved[job.delivery.workflow_job.name, step.name].append(total)

    rows = {(row["job_name"], row["step_name"]): row for row in component.ask(QUERIES[query])}

    first = next(iter(rows))
    heaviest = max(mean(totals) for totals in moved.values())
    assert mean(moved[first]) >= heaviest * (1 - 2 * SHARE)  # of steps closer than that, any
    assert rows[first]["steps"] == len(moved[first])
    assert rows[first]["mean_bytes"] == pytest.approx(mean(moved[first]), rel=SHARE)


def test_what_stood_idle_is_what_nobody_used(component: Component, jobs: list[Told]):
    steps_used = sum(s.cpu_seconds for j in jobs if j.has_sampler for s in j.sampled.usage)

    rows = component.ask("WorkflowJobs() | where isnotnull(wasted_core_seconds)")

    assert len(rows) == sum(job.has_sampler for job in jobs)
    allowed = sum(row["cores_allowed"] * row["covered_seconds"] for row in rows)
    wasted = sum(row["wasted_core_seconds"] for row in rows)
    assert wasted == pytest.approx(allowed - steps_used, rel=SHARE)


def test_steps_are_short_of_what_they_were_made_short_of(component: Component, jobs: list[Told]):
    planted = {
        f"github.com/jobs/{job.sampled.job_id}/steps/{step.number}": step.short_of
        for job in jobs
        for step in (job.sampled.usage if job.has_sampler else ())
        if step.short_of and step.seconds >= SURE_SECONDS
    }

    steps = component.ask("WorkflowSteps() | project record_id, bottleneck, samples")
    rows = component.ask(QUERIES["steps-by-bottleneck"])

    told = {step["record_id"]: step["bottleneck"] for step in steps}
    assert planted
    assert {record_id: told[record_id] for record_id in planted} == planted
    assert sum(row["steps"] for row in rows) == sum(bool(word) for word in told.values())
    assert {row["bottleneck"] for row in rows} >= set(planted.values())
