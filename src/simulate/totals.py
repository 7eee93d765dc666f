"""What a day's questions must answer: rows of truth in, totals out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from .plan import RAN
from .rows import JobTruth, RunTruth, StepTruth


@dataclass(frozen=True, slots=True)
class Durations:
    """How long the jobs of one name took."""

    repository: str
    workflow: str
    job: str
    count: int
    p50_seconds: float
    p95_seconds: float
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class QueueTimes:
    """How long jobs that ran and asked for this label had waited for a runner."""

    label: str
    count: int
    p50_seconds: float
    p95_seconds: float
    longest_seconds: float


@dataclass(frozen=True, slots=True)
class Utilisation:
    """How busy a runner was between its first job's start and its last completed job's end."""

    runner_name: str
    jobs: int
    busy_seconds: float
    span_seconds: float
    utilisation: float | None


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of rows and the answers to the shipped queries.

    `runs` counts attempts, `steps` those of jobs that ran. Percentiles are the nearest rank.
    `success_rate` is that of attempts that succeeded or failed; cancelled ones stand apart.
    """

    runs: int
    jobs: int
    steps: int
    run_conclusions: dict[str, int]
    job_executions: dict[str, int]
    success_rate: float | None
    queued_now: int
    waiting_now: int
    running_now: int
    slowest_job: JobTruth | None
    slowest_step: StepTruth | None
    durations: tuple[Durations, ...]
    queue_times: tuple[QueueTimes, ...]
    runners: tuple[Utilisation, ...]


def add_up(
    runs: tuple[RunTruth, ...], jobs: tuple[JobTruth, ...], steps: tuple[StepTruth, ...]
) -> Totals:
    """The totals of these rows."""
    conclusions = Counter(run.conclusion for run in runs if run.conclusion)
    statuses = Counter(job.status for job in jobs)
    ran = [job for job in jobs if job.execution == RAN]
    steps_ran = [step for step in steps if step.execution == RAN]
    return Totals(
        runs=len(runs),
        jobs=len(jobs),
        steps=len(steps_ran),
        run_conclusions=dict(sorted(conclusions.items())),
        job_executions=dict(
            sorted(Counter(job.execution for job in jobs if job.execution).items())
        ),
        success_rate=_success_rate(conclusions),
        queued_now=statuses["queued"],
        waiting_now=statuses["waiting"],
        running_now=statuses["in_progress"],
        slowest_job=max(ran, key=_seconds, default=None),
        slowest_step=max(steps_ran, key=_seconds, default=None),
        durations=tuple(_durations(ran)),
        queue_times=tuple(_queue_times(ran)),
        runners=tuple(_runners(ran)),
    )


def nearest_rank(values: Iterable[float], percent: int) -> float:
    """The least value that `percent` % of the values do not exceed; ValueError where none is."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values, no percentile")
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def _success_rate(conclusions: Counter[str]) -> float | None:
    succeeded = conclusions["success"]
    judged = succeeded + conclusions["failure"] + conclusions["timed_out"]
    return succeeded / judged if judged else None


def _seconds(row: JobTruth | StepTruth) -> float:
    return row.duration_seconds or 0


def _durations(ran: list[JobTruth]) -> Iterator[Durations]:
    groups: defaultdict[tuple[str, str, str], list[float]] = defaultdict(list)
    for job in ran:
        groups[job.repository, job.workflow, job.name].append(_seconds(job))
    for key, seconds in sorted(groups.items()):
        yield Durations(*key, len(seconds), *_spread(seconds))


def _queue_times(ran: list[JobTruth]) -> Iterator[QueueTimes]:
    groups: defaultdict[str, list[float]] = defaultdict(list)
    for job in ran:
        for label in job.labels.split(","):
            groups[label].append(job.queue_seconds or 0)
    for label, seconds in sorted(groups.items()):
        yield QueueTimes(label, len(seconds), *_spread(seconds))


def _spread(seconds: list[float]) -> tuple[float, float, float]:
    return nearest_rank(seconds, 50), nearest_rank(seconds, 95), max(seconds)


def _runners(ran: list[JobTruth]) -> Iterator[Utilisation]:
    groups: defaultdict[str, list[JobTruth]] = defaultdict(list)
    for job in ran:
        groups[job.runner_name or ""].append(job)
    for name, jobs in sorted(groups.items()):
        busy_seconds = sum(_seconds(job) for job in jobs)
        span_seconds = _span_seconds(jobs)
        share = busy_seconds / span_seconds if span_seconds else None
        yield Utilisation(name, len(jobs), busy_seconds, span_seconds, share)


def _span_seconds(jobs: list[JobTruth]) -> float:
    starts = [job.started_at for job in jobs if job.started_at]
    ends = [job.completed_at for job in jobs if job.completed_at]
    return (max(ends) - min(starts)).total_seconds()
