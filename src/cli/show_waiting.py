"""A run's jobs as its document tells them in; what each waited for, and the run with them, out.

What GitHub's deliveries tell apart is told apart; else a job waited for a runner or an approval.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..analysis.amounts import say_seconds
from ..analysis.durations import NOT_STARTED, RAN
from ..backend.run_totals import JobTotal, critical_path
from ..model.ids import FIRST_ATTEMPT
from ..model.times import seconds_between
from .show_axis import Told, times_of

NOTABLE_SECONDS = 60.0  # what is shorter stands in the table, and needs no words
_LEAST_PERCENT = 1


@dataclass(frozen=True, slots=True)
class Wait:
    """More than 0 seconds; `what` for: `a runner (build-pool-1)`."""

    what: str
    seconds: float


def waits_of(job: Told) -> list[Wait]:
    """What it waited for before it began, or was given up; nothing where that is unknown."""
    whole = seconds_between(job_span(job)[0], began_at(job)) or 0.0
    for_runner, for_approval = job["queue_seconds"], job["approval_seconds"]
    runner = f"a runner{_of_pool(job)}"
    if for_runner is None:
        found = [Wait(f"{runner} or an approval", whole)]
    else:
        found = [Wait(runner, for_runner), Wait("an approval", for_approval or 0.0)]
    return [wait for wait in found if wait.seconds > 0]


def waited_seconds(job: Told) -> float | None:
    """All of it; None where it is unknown."""
    return None if began_at(job) is None else sum(wait.seconds for wait in waits_of(job))


def waiting_in_words(job: Told) -> str:
    """`waited 12 min for a runner (build-pool-1)`; empty where that is not worth its words."""
    waits = waits_of(job)
    if sum(wait.seconds for wait in waits) < NOTABLE_SECONDS:
        return ""
    said = ", ".join(f"{say_seconds(wait.seconds)} for {wait.what}" for wait in waits)
    return f"waited {said}{' and never began' if job['execution'] == NOT_STARTED else ''}"


def began_at(job: Told) -> datetime | None:
    """When its waiting was over: when it began, or was given up; None where it never waited."""
    _, started, completed = times_of(job)
    if job["execution"] == NOT_STARTED:
        return completed
    return started if job["execution"] in {None, RAN} else None


def job_span(job: Told) -> tuple[datetime | None, datetime | None]:
    """From its creation to its end, waiting included."""
    created, _, completed = times_of(job)
    return created, completed


def run_waiting(run: Told | None, jobs: Sequence[Told]) -> Iterator[str]:
    """Which share of the run was waiting, and for what; and the path of jobs that made it so long.

    `jobs` are all of the run's; nothing is said before the run is over.
    """
    path = _path(jobs) if run else []
    seconds = seconds_between(job_span(path[0])[0], job_span(path[-1])[1]) if path else None
    if run is None or not seconds:
        return
    waited: dict[str, float] = {}
    for wait in (wait for job in path for wait in waits_of(job)):
        waited[wait.what] = waited.get(wait.what, 0.0) + wait.seconds
    yield _shares(waited, max(run["duration_seconds"] or 0.0, seconds))
    names = " → ".join(job["job_name"] for job in path)
    yield f"Critical path: {names}; {say_seconds(seconds)} with its waiting."


def _path(jobs: Sequence[Told]) -> list[Told]:
    """Those that the run's end waited for, also for one that no runner ever took."""
    by_id = {str(job["job_id"]): job for job in jobs}
    totals = {name: total for name, job in by_id.items() for total in _totals(job)}
    return [by_id[name] for name in critical_path(totals)]


def _totals(job: Told) -> Iterator[JobTotal]:
    created, completed = job_span(job)
    began = began_at(job)
    if created and began and completed:
        created_ms, began_ms, completed_ms = map(_epoch_ms, (created, began, completed))
        yield JobTotal(FIRST_ATTEMPT, created_ms, began_ms, completed_ms, None, None)


def _epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _shares(waited: Mapping[str, float], run_seconds: float) -> str:
    percents = {what: 100 * seconds / run_seconds for what, seconds in waited.items()}
    told = [
        f"{percent:.0f} %{'' if index else ' of this run was waiting'} for {what}"
        for index, (what, percent) in enumerate(sorted(percents.items(), key=lambda one: -one[1]))
        if percent >= _LEAST_PERCENT
    ]
    return f"{', '.join(told)}." if told else "Less than 1 % of this run was waiting."


def _of_pool(job: Told) -> str:
    asked = job["pool_name"] or (job["labels"] or "").replace(",", ", ")
    return f" ({asked})" if asked else ""
