"""A judged job in; the records that its delivery makes, out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from src.analysis.curves import course_of
from src.analysis.job_document import job_document
from src.analysis.timeline import Job
from src.analysis.verdict import Verdict
from src.model.records import JobRecord, StepRecord
from src.model.samples import Batch
from tests.model.made_records import JOB_RECORD, STEP_RECORD


def records(job: Job) -> tuple[JobRecord, list[StepRecord]]:
    """As far as a job's time line tells of them."""
    told = replace(
        JOB_RECORD,
        job_name=job.name,
        conclusion=job.conclusion,
        started_at=moment(job.start_ms),
        completed_at=moment(job.end_ms),
    )
    return told, [
        replace(
            STEP_RECORD,
            step_number=step.number,
            step_name=step.name,
            step_conclusion=step.conclusion,
            started_at=moment(step.start_ms),
            completed_at=moment(step.end_ms),
        )
        for step in job.steps
    ]


def documented(verdict: Verdict, batches: Sequence[Batch]) -> dict[str, Any]:
    """The document of the job that was judged."""
    job = verdict.usage.job
    return job_document(*records(job), verdict, course_of(job, batches))


def moment(time_ms: int | None) -> datetime | None:
    return None if time_ms is None else datetime.fromtimestamp(time_ms / 1000, UTC)
