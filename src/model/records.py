"""Records: what is known of one run, job or step at one moment of its life.

A record keeps its `record_id` from queued to completed; `revision` rises, so the newest revision
of a record id is the truth and the others are its history. Times are aware UTC datetimes,
durations are seconds, unknown is None. Every field has a row in `semconv`, and so has every name in
`used`: what samples say of a thing, empty where there were none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Mapping, Optional, Union

from .ids import run_record_id

PHASE_QUEUED, PHASE_IN_PROGRESS, PHASE_COMPLETED = 1, 2, 3
REVISIONS_PER_PHASE = 1_000_000

UsedValues = Mapping[str, Union[str, float, int]]
"""By name; what is unknown is left out."""


def revision(phase: int, correction: int = 0) -> int:
    """The place of a record in its life: a later phase wins, then a later correction."""
    return phase * REVISIONS_PER_PHASE + min(correction, REVISIONS_PER_PHASE - 1)


@dataclass(frozen=True)
class RunRecord:
    """One attempt of a workflow run."""

    record_id: str
    revision: int
    content_hash: str
    host: str
    repository_id: int
    repository_full_name: str
    workflow_run_id: int
    run_attempt: Optional[int]
    run_number: Optional[int]
    workflow_name: Optional[str]
    workflow_path: Optional[str]
    display_title: Optional[str]
    event: Optional[str]
    status: Optional[str]
    conclusion: Optional[str]
    branch: Optional[str]
    commit_sha: Optional[str]
    pull_request_number: Optional[int]
    actor: Optional[str]
    triggered_by: Optional[str]
    run_url: Optional[str]
    delivery_id: str
    created_at: Optional[datetime]
    started_at: Optional[datetime]
    completed_at: Optional[datetime]
    duration_seconds: Optional[float]
    clamped_count: int
    used: UsedValues = field(default_factory=dict, hash=False)

    @property
    def run_record_id(self) -> str:
        """Its own: a run attempt is its own trace."""
        return self.record_id

    @property
    def parent_record_id(self) -> None:
        """A run attempt has none."""
        return


@dataclass(frozen=True)
class JobRecord:
    """One job of a run attempt."""

    record_id: str
    revision: int
    content_hash: str
    host: str
    repository_id: int
    repository_full_name: str
    workflow_run_id: int
    run_attempt: Optional[int]
    workflow_name: Optional[str]
    job_id: int
    job_name: str
    status: Optional[str]
    conclusion: Optional[str]
    execution: Optional[str]
    branch: Optional[str]
    commit_sha: Optional[str]
    actor: Optional[str]
    labels: str
    pool_name: Optional[str]
    runner_id: Optional[int]
    runner_name: Optional[str]
    runner_group: Optional[str]
    job_url: Optional[str]
    delivery_id: str
    created_at: Optional[datetime]
    started_at: Optional[datetime]
    completed_at: Optional[datetime]
    duration_seconds: Optional[float]
    queue_seconds: Optional[float]
    approval_seconds: Optional[float]
    step_count: int
    clamped_count: int
    used: UsedValues = field(default_factory=dict, hash=False)

    @property
    def run_record_id(self) -> str:
        """The record id of the run attempt this job belongs to."""
        return run_record_id(self.host, self.workflow_run_id, self.run_attempt)

    @property
    def parent_record_id(self) -> str:
        """The run attempt's."""
        return self.run_record_id


@dataclass(frozen=True)
class StepRecord:
    """One step of a job; `job` holds what the step shares with it."""

    record_id: str
    job: JobRecord
    step_number: int
    step_name: str
    step_status: Optional[str]
    step_conclusion: Optional[str]
    started_at: Optional[datetime]
    completed_at: Optional[datetime]
    duration_seconds: Optional[float]
    clamped_count: int
    used: UsedValues = field(default_factory=dict, hash=False)

    @property
    def run_record_id(self) -> str:
        """The record id of the run attempt this step belongs to."""
        return self.job.run_record_id

    @property
    def parent_record_id(self) -> str:
        """The job's."""
        return self.job.record_id

    @property
    def repository_full_name(self) -> str:
        """The job's."""
        return self.job.repository_full_name

    @property
    def workflow_name(self) -> Optional[str]:
        """The job's."""
        return self.job.workflow_name

    @property
    def conclusion(self) -> Optional[str]:
        """The step's own, under the name that runs and jobs have for theirs."""
        return self.step_conclusion

    @property
    def created_at(self) -> Optional[datetime]:
        """A step comes into being when it starts."""
        return self.started_at


Record = Union[RunRecord, JobRecord, StepRecord]
