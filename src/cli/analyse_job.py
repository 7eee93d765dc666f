"""A file that holds a job as GitHub tells it in; that job, with its steps as spans of time, out.

A webhook's workflow_job body, a REST job, a REST list of jobs, or JSON Lines of any of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..analysis import timeline
from ..shared.errors import TelemetryError
from ..shared.github_events import WorkflowJob
from ..shared.job_timeline import is_over, timeline_of
from .analyse_kinds import names_in


class NoJobError(TelemetryError):
    """A file that holds no job, or not the one that was meant; the message says what it holds."""


@dataclass(frozen=True, slots=True)
class ToldJob:
    """A job, and GitHub's own account of it, by which its samples are known.

    `repository_id` is known of a webhook's; `complaints` say what is wrong with it, in words.
    """

    job: timeline.Job
    told: WorkflowJob
    repository_id: int | None = None
    complaints: tuple[str, ...] = ()


class _Repository(msgspec.Struct):
    """The one that a webhook is about."""

    id: int | None = None


class _Wrapper(msgspec.Struct):
    """What a webhook and the REST interface wrap jobs in."""

    workflow_job: WorkflowJob | msgspec.UnsetType | None = msgspec.UNSET
    jobs: tuple[WorkflowJob, ...] | msgspec.UnsetType = msgspec.UNSET
    repository: _Repository | None = None


_Found = tuple[WorkflowJob, int | None]  # and its repository's id


def read_job(file: Path, job_id: int | None = None) -> ToldJob:
    """The only job in the file, or the one with this id.

    Raises:
        NoJobError: there is none, or several and no id.
    """
    found = _read(file)
    names = ", ".join(f"{job.id} ({job.name})" for job, _ in found)
    fitting = [(job, repository_id) for job, repository_id in found if job_id in {None, job.id}]
    if not fitting:
        raise NoJobError(f"{file} has no job {job_id}; it has {names}")
    if len({job.id for job, _ in fitting}) > 1:
        raise NoJobError(f"{file} has several jobs: choose one by --job; it has {names}")
    told, repository_id = fitting[-1]  # where one job is told twice, the later knows more
    return ToldJob(timeline_of(told), told, repository_id, tuple(_complaints(told)))


def _read(file: Path) -> list[_Found]:
    try:
        content = file.read_bytes()
    except OSError as exc:
        raise NoJobError(f"cannot read {file}: {exc.strerror}") from exc
    try:
        found = [job for part in _parts(content) for job in _jobs(part)]
    except (msgspec.MsgspecError, ValueError, RecursionError) as exc:
        raise NoJobError(f"{file} {_what_else(content, exc)}") from exc
    if not found:
        raise NoJobError(f"{file} holds no job")
    return found


def _parts(content: bytes) -> list[msgspec.Raw]:
    try:
        return [msgspec.json.decode(content, type=msgspec.Raw)]
    except msgspec.DecodeError:
        lines = content.splitlines()
        if len(lines) < 2:  # noqa: PLR2004 -- one line is one body
            raise
        return [msgspec.json.decode(line, type=msgspec.Raw) for line in lines if line.strip()]


def _jobs(part: msgspec.Raw) -> Iterator[_Found]:
    wrapper = msgspec.json.decode(part, type=_Wrapper)
    if wrapper.workflow_job:
        yield wrapper.workflow_job, wrapper.repository.id if wrapper.repository else None
    elif wrapper.jobs:
        yield from ((job, None) for job in wrapper.jobs)
    elif wrapper.workflow_job is msgspec.UNSET and wrapper.jobs is msgspec.UNSET:
        yield msgspec.json.decode(part, type=WorkflowJob), None


def _what_else(content: bytes, problem: Exception) -> str:
    """What a file without a job is, where that can be told; else the problem with it."""
    names = names_in(content)
    if {"sampler", "sequence", "columns"} <= names:
        return "is a file of samples: JOB.json comes first, SAMPLES.jsonl second"
    for name in ("workflow_run", "workflow_runs"):
        if name in names:
            return f"is a {name} body, which tells of a run: give a job's (workflow_job)"
    return f"holds no job as GitHub tells it: {problem}"


def _complaints(told: WorkflowJob) -> Iterator[str]:
    if not is_over(told):
        yield (
            f"This job is not completed yet ({told.status or 'it has no end'}): give its completed"
            " state. What is not over is told so far, as if all until the last sample were its own."
        )
