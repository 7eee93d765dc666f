"""A day in, the same out with samplers in some of its runs: their batches come among deliveries.

Some come late and some twice, but all come; so in the end the tables must say of the sampled jobs
and their steps what the judge says who has it all before him, to the last digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from src.analysis.judge import judge
from src.analysis.verdict import Verdict
from src.backend.judging import DECLARED
from src.backend.used_values import Value, job_values, step_values
from src.model.batches import decode, encode
from src.model.ids import job_record_id, step_record_id
from src.model.samples import Batch
from src.shared.github_events import JobDelivery, parse_delivery
from src.shared.job_timeline import timeline_of
from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from src.simulate.pushes import Push, Shares, in_order, pushes
from src.simulate.sampled_jobs import HOST, SampledJob, sampled_jobs
from src.simulate.truth import Truth
from tests.insights.stack import Insights
from tests.integration.expected import Facts
from tests.integration.readings import newest

SHARES = Shares(late=0.1, doubled=0.1, missing=0.0)

Values = Mapping[str, Value]


@dataclass(frozen=True)
class SampledDay:
    """Deliveries and pushes; `jobs` and `steps` are what rows say of usage, by record id."""

    deliveries: list[Delivery | Push]
    truth: Truth
    jobs: Mapping[str, Values]
    steps: Mapping[str, Values]

    @property
    def push_count(self) -> int:
        """How many of all are a sampler's."""
        return sum(isinstance(each, Push) for each in self.deliveries)


def sampled_day(seed: int, end: datetime, runs: int, runs_apart: int) -> SampledDay:
    """A day with samplers in one of so many runs."""
    day = simulate_day(seed, end, runs)
    watched = sampled_jobs(day.planned[::runs_apart])
    jobs = [replace(job, batches=list(map(_as_sent, job.batches))) for job in watched]
    verdicts = {job.job_id: _verdict(job) for job in jobs}
    return SampledDay(
        deliveries=list(in_order(day.deliveries, pushes(jobs, SHARES))),
        truth=day.truth,
        jobs={job_record_id(HOST, id_): job_values(v, DECLARED) for id_, v in verdicts.items()},
        steps={
            step_record_id(HOST, id_, used.step.number): step_values(v, used.step.number)
            for id_, v in verdicts.items()
            for used in v.usage.steps
        },
    )


def assert_used(tables: Insights, day: SampledDay) -> None:
    """The tables say this of usage, neither more nor less."""
    for table, told in (("WorkflowJobs", day.jobs), ("WorkflowSteps", day.steps)):
        rows, names = newest(tables, table), {name for values in told.values() for name in values}
        found = {key: {n: rows[key][n] for n in names if n in rows[key]} for key in told}
        wrong = {key: _differences(found[key], values) for key, values in told.items()}
        assert not any(wrong.values()), {key: names for key, names in wrong.items() if names}


def _differences(row: Facts, values: Values) -> dict[str, tuple[object, object]]:
    """What a row tells, and what it should, where that differs; unknown is absent."""
    pairs = {name: (row.get(name), values.get(name)) for name in {*row, *values}}
    return {name: (told, true) for name, (told, true) in pairs.items() if _read(told) != true}


def _read(told: Value | None) -> Value | None:
    """The tables' own false is the rows' text."""
    return {"True": "true", "False": "false"}.get(str(told), told)


def _as_sent(batch: Batch) -> Batch:
    """What goes over the wire has no more digits than it needs."""
    return decode(encode(batch))


def _verdict(job: SampledJob) -> Verdict:
    delivery = parse_delivery("workflow_job", job.body)
    assert isinstance(delivery, JobDelivery)
    return judge(timeline_of(delivery.workflow_job), job.batches)
