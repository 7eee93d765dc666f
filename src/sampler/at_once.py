"""What a job used whose steps may overlap in; of each step, what the whole machine used, out.

Else steps that run at once have a part each of what nobody is known to own, and a step within
another would take away from it. What the machine did meanwhile is no part, so it is measured lane
by lane, each of steps that do not overlap.
"""

from __future__ import annotations

from ..analysis.measure import measure
from ..charts.lanes import lanes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..analysis.timeline import Job, Step
    from ..analysis.usage import JobUsage, Usage
    from ..model.samples import Batch

_MOST_LANES = 8  # each is measured anew; beyond, those of the last one have a part each


def machine_usages(used: JobUsage, batches: Sequence[Batch]) -> list[Usage]:
    """Of each step, in its place; one that is not over goes on to the job's end."""
    job = used.job
    lane_of = lanes([_span(step, job) for step in job.steps], _MOST_LANES)
    if not any(lane_of):
        return [each.usage for each in used.steps]
    usages: dict[int, Usage] = {}
    for lane in set(lane_of):
        places = [place for place, of_step in enumerate(lane_of) if of_step == lane]
        apart = job._replace(steps=tuple(job.steps[place] for place in places))
        found = measure(apart, batches).steps
        usages.update((place, each.usage) for place, each in zip(places, found))
    return [usages[place] for place in range(len(job.steps))]


def _span(step: Step, job: Job) -> tuple[float, float]:
    if step.start_ms is None:
        return 0, 0
    end_ms = job.end_ms if step.end_ms is None else step.end_ms
    return step.start_ms, step.start_ms if end_ms is None else end_ms
