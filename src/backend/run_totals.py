"""A run's finished jobs in; what they add up to, and which it waited for, out. Pure.

A job that needs others is created when the last of them has ended: so the job that ended last
before a job's creation is the one it waited for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..analysis.durations import NOT_STARTED, RAN
from ..model.ids import FIRST_ATTEMPT
from ..model.records import PHASE_COMPLETED, REVISIONS_PER_PHASE, JobRecord

ALLOWANCE_MS = 1000  # GitHub tells whole seconds
_PARTS = 6
_UNKNOWN = "x"
_ARROW = " → "


@dataclass(frozen=True, slots=True)
class JobTotal:
    """What a job that ran, or waited in vain, adds to its run; times are epoch milliseconds.

    One that no runner ever took started when it was given up. `cpu_ms` and `wasted_ms` are None
    where no samples tell.
    """

    attempt: int
    created_ms: int
    started_ms: int
    completed_ms: int
    cpu_ms: int | None
    wasted_ms: int | None

    @property
    def name(self) -> str:
        """As a part of a key."""
        numbers = (self.attempt, self.created_ms, self.started_ms, self.completed_ms)
        spent = (_UNKNOWN if ms is None else ms for ms in (self.cpu_ms, self.wasted_ms))
        return "-".join(map(str, (*numbers, *spent)))


def total_of(job: JobRecord) -> JobTotal | None:
    """What this record adds; None where the job is not over, or lacks its times, or is no work."""
    is_over = job.revision // REVISIONS_PER_PHASE == PHASE_COMPLETED
    began_at = {RAN: job.started_at, NOT_STARTED: job.completed_at}.get(job.execution or "")
    times = (job.created_at, began_at, job.completed_at)
    known = [round(moment.timestamp() * 1000) for moment in times if moment]
    if not is_over or len(known) != len(times) or min(known) < 0:
        return None
    created_ms, started_ms, completed_ms = known
    return JobTotal(
        job.run_attempt or FIRST_ATTEMPT,
        created_ms,
        started_ms,
        completed_ms,
        _ms(job.used.get("cpu_seconds")),
        _ms(job.used.get("wasted_core_seconds")),
    )


def read_total(name: str) -> JobTotal | None:
    """The total of this name; None where it is no such name."""
    parts = name.split("-")
    if len(parts) != _PARTS:
        return None
    try:
        attempt, created_ms, started_ms, completed_ms = map(int, parts[:4])
        cpu_ms, wasted_ms = (None if part == _UNKNOWN else int(part) for part in parts[4:])
    except ValueError:
        return None
    return JobTotal(attempt, created_ms, started_ms, completed_ms, cpu_ms, wasted_ms)


def critical_path(jobs: Mapping[str, JobTotal]) -> list[str]:
    """Which of these jobs the run's end waited for, first to last."""
    by_end = sorted(jobs, key=lambda name: (jobs[name].completed_ms, name), reverse=True)
    path: list[str] = []
    for name in by_end:
        if not path or jobs[name].completed_ms <= jobs[path[-1]].created_ms + ALLOWANCE_MS:
            path.append(name)
    return path[::-1]


@dataclass(frozen=True, slots=True)
class FinishedJobs:
    """Those of a run's jobs that are over.

    Attributes:
        correction: rises with each of them, and with each correction of one.
        totals: what each adds.
        path: the jobs that the run's end waited for, first to last, with their names.
    """

    correction: int = 0
    totals: tuple[JobTotal, ...] = ()
    path: tuple[tuple[JobTotal, str], ...] = ()

    @property
    def values(self) -> dict[str, str | float | int]:
        """Names and values of the run's row."""
        values: dict[str, str | float | int] = {}
        if self.path:
            first, last = self.path[0][0], self.path[-1][0]
            values["critical_path"] = _ARROW.join(name for _, name in self.path)
            values["critical_path_seconds"] = (last.completed_ms - first.created_ms) / 1000
        spent_ms = [job.cpu_ms for job in self.totals if job.cpu_ms is not None]
        wasted_ms = [job.wasted_ms for job in self.totals if job.wasted_ms is not None]
        if spent_ms:
            values["sampled_job_count"] = len(spent_ms)
            values["cpu_seconds"] = sum(spent_ms) / 1000
        if wasted_ms:
            values["wasted_core_seconds"] = sum(wasted_ms) / 1000
        return values


NO_JOBS = FinishedJobs()


def _ms(seconds: object) -> int | None:
    return round(seconds * 1000) if isinstance(seconds, int | float) else None
