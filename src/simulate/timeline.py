"""From the plan to deliveries: what GitHub would send, and when it would arrive.

Bodies are made one by one as they are asked for, so a large day needs little memory.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from operator import attrgetter
from random import Random
from uuid import UUID

from .bodies import workflow_job_body, workflow_run_body
from .deliveries import Delivery
from .plan import CHECK_RUN, REUSED, SKIPPED, Job, Run


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime  # of its arrival
    event: str
    body: Callable[[], bytes]


def deliver(rng: Random, runs: Iterable[Run]) -> Iterator[Delivery]:
    """All deliveries of these attempts in the order of their arrival; `rng` draws their ids."""
    moments = [moment for run in runs for moment in _run_moments(run)]
    # Where moments of one run are equal, they stay as they were told: a run before its jobs.
    for moment in sorted(moments, key=attrgetter("at")):
        delivery_id = str(UUID(int=rng.getrandbits(128), version=4))
        yield Delivery(moment.at, moment.event, delivery_id, moment.body())


def arrival(run: Run, moment: datetime) -> datetime:
    """When the delivery of what happened at `moment` arrives."""
    return moment + timedelta(seconds=run.origin.lag_seconds)


def _run_moments(run: Run) -> Iterator[_Moment]:
    def moment(at: datetime, action: str) -> _Moment:
        body = partial(workflow_run_body, run, action, at)
        return _Moment(arrival(run, at), "workflow_run", body)

    yield moment(run.started_at, "requested")
    if run.first_job_started_at:
        yield moment(run.first_job_started_at, "in_progress")
    if run.completed_at:
        yield moment(run.completed_at, "completed")
    for job in run.jobs:
        yield from _job_moments(run, job)


def _job_moments(run: Run, job: Job) -> Iterator[_Moment]:
    def moment(at: datetime, action: str) -> _Moment:
        body = partial(workflow_job_body, run, job, action)
        return _Moment(arrival(run, at), "workflow_job", body)

    if job.execution in {SKIPPED, REUSED, CHECK_RUN}:  # they never stood in a queue
        yield moment(job.created_at, "completed")
        return
    yield moment(job.created_at, "queued")
    if job.waiting_at:
        yield moment(job.waiting_at, "waiting")
    if job.approved_at:
        yield moment(job.approved_at, "queued")
    if job.runner and job.started_at:
        yield moment(job.started_at, "in_progress")
    if job.completed_at:
        yield moment(job.completed_at, "completed")
