"""A run with three jobs in an archive: one that a sampler watched, one that failed, one skipped."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from src.backend.interpret import Interpretation
from src.backend.sinks.archive import Archive
from src.model.records import PHASE_COMPLETED, JobRecord, RunRecord, StepRecord
from src.shared.object_store import folder_store
from src.shared.storage import OBJECTS_FOLDER
from tests.analysis.recorded import records
from tests.model.made_records import JOB_RECORD, RUN_RECORD, STEP_RECORD
from tests.sampler.reported import Reported, parallel

SECONDS = 136  # of the job that was watched
EARLIER = replace(RUN_RECORD, record_id="github.com/runs/301/attempts/1", run_attempt=1)
SKIPPED = replace(
    JOB_RECORD,
    record_id="github.com/jobs/503",
    job_id=503,
    job_name="deploy",
    conclusion="skipped",
    execution="skipped",
    started_at=None,
    duration_seconds=None,
)


def watched(reported: Reported) -> Interpretation:
    """The job that was judged."""
    job, steps = records(reported.verdict.usage.job)
    job = replace(job, job_name="build (linux)")
    return Interpretation(_timed(job), tuple(map(_timed_step, steps)), PHASE_COMPLETED)


def failed(like: JobRecord) -> Interpretation:
    """A job beside it, with a step, and nobody to watch it."""
    start = like.started_at
    assert start
    job = replace(
        like,
        record_id="github.com/jobs/502",
        job_id=502,
        job_name="lint",
        conclusion="failure",
        created_at=start - timedelta(seconds=30),
        completed_at=start + timedelta(seconds=60),
        duration_seconds=60.0,
    )
    names = ("ruff check", "mypy")
    ends = ("success", "failure")
    steps = tuple(
        replace(
            STEP_RECORD,
            step_number=number,
            step_name=name,
            step_conclusion=end,
            started_at=start + timedelta(seconds=30 * (number - 1)),
            completed_at=start + timedelta(seconds=30 * number),
            duration_seconds=30.0,
        )
        for number, (name, end) in enumerate(zip(names, ends, strict=True), 1)
    )
    return Interpretation(job, steps, PHASE_COMPLETED)


def run_of(job: JobRecord) -> RunRecord:
    """As long as the job, and a minute more."""
    assert job.started_at
    assert job.completed_at
    return replace(
        RUN_RECORD,
        started_at=job.started_at - timedelta(seconds=30),
        completed_at=job.completed_at + timedelta(seconds=30),
        conclusion="failure",
        duration_seconds=SECONDS + 60.0,
    )


def write_archive(home: Path, *, with_run: bool = True) -> None:
    """All of it, as the worker keeps it."""
    asyncio.run(_write(home, with_run=with_run))


async def _write(home: Path, *, with_run: bool) -> None:
    archive = Archive(folder_store(home / OBJECTS_FOLDER))
    reported = parallel()
    told = watched(reported)
    job = told.subject
    assert isinstance(job, JobRecord)
    verdict = reported.verdict
    named = verdict.usage.job._replace(name=job.job_name)
    verdict = verdict._replace(usage=verdict.usage._replace(job=named))
    await archive.keep(told, verdict, reported.batches)
    await archive.keep(failed(job))
    skipped = replace(SKIPPED, created_at=job.completed_at)
    await archive.keep(Interpretation(skipped, (), PHASE_COMPLETED))
    if with_run:
        await archive.keep(Interpretation(run_of(job), (), PHASE_COMPLETED))
        await archive.keep(Interpretation(EARLIER, (), PHASE_COMPLETED))


def _timed(job: JobRecord) -> JobRecord:
    return replace(job, duration_seconds=_seconds(job), created_at=job.started_at)


def _timed_step(step: StepRecord) -> StepRecord:
    return replace(step, duration_seconds=_seconds(step))


def _seconds(record: JobRecord | StepRecord) -> float | None:
    if record.started_at is None or record.completed_at is None:
        return None
    return (record.completed_at - record.started_at).total_seconds()
