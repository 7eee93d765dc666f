"""What the tables must say of each run attempt, job and step: the plan in, rows of truth out.

Rows are computed from the plan and never from the bodies, so they can judge whatever reads those.
Durations are seconds, None where there is none: what never ran has no duration, and what no runner
took has no queue time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ..model.times import seconds_between
from .objects import full_name
from .plan import NOT_STARTED, RAN, REUSED, Job, Run, Step
from .timeline import arrival

POOL_LABEL = "ManagedDevOps.Pool="


@dataclass(frozen=True, slots=True)
class RunTruth:
    """One attempt of a run; `started_at` is the attempt's, `created_at` the run's."""

    repository: str
    workflow: str
    run_id: int
    attempt: int
    event: str
    branch: str
    status: str
    conclusion: str | None
    created_at: datetime
    started_at: datetime
    completed_at: datetime | None
    duration_seconds: float | None


@dataclass(frozen=True, slots=True)
class JobTruth:
    """One job of an attempt; one that no runner took has no `started_at`, whatever its body says.

    `queue_seconds` and `approval_seconds` of a job with `approval` hold only for a reader that
    gets each delivery at its moment `at`: the bodies do not say when the approval was given.
    """

    repository: str
    workflow: str
    run_id: int
    attempt: int
    job_id: int
    name: str
    status: str
    conclusion: str | None
    execution: str | None
    approval: bool
    labels: str
    pool_name: str | None
    runner_name: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    duration_seconds: float | None
    queue_seconds: float | None
    approval_seconds: float | None
    step_count: int  # in its latest delivery


@dataclass(frozen=True, slots=True)
class StepTruth:
    """One step of a completed job; `execution` is the job's, and only `ran` is time spent."""

    repository: str
    workflow: str
    run_id: int
    attempt: int
    job_id: int
    job_name: str
    execution: str
    number: int
    name: str
    conclusion: str
    started_at: datetime
    completed_at: datetime
    duration_seconds: float | None


def run_truth(run: Run) -> RunTruth:
    """The row of one attempt."""
    origin = run.origin
    return RunTruth(
        repository=full_name(origin.card.repository),
        workflow=origin.card.workflow.name,
        run_id=origin.run_id,
        attempt=run.attempt,
        event=origin.card.event,
        branch=origin.branch,
        status=run.status,
        conclusion=run.conclusion,
        created_at=origin.created_at,
        started_at=run.started_at,
        completed_at=run.completed_at,
        duration_seconds=seconds_between(run.started_at, run.completed_at),
    )


def job_truth(run: Run, job: Job) -> JobTruth:
    """The row of one job."""
    ran = job.execution == RAN
    return JobTruth(
        repository=full_name(run.origin.card.repository),
        workflow=run.origin.card.workflow.name,
        run_id=run.origin.run_id,
        attempt=run.attempt,
        job_id=job.id,
        name=job.blueprint.name,
        status=job.status,
        conclusion=job.conclusion,
        execution=job.execution,
        approval=job.approved_at is not None,
        labels=",".join(job.labels),
        pool_name=_pool_name(job),
        runner_name=job.runner.name if job.runner else None,
        created_at=job.created_at,
        started_at=None if job.execution == NOT_STARTED else job.started_at,
        completed_at=job.completed_at,
        duration_seconds=seconds_between(job.started_at, job.completed_at) if ran else None,
        queue_seconds=_queue_seconds(run, job),
        approval_seconds=_approval_seconds(run, job),
        step_count=_listed_steps(job),
    )


def step_truths(run: Run, job: Job) -> Iterator[StepTruth]:
    """The rows of a completed job's steps."""
    if job.execution is None:
        return
    for step in job.steps:
        yield StepTruth(
            repository=full_name(run.origin.card.repository),
            workflow=run.origin.card.workflow.name,
            run_id=run.origin.run_id,
            attempt=run.attempt,
            job_id=job.id,
            job_name=job.blueprint.name,
            execution=job.execution,
            number=step.number,
            name=step.name,
            conclusion=step.conclusion,
            started_at=step.started_at,
            completed_at=step.completed_at,
            duration_seconds=_step_seconds(job, step),
        )


def _pool_name(job: Job) -> str | None:
    named = (label for label in job.labels if label.startswith(POOL_LABEL))
    return next((label.removeprefix(POOL_LABEL) for label in named), None)


def _queue_seconds(run: Run, job: Job) -> float | None:
    if not job.runner or job.execution == REUSED:
        return None
    if job.approved_at:  # known only by when the second `queued` arrived
        return seconds_between(arrival(run, job.approved_at), job.started_at)
    return seconds_between(job.created_at, job.started_at)


def _approval_seconds(run: Run, job: Job) -> float | None:
    if not job.waiting_at or not job.approved_at:
        return None
    return seconds_between(arrival(run, job.waiting_at), arrival(run, job.approved_at))


def _listed_steps(job: Job) -> int:
    if job.status == "in_progress":
        return 1  # GitHub lists the first step alone when it tells of the start
    return len(job.steps)


def _step_seconds(job: Job, step: Step) -> float | None:
    if job.execution != RAN or step.conclusion == "skipped":
        return None
    return seconds_between(step.started_at, step.completed_at)
