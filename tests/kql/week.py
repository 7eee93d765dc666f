"""A seed in; a simulated week, the rows that the backend makes of it, and the truth about it, out.

Each delivery goes through the backend's decisions at its moment, so that the tables hold what they
would have held: every revision of every job, in the order of their arrival. On the last day some
of the jobs have a sampler; their rows come again with what it saw.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from msgspec import Raw

from src.analysis.judge import judge
from src.backend.arrivals import Subject, arrive
from src.backend.decide import Emission, Known, decide
from src.backend.host_figures import minute_of
from src.backend.host_points import HostIdentity, host_points
from src.backend.interpret import interpret_job
from src.backend.judging import SIGNED, Judged, Sampled
from src.backend.rows import OLDEST_ROW, rows_of
from src.backend.sinks.base import MetricRow, Row
from src.model.samples import Batch
from src.shared.github_events import JobDelivery, parse_delivery
from src.shared.job_timeline import timeline_of
from src.shared.messages import Event
from src.simulate.days import Day, simulate_day
from src.simulate.deliveries import Delivery
from src.simulate.sampled_jobs import SampledJob, sampled_jobs
from src.simulate.totals import Totals
from src.simulate.truth import Truth, tell_truth

END = datetime(2026, 3, 6, 18, tzinfo=UTC)  # a Friday's evening
SEED = 7
DAYS = 7
SAMPLED_EVERY = 3  # of the last day's jobs that could be


@dataclass(frozen=True)
class Week:
    """Seven days up to `END`; `sampled` are those of the last day's jobs that have a sampler."""

    days: tuple[Day, ...]
    sampled: tuple[SampledJob, ...]
    rows: tuple[Row, ...]

    @cached_property
    def truth(self) -> Truth:
        """Of the whole week."""
        return tell_truth([run for day in self.days for run in day.planned], END)

    @property
    def totals(self) -> Totals:
        """What the queries must answer."""
        return self.truth.totals


def make_week() -> Week:
    """The same each time; it takes seconds, so ask for it once."""
    days = tuple(simulate_day(SEED, END - timedelta(days=n)) for n in reversed(range(DAYS)))
    sampled = tuple(sampled_jobs(days[-1].planned))[::SAMPLED_EVERY]
    batches = {job.job_id: list(job.batches) for job in sampled}
    emitted = _rows((d for day in days for d in day.deliveries), batches)
    return Week(days, sampled, tuple(emitted))


def _rows(deliveries: Iterable[Delivery], batches: dict[int, list[Batch]]) -> Iterator[Row]:
    gates = defaultdict[Subject, list](list)
    for delivery in deliveries:
        event = Event(delivery.event, delivery.delivery_id, delivery.at, Raw(delivery.body))
        arrival = arrive(event)
        known = gates[arrival.subject]
        known.extend([arrival.gate] if arrival.gate else [])
        for emission in decide(arrival, Known(gates=tuple(known))):
            yield from rows_of(emission, delivery.at)
        if (seen := batches.get(arrival.subject.job_id or 0)) and _is_over(delivery):
            yield from _sampled_rows(delivery, tuple(known), seen)


def _is_over(delivery: Delivery) -> bool:
    told = parse_delivery(delivery.event, delivery.body)
    return isinstance(told, JobDelivery) and told.workflow_job.status == "completed"


def _sampled_rows(delivery: Delivery, gates: tuple, seen: list[Batch]) -> Iterator[Row]:
    """The job once more, with what its sampler saw, and what its machine did each minute."""
    told = parse_delivery(delivery.event, delivery.body)
    assert isinstance(told, JobDelivery)
    known = Sampled(1, Judged(judge(timeline_of(told.workflow_job), seen), SIGNED))
    interpreted = interpret_job(told, delivery.delivery_id, gates, known)
    yield from rows_of(Emission(interpreted, spans=False, received_at=delivery.at), delivery.at)
    yield from _minutes(told, seen, delivery.at)


def _minutes(told: JobDelivery, seen: list[Batch], now: datetime) -> list[MetricRow]:
    job = told.workflow_job
    who = HostIdentity(
        host="github.com",
        repository_id=told.repository.id,
        repository_full_name=told.repository.full_name,
        workflow_run_id=job.run_id,
        job_id=job.id,
        runner_name=job.runner_name,
    )
    starts_ms = {minute_of(time_ms) for batch in seen for time_ms in batch.time_ms}
    return host_points(seen, starts_ms, who, skew_ms=0, oldest=now - OLDEST_ROW, now=now)
