"""A run and its jobs as their document tells them in; the axis of time that they share, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..analysis.durations import RAN
from ..model.times import parse_time

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Axis:
    """From one moment to a later one."""

    start: datetime
    end: datetime

    @property
    def seconds(self) -> float:
        """How long it is; more than 0."""
        return (self.end - self.start).total_seconds()

    def share(self, moment: datetime) -> float:
        """Where it lies, from 0 to 1; what is outside lies at the nearer end."""
        return min(max((moment - self.start).total_seconds() / self.seconds, 0.0), 1.0)


def axis_of(run: Told | None, jobs: Sequence[Told]) -> Axis | None:
    """As long as the run and what ran in it took, as far as that is known.

    What was reused of an earlier attempt lies before it, and does not count.
    """
    ran = [times_of(job) for job in jobs if job["execution"] in {None, RAN}]
    starts = [created or started for created, started, _ in ran]
    ends = [completed for _, _, completed in ran]
    if run:
        _, started, completed = times_of(run)
        starts, ends = [started, *starts], [completed, *ends]
    first = min((moment for moment in starts if moment), default=None)
    last = max((moment for moment in ends if moment), default=None)
    return Axis(first, last) if first and last and first < last else None


def times_of(told: Told) -> tuple[datetime | None, datetime | None, datetime | None]:
    """Created, started, completed; nobody tells when a step was created."""
    created, started, completed = (
        parse_time(told.get(name)) for name in ("created_at", "started_at", "completed_at")
    )
    return created, started, completed
