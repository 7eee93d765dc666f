"""A file of encoded batches, one a line, in; those of one job, and what was wrong with it, out.

Without a job, what was sampled is its own: one step, from the first sample to the last.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..analysis.timeline import Job, Step
from ..model.batches import BatchError, decode
from ..model.samples import Batch
from ..model.times import parse_time
from ..shared.errors import TelemetryError
from ..shared.github_events import WorkflowJob
from .analyse_kinds import no_samples

_GIB_KB = 1 << 20
_WHOLE = "all that was sampled"
# How samples are known to be a job's where their sampler was not told its id.
_SHARED_NAMES = ("run_id", "run_attempt", "runner_name")


class NoSamplesError(TelemetryError):
    """A file without a batch of the job; the message says of which jobs it has some."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The job's batches as they stand in the file, and lines that had to be left out, in words."""

    batches: list[Batch]
    complaints: list[str]


def read_samples(file: Path, job: WorkflowJob, repository_id: int | None = None) -> Samples:
    """The batches of this job; its repository's id is compared where both are known.

    Raises:
        NoSamplesError: there are none.
    """
    complaints: list[str] = []
    batches = _read(file, complaints)
    of_job = [batch for batch in batches if _is_of(batch, job, repository_id)]
    if not of_job:
        raise NoSamplesError(_nothing(file, job, batches, complaints))
    complaints += [*_apart(of_job, job), *_elsewhere(of_job, repository_id), *_unlike(of_job)]
    return Samples(of_job, complaints)


def read_all_samples(file: Path) -> tuple[Job, Samples]:
    """All batches, and a job that lasts as long as they do, with a step for all of it.

    Raises:
        NoSamplesError: there are none, or they are of several jobs.
    """
    complaints: list[str] = []
    batches = _read(file, complaints)
    jobs = {_whose(batch) for batch in batches}
    if not batches:
        raise NoSamplesError(_nothing_at_all(file, complaints))
    if len(jobs) > 1:
        raise NoSamplesError(
            f"{file} has samples of several jobs: give JOB.json; {_listed(batches)}"
        )
    start_ms, end_ms = _range_ms(batches)
    step = Step(1, _WHOLE, start_ms, end_ms)
    if not any(batch.final for batch in batches):
        complaints.append("Its end was not seen: it may have gone on after the last sample.")
    complaints += _unlike(batches)
    return Job(file.name, start_ms, end_ms, (step,)), Samples(batches, complaints)


def _read(file: Path, complaints: list[str]) -> list[Batch]:
    try:
        with file.open("rb") as lines:
            return list(_batches(lines, complaints))
    except OSError as exc:
        raise NoSamplesError(f"cannot read {file}: {exc.strerror}") from exc


def _batches(lines: Iterator[bytes], complaints: list[str]) -> Iterator[Batch]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            batch = decode(line)
        except BatchError as exc:
            # A sampler that is killed while it writes leaves a line without an end.
            torn = "torn, as when its writer was stopped; " if not line.endswith(b"\n") else ""
            complaints.append(f"line {number} was left out: {torn}{exc}")
            continue
        if batch.time_ms:
            yield batch


def _is_of(batch: Batch, job: WorkflowJob, repository_id: int | None) -> bool:
    """By the job's id, else by whatever else the batch knows of its job; numbers are a host's own.

    A runner has many jobs: its name alone says nothing without the time.
    """
    known = batch.job
    host = (job.html_url or "").partition("://")[2].partition("/")[0].lower()
    if host and known.get("host", host) != host:
        return False
    if known.get("job_id") is not None:
        return known["job_id"] == job.id
    pairs = [(known.get(name), getattr(job, name)) for name in _SHARED_NAMES]
    pairs.append((known.get("repository_id"), repository_id))
    fits = all(ours == theirs for ours, theirs in pairs if None not in {ours, theirs})
    has_name_alone = known.get("run_id") is None and known.get("runner_name") is not None
    return fits and (not has_name_alone or _is_during(batch, job))


def _is_during(batch: Batch, job: WorkflowJob) -> bool:
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in _range_ms([batch]))
    start, end = parse_time(job.started_at), parse_time(job.completed_at)
    return bool(start and end and first <= end and start <= last)


def _nothing(file: Path, job: WorkflowJob, batches: list[Batch], complaints: list[str]) -> str:
    if not batches:
        return _nothing_at_all(file, complaints)
    return f"{file} has no samples of job {job.id} ({job.name}); {_listed(batches)}"


def _nothing_at_all(file: Path, complaints: list[str]) -> str:
    """What the file is, where that can be told; else what is wrong with its first line."""
    known = no_samples(file.read_bytes())
    if known:
        return f"{file} {known}"
    return f"{file} holds no batch of samples" + (f": {complaints[0]}" if complaints else "")


def _listed(batches: list[Batch]) -> str:
    others = Counter(_whose(batch) for batch in batches)
    listed = ", ".join(
        f"{whose} ({count} {'batch' if count == 1 else 'batches'})"
        for whose, count in others.items()
    )
    return f"it has some of {listed}"


def _apart(batches: list[Batch], job: WorkflowJob) -> Iterator[str]:
    """When samples and job were, where they have nothing in common."""
    first, last = (datetime.fromtimestamp(ms / 1000, UTC) for ms in _range_ms(batches))
    start, end = parse_time(job.started_at), parse_time(job.completed_at)
    if start and end and (last < start or end < first):
        yield f"The samples are of {_from_to(first, last)}, the job of {_from_to(start, end)}."


def _elsewhere(batches: list[Batch], repository_id: int | None) -> Iterator[str]:
    """Whose the samples are, where they have the job's id and yet another repository's."""
    told = {batch.job.get("repository_id") for batch in batches} - {None, repository_id}
    if told and repository_id is not None:
        others = ", ".join(map(str, sorted(told, key=str)))
        yield f"The samples are of repository {others}, the job is of repository {repository_id}."


def _unlike(batches: list[Batch]) -> Iterator[str]:
    """Which machines the samples are of, where that is not one."""
    machines = {(batch.host.cpus, batch.host.memory_total_kb): None for batch in batches}
    if len(machines) > 1:
        told = ", ".join(
            f"{cpus} CPUs with {memory_kb / _GIB_KB:.1f} GiB" for cpus, memory_kb in machines
        )
        yield f"The samples are of machines that differ: {told}."


def _range_ms(batches: list[Batch]) -> tuple[int, int]:
    times_ms = [ms for batch in batches for ms in (batch.time_ms[0], batch.time_ms[-1])]
    return min(times_ms), max(times_ms)


def _from_to(first: datetime, last: datetime) -> str:
    return f"{first:%Y-%m-%d %H:%M:%S} to {last:%Y-%m-%d %H:%M:%S} UTC"


def _whose(batch: Batch) -> str:
    known = batch.job
    if known.get("job_id") is not None:
        return f"job {known['job_id']}"
    told = [f"{name} {known[name]}" for name in _SHARED_NAMES if known.get(name) is not None]
    return "a job of " + (", ".join(told) or "no name")
