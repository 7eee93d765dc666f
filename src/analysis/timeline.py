"""A job and its steps as spans of time: what the judge knows of them, whoever told it.

GitHub's webhook tells of steps by number, to the second; a runner's own marks do it finer. Times
are epoch milliseconds: whole numbers, so that shifting them shifts an answer exactly. None is what
is unknown or has not happened.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


FAILED = frozenset({"failure", "startup_failure", "action_required", "timed_out"})
"""GitHub's conclusions that are failures; cancelled and skipped are none."""


class Step(NamedTuple):
    """One step; `name` is GitHub's for it, `conclusion` GitHub's word."""

    number: int
    name: str
    start_ms: Optional[int]
    end_ms: Optional[int]
    conclusion: Optional[str] = None


class Job(NamedTuple):
    """One job; `steps` in the order of their numbers, skipped ones included."""

    name: str
    start_ms: Optional[int]
    end_ms: Optional[int]
    steps: tuple[Step, ...] = ()
    conclusion: Optional[str] = None


def is_under_way(step: Step, job: Job) -> bool:
    """Whether a step has begun and, as far as is known, neither it nor its job has ended."""
    has_begun = step.start_ms is not None and step.conclusion is None
    return has_begun and step.end_ms is None and job.end_ms is None


def has_failed(job: Job) -> bool:
    """Whether a job failed; one that is not over has failed where one of its steps has."""
    if job.conclusion is None:
        return any(step.conclusion in FAILED for step in job.steps)
    return job.conclusion in FAILED
