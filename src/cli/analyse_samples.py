"""A file of encoded batches, one a line, in; those of one job, and what was wrong with it, out."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..model.batches import BatchError, decode
from ..model.samples import Batch
from ..shared.errors import TelemetryError
from ..shared.github_events import WorkflowJob

# How samples are known to be a job's where their sampler was not told its id.
_SHARED_NAMES = ("run_id", "run_attempt", "runner_name")


class NoSamplesError(TelemetryError):
    """A file without a batch of the job; the message says of which jobs it has some."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The job's batches as they stand in the file, and lines that had to be left out, in words."""

    batches: list[Batch]
    complaints: list[str]


def read_samples(file: Path, job: WorkflowJob) -> Samples:
    """The batches of this job.

    Raises:
        NoSamplesError: there are none.
    """
    complaints: list[str] = []
    try:
        with file.open("rb") as lines:
            batches = list(_batches(lines, complaints))
    except OSError as exc:
        raise NoSamplesError(f"cannot read {file}: {exc.strerror}") from exc
    of_job = [batch for batch in batches if _is_of(batch, job)]
    if not of_job:
        raise NoSamplesError(_nothing(file, job, batches, complaints))
    return Samples(of_job, complaints)


def _batches(lines: Iterator[bytes], complaints: list[str]) -> Iterator[Batch]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield decode(line)
        except BatchError as exc:
            # A sampler that is killed while it writes leaves a line without an end.
            torn = "torn, as when its writer was stopped; " if not line.endswith(b"\n") else ""
            complaints.append(f"line {number} was left out: {torn}{exc}")


def _is_of(batch: Batch, job: WorkflowJob) -> bool:
    """By the job's id, else by whatever else the batch knows of its job."""
    known = batch.job
    if known.get("job_id") is not None:
        return known["job_id"] == job.id
    pairs = ((known.get(name), getattr(job, name)) for name in _SHARED_NAMES)
    return all(ours == theirs for ours, theirs in pairs if ours is not None and theirs is not None)


def _nothing(file: Path, job: WorkflowJob, batches: list[Batch], complaints: list[str]) -> str:
    if not batches:
        return f"{file} holds no batch of samples" + (f": {complaints[0]}" if complaints else "")
    others = Counter(_whose(batch) for batch in batches)
    listed = ", ".join(f"{whose} ({count} batches)" for whose, count in others.items())
    return f"{file} has no samples of job {job.id} ({job.name}); it has some of {listed}"


def _whose(batch: Batch) -> str:
    known = batch.job
    if known.get("job_id") is not None:
        return f"job {known['job_id']}"
    told = [f"{name} {known[name]}" for name in _SHARED_NAMES if known.get(name) is not None]
    return "a job of " + ", ".join(told)
