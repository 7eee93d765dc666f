"""A trimmed delivery in, the records that it means out. Pure.

Every oddity of GitHub's deliveries that concerns one delivery alone is dealt with here or in
`analysis.durations`; what concerns several deliveries is `decide`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..analysis.durations import (
    NOT_STARTED,
    RAN,
    UNKNOWN,
    CompletedJob,
    Gate,
    approval,
    elapsed,
    execution,
    in_order,
    queue_time,
    was_gated,
)
from ..model import ids
from ..model.records import (
    PHASE_COMPLETED,
    PHASE_IN_PROGRESS,
    PHASE_QUEUED,
    JobRecord,
    RunRecord,
    StepRecord,
    revision,
)
from ..model.times import parse_time
from ..shared.github_events import JobDelivery, RunDelivery, Step, User, WorkflowJob, github_host
from .fingerprint import fingerprint
from .judging import UNSAMPLED, Sampled
from .run_totals import NO_JOBS, FinishedJobs

POOL_LABEL = "ManagedDevOps.Pool="
NOT_YET_STARTED = frozenset({"queued", "waiting", "pending", "requested"})

# The action leads: a run that needs approval comes as requested, yet with status completed.
_PHASE_BY_WORD = dict.fromkeys(NOT_YET_STARTED, PHASE_QUEUED) | {
    "in_progress": PHASE_IN_PROGRESS,
    "started": PHASE_IN_PROGRESS,
    "completed": PHASE_COMPLETED,
}


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A run, or a job with the steps it had: what is emitted together."""

    subject: RunRecord | JobRecord
    steps: tuple[StepRecord, ...]
    phase: int


def phase_of(action: str, status: str | None) -> int:
    """Where in its life a thing is; an unknown word means the beginning."""
    return _PHASE_BY_WORD.get(action) or _PHASE_BY_WORD.get(status or "", PHASE_QUEUED)


def interpret_run(
    delivery: RunDelivery, delivery_id: str, jobs: FinishedJobs = NO_JOBS
) -> Interpretation:
    """The record of a run attempt; once it is completed, with what its jobs add up to."""
    run, host = delivery.workflow_run, github_host(delivery)
    phase = phase_of(delivery.action, run.status)
    created_at = parse_time(run.created_at)
    started_at = parse_time(run.run_started_at) or created_at
    # updated_at is no end for ever, but at `completed` there is no better one.
    completed_at = parse_time(run.updated_at) if phase == PHASE_COMPLETED else None
    duration = elapsed(started_at, completed_at)
    record = RunRecord(
        record_id=ids.run_record_id(host, run.id, run.run_attempt),
        revision=revision(phase, jobs.correction if phase == PHASE_COMPLETED else 0),
        content_hash="",
        host=host,
        repository_id=delivery.repository.id,
        repository_full_name=delivery.repository.full_name,
        workflow_run_id=run.id,
        run_attempt=run.run_attempt,
        run_number=run.run_number,
        workflow_name=run.name,
        workflow_path=run.path,
        display_title=run.display_title,
        event=run.event,
        status=run.status,
        conclusion=run.conclusion or None,  # some deliveries say ""
        branch=run.head_branch,
        commit_sha=run.head_sha,
        pull_request_number=run.pull_requests[0].number if run.pull_requests else None,
        actor=_login(run.actor),
        triggered_by=_login(run.triggering_actor) or _login(run.actor),
        run_url=run.html_url,
        delivery_id=delivery_id,
        created_at=created_at,
        started_at=started_at,
        completed_at=completed_at,
        duration_seconds=duration.seconds,
        clamped_count=int(duration.clamped),
        used=jobs.values if phase == PHASE_COMPLETED else {},
    )
    return Interpretation(replace(record, content_hash=fingerprint(record, ())), (), phase)


def interpret_job(
    delivery: JobDelivery,
    delivery_id: str,
    gates: Sequence[Gate],
    sampled: Sampled = UNSAMPLED,
) -> Interpretation:
    """The record of a job and, once it is completed, those of its steps.

    `gates` are the job's queued and waiting deliveries, `sampled` its samples, as far as known.
    """
    phase = phase_of(delivery.action, delivery.workflow_job.status)
    if phase == PHASE_IN_PROGRESS:
        gates = ()  # what a job waited for is told at its end: nothing corrects a running one
    corrections = corrections_by(gates, sampled.batch_count if phase == PHASE_COMPLETED else 0)
    job = _job_record(delivery, delivery_id, gates, phase)
    if phase == PHASE_COMPLETED and job.execution == RAN:
        sampled = sampled.with_failure(delivery)
    used = sampled.of_job if phase == PHASE_COMPLETED else {}
    job = replace(job, revision=revision(phase, corrections), used=used)
    if phase == PHASE_QUEUED and was_gated(gates):
        latest = in_order(gates)[-1]
        job = replace(job, status=latest.action, delivery_id=latest.delivery_id)
    listed = (delivery.workflow_job.steps or ()) if phase == PHASE_COMPLETED else ()
    unhashed = tuple(_step_record(step, job, sampled) for step in listed)
    job = replace(job, content_hash=fingerprint(job, unhashed))
    return Interpretation(job, tuple(replace(step, job=job) for step in unhashed), phase)


def corrections_by(gates: Sequence[Gate], batch_count: int) -> int:
    """How many facts corrected a job; with each that comes the number rises."""
    return batch_count + (len(gates) if was_gated(gates) else 0)


def _job_record(
    delivery: JobDelivery, delivery_id: str, gates: Sequence[Gate], phase: int
) -> JobRecord:
    job, host = delivery.workflow_job, github_host(delivery)
    created_at, started_at, completed_at = _times(job, phase)
    how = execution_of(job) if phase == PHASE_COMPLETED else None
    duration = elapsed(started_at, completed_at) if how == RAN else UNKNOWN
    queued = queue_time(created_at, started_at, gates) if how == RAN else UNKNOWN
    granted = approval(gates, started_at)
    return JobRecord(
        record_id=ids.job_record_id(host, job.id),
        revision=revision(phase),
        content_hash="",
        host=host,
        repository_id=delivery.repository.id,
        repository_full_name=delivery.repository.full_name,
        workflow_run_id=job.run_id,
        run_attempt=job.run_attempt,
        workflow_name=job.workflow_name,
        job_id=job.id,
        job_name=job.name,
        status=job.status,
        conclusion=job.conclusion or None,
        execution=how,
        branch=job.head_branch,
        commit_sha=job.head_sha,
        actor=_login(delivery.sender),
        labels=",".join(job.labels or ()),
        pool_name=_pool(job.labels or ()),
        runner_id=job.runner_id or None,  # 0 and "" mean that no runner took it
        runner_name=job.runner_name or None,
        runner_group=job.runner_group_name or None,
        job_url=job.html_url,
        delivery_id=delivery_id,
        created_at=created_at,
        started_at=None if how == NOT_STARTED else started_at,
        completed_at=completed_at,
        duration_seconds=duration.seconds,
        queue_seconds=queued.seconds,
        approval_seconds=granted.seconds if granted else None,
        step_count=len(job.steps or ()),
        clamped_count=duration.clamped + queued.clamped,
    )


def _step_record(step: Step, job: JobRecord, sampled: Sampled) -> StepRecord:
    started_at, completed_at = parse_time(step.started_at), parse_time(step.completed_at)
    ran = job.execution == RAN and step.conclusion != "skipped"
    duration = elapsed(started_at, completed_at) if ran else UNKNOWN
    return StepRecord(
        record_id=ids.step_record_id(job.host, job.job_id, step.number),
        job=job,
        step_number=step.number,
        step_name=step.name,
        step_status=step.status,
        step_conclusion=step.conclusion or None,
        started_at=started_at,
        completed_at=completed_at,
        duration_seconds=duration.seconds,
        clamped_count=int(duration.clamped),
        used=sampled.of_step(step.number),
    )


def _times(
    job: WorkflowJob, phase: int
) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Created, started, completed; a job that is queued has no start, whatever its body says."""
    return (
        parse_time(job.created_at),
        parse_time(job.started_at) if phase > PHASE_QUEUED else None,
        parse_time(job.completed_at) if phase == PHASE_COMPLETED else None,
    )


def execution_of(job: WorkflowJob) -> str:
    """How a completed job came about."""
    return execution(
        CompletedJob(
            conclusion=job.conclusion,
            created_at=parse_time(job.created_at),
            completed_at=parse_time(job.completed_at),
            has_runner=bool(job.runner_id or job.runner_name),
            has_steps=bool(job.steps),
            has_labels=bool(job.labels),
        )
    )


def _login(user: User | None) -> str | None:
    return user.login if user else None


def _pool(labels: Sequence[str]) -> str | None:
    pools = (label.removeprefix(POOL_LABEL) for label in labels if label.startswith(POOL_LABEL))
    return next(pools, None)
