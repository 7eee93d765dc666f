"""A simulated day in; its completed runs and jobs, as the worker gives them to the archive, out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from src.analysis.judge import judge
from src.analysis.verdict import Verdict
from src.backend.interpret import Interpretation, interpret_job, interpret_run
from src.backend.sinks.archive import Archive
from src.model.batches import decode, encode
from src.model.samples import Batch
from src.shared.github_events import JobDelivery, RunDelivery, parse_delivery
from src.shared.job_timeline import timeline_of
from src.simulate.days import Day, simulate_day
from src.simulate.sampled_jobs import sampled_jobs

END = datetime(2026, 3, 5, tzinfo=UTC)


class Kept(NamedTuple):
    """What the archive keeps of one run or job."""

    interpretation: Interpretation
    verdict: Verdict | None = None
    batches: tuple[Batch, ...] = ()


@cache
def day() -> Day:
    return simulate_day(7, END, runs=12)


@cache
def completed() -> tuple[Kept, ...]:
    """All of the day, in the order in which it was told."""
    return tuple(_completed(day()))


async def fill(archive: Archive, told: tuple[Kept, ...]) -> None:
    for each in told:
        await archive.keep(each.interpretation, each.verdict, each.batches)


def _completed(of: Day) -> Iterator[Kept]:
    sampled = {job.job_id: job for job in sampled_jobs(of.planned)}
    for delivery in of.deliveries:
        told = parse_delivery(delivery.event, delivery.body)
        if told.action != "completed":
            continue
        if isinstance(told, RunDelivery):
            yield Kept(interpret_run(told, delivery.delivery_id))
        else:
            batches = (
                sampled[told.workflow_job.id].batches if told.workflow_job.id in sampled else ()
            )
            yield _job(told, delivery.delivery_id, tuple(decode(encode(each)) for each in batches))


def _job(told: JobDelivery, delivery_id: str, batches: tuple[Batch, ...]) -> Kept:
    verdict = judge(timeline_of(told.workflow_job), batches) if batches else None
    return Kept(interpret_job(told, delivery_id, ()), verdict, batches)
