"""The plan: what really happens on a simulated day. Deliveries and truth both follow from it.

Neither is made from the other, so the truth can judge what a reader makes of the deliveries.
All moments are aware UTC datetimes in whole seconds; None is what has not happened by the day's
end.
"""

from dataclasses import dataclass
from datetime import datetime

from .blueprints import Card, JobBlueprint

RAN, SKIPPED, NOT_STARTED = "ran", "skipped", "not_started"
REUSED, CHECK_RUN = "reused", "check_run"


@dataclass(frozen=True, slots=True)
class Runner:
    """One machine of a pool."""

    id: int
    name: str
    group_id: int
    group_name: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it went, or will go."""

    number: int
    name: str
    conclusion: str
    started_at: datetime
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """One job of one attempt; `steps` hold the future too while it runs."""

    id: int
    blueprint: JobBlueprint
    created_at: datetime
    execution: str | None = None  # known once completed
    waiting_at: datetime | None = None  # for an approval
    approved_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    conclusion: str | None = None
    runner: Runner | None = None
    steps: tuple[Step, ...] = ()

    @property
    def status(self) -> str:
        """GitHub's word for where the job stands."""
        if self.completed_at:
            return "completed"
        if self.started_at:
            return "in_progress"
        return "waiting" if self.waiting_at and not self.approved_at else "queued"

    @property
    def labels(self) -> tuple[str, ...]:
        """What the job asked for; GitHub names none for a job that it skipped."""
        pool = self.blueprint.pool
        return pool.labels if pool and self.execution != SKIPPED else ()


@dataclass(frozen=True, slots=True)
class Origin:
    """What the attempts of a run share."""

    run_id: int
    run_number: int
    card: Card
    created_at: datetime
    actor: str
    title: str
    branch: str
    commit_sha: str
    pull_request_number: int | None
    lag_seconds: int  # from a moment to its delivery; one for a run, so that its order holds


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt of a run."""

    origin: Origin
    attempt: int
    triggered_by: str
    started_at: datetime
    jobs: tuple[Job, ...]
    completed_at: datetime | None = None
    conclusion: str | None = None

    @property
    def first_job_started_at(self) -> datetime | None:
        """When the attempt got its first runner."""
        moments = [job.started_at for job in self.jobs if job.runner and job.execution != REUSED]
        return min((moment for moment in moments if moment), default=None)

    @property
    def status(self) -> str:
        """GitHub's word for where the attempt stands."""
        if self.completed_at:
            return "completed"
        return "in_progress" if self.first_job_started_at else "queued"
