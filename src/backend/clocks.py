"""A job and what is known of its samples in; how far these are from its steps' clock, out. Pure.

A runner stamps its steps itself (`ExecutionContext.Start` in https://github.com/actions/runner), by
the clock that its samples are stamped by: the two agree, however wrong that clock is. What pushes
tell is something else: how far that clock is from the frontend's, and how long the fastest of them
was under way, which may be seconds where a frontend was held up.
"""

from collections.abc import Sequence

from ..analysis.matching import SECOND_MS
from ..analysis.timeline import Job
from .batch_facts import BatchFact, skew_ms


def steps_skew_ms(job: Job, facts: Sequence[BatchFact]) -> int:
    """How far the samplers' clocks are behind the one that stamped the job's steps, milliseconds.

    0 where the samples lie within their job as they are. Only where they stick out, and less so by
    what the pushes tell, another clock has stamped them: a container's elsewhere, or a server's.
    """
    samples, steps = _sampled_ms(facts), _stepped_ms(job)
    if not samples or not steps:
        return 0
    return min((0, skew_ms(facts)), key=lambda skew: _sticks_out_ms(samples, skew, steps))


def _sampled_ms(facts: Sequence[BatchFact]) -> tuple[int, int] | None:
    firsts = [fact.first_ms for fact in facts if fact.first_ms is not None]
    lasts = [fact.last_ms for fact in facts if fact.last_ms is not None]
    return (min(firsts), max(lasts)) if firsts and lasts else None


def _stepped_ms(job: Job) -> tuple[int, int] | None:
    """From the first step's start to the end of the second that GitHub tells as the last one's."""
    starts = [step.start_ms for step in job.steps if step.start_ms is not None]
    ends = [step.end_ms for step in job.steps if step.end_ms is not None]
    return (min(starts), max(ends) + SECOND_MS) if starts and ends else None


def _sticks_out_ms(samples: tuple[int, int], skew: int, steps: tuple[int, int]) -> int:
    before, after = steps[0] - (samples[0] + skew), samples[1] + skew - steps[1]
    return max(before, 0) + max(after, 0)
