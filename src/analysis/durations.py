"""Moments in, durations out: how long something ran, waited for approval, waited for a runner.

Negative spans are set to 0 and counted: GitHub's times have one-second resolution and come from
several clocks. What is unknown, or never happened, is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Iterable, Optional

from ..model.times import seconds_between

LATEST_ARRIVAL = timedelta(seconds=60)
"""How long after a job's start the word of its approval may come."""

QUEUED = "queued"
WAITING = "waiting"

RAN = "ran"
SKIPPED = "skipped"
NOT_STARTED = "not_started"
REUSED = "reused"
CHECK_RUN = "check_run"


@dataclass(frozen=True)
class Elapsed:
    """Seconds (None where unknown), and whether they had to be clamped to 0."""

    seconds: Optional[float]
    clamped: bool = False


UNKNOWN = Elapsed(None)


@dataclass(frozen=True)
class Gate:
    """A queued or waiting delivery of a job.

    Around an approval GitHub sends queued, waiting, queued with equal times inside; only the
    moments at which they came tell how long the approval took.
    """

    received_at: datetime
    action: str
    delivery_id: str


@dataclass(frozen=True)
class Approval:
    """How long a job stood before protection rules, and when the last of them let it go."""

    seconds: float
    granted_at: datetime


def elapsed(start: Optional[datetime], end: Optional[datetime]) -> Elapsed:
    """From start to end, never negative."""
    seconds = seconds_between(start, end)
    if seconds is None:
        return UNKNOWN
    return Elapsed(max(seconds, 0.0), clamped=seconds < 0)


def was_gated(gates: Iterable[Gate]) -> bool:
    """Whether the job ever waited before a protection rule."""
    return any(gate.action == WAITING for gate in gates)


def in_order(gates: Iterable[Gate]) -> list[Gate]:
    """As they first came; of two in the same moment the queued first, as GitHub sends them."""
    first: dict[str, Gate] = {}
    for gate in sorted(gates, key=lambda gate: (gate.received_at, gate.action == WAITING)):
        first.setdefault(gate.delivery_id, gate)
    return list(first.values())


def approval(gates: Iterable[Gate], started_at: Optional[datetime] = None) -> Optional[Approval]:
    """The approvals of a job as one; None where none was granted, as far as we know.

    Nor where the last came well after the job's start: then the deliveries were replayed, or held
    up, and when they came says nothing.
    """
    seconds, since, granted_at = 0.0, None, None
    for gate in in_order(gates):
        if gate.action == WAITING:
            since = since or gate.received_at
        elif since is not None:
            seconds += (gate.received_at - since).total_seconds()
            since, granted_at = None, gate.received_at
    if granted_at is None or since is not None:
        return None
    if started_at is not None and granted_at - started_at > LATEST_ARRIVAL:
        return None
    return Approval(seconds, granted_at)


def queue_time(
    created_at: Optional[datetime], started_at: Optional[datetime], gates: Iterable[Gate]
) -> Elapsed:
    """Waiting for a runner: from creation, or from the last approval where there were any."""
    gates = tuple(gates)
    if not was_gated(gates):
        return elapsed(created_at, started_at)
    granted = approval(gates, started_at)
    return elapsed(granted.granted_at, started_at) if granted else UNKNOWN


@dataclass(frozen=True)
class CompletedJob:
    """What tells how a completed job came about."""

    conclusion: Optional[str]
    created_at: Optional[datetime]
    completed_at: Optional[datetime]
    has_runner: bool
    has_steps: bool
    has_labels: bool


def execution(job: CompletedJob) -> str:
    """How a completed job came about; only one that `ran` has a duration and a queue time.

    - A skipped job's creation may be a second after its end, so it is told first.
    - An app's check attached to a run comes as a job without runner, steps or labels.
    - Re-running failed jobs re-sends the others with their old times: they ended before they
      were created.
    - A job that was cancelled or given up before a runner took it has labels, but no runner and
      no steps. Completed deliveries sometimes lack steps, so a success did run.
    """
    if job.conclusion == "skipped":
        return SKIPPED
    started = job.has_runner or job.has_steps
    if not started and not job.has_labels:
        return CHECK_RUN
    if job.created_at and job.completed_at and job.completed_at < job.created_at:
        return REUSED
    return RAN if started or job.conclusion == "success" else NOT_STARTED
