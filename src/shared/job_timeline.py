"""A job as GitHub tells it in; that job, with its steps as spans of time, out. Pure."""

from ..analysis import timeline
from ..model.times import parse_time
from .github_events import Step, WorkflowJob


def is_over(told: WorkflowJob) -> bool:
    """Whether the job is completed, by all that GitHub says of it."""
    return told.completed_at is not None and told.status in {None, "completed"}


def timeline_of(told: WorkflowJob) -> timeline.Job:
    """The job, steps by number; of a job that goes on, those that have begun."""
    ended = is_over(told)
    known = (step for step in told.steps or () if ended or step.started_at)
    return timeline.Job(
        told.name,
        _ms(told.started_at),
        _ms(told.completed_at) if ended else None,
        tuple(_step(step) for step in sorted(known, key=lambda step: step.number)),
        told.conclusion or None,
    )


def _step(told: Step) -> timeline.Step:
    started_ms, completed_ms = _ms(told.started_at), _ms(told.completed_at)
    return timeline.Step(told.number, told.name, started_ms, completed_ms, told.conclusion)


def _ms(text: str | None) -> int | None:
    moment = parse_time(text)
    return None if moment is None else round(moment.timestamp() * 1000)
