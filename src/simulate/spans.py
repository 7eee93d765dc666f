"""When a job's steps really ran, and under which name: a job of the plan in, spans out.

GitHub tells whole seconds, cut off; a runner starts each step at some moment within its second, and
starts one when the one before has ended.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random

from .plan import Job, Step

SET_UP, COMPLETE = "Set up job", "Complete job"
POST = "Post "
RUN = "__run"  # the key of steps that are scripts, or its beginning
_ACTION = re.compile(r"Run ([\w.-]+/[\w.-]+)(?:/[^@]*)?@")


@dataclass(frozen=True, slots=True)
class Span:
    """One step from start to end, in seconds since the job's epoch.

    `key` is the GITHUB_ACTION that its processes carry; None for what the runner does itself.
    """

    step: Step
    key: str | None
    start: float
    end: float


def job_epoch(job: Job) -> datetime:
    """The second in which the job's first step starts."""
    return min(step.started_at for step in job.steps)


def job_spans(rng: Random, job: Job) -> tuple[Span, ...]:
    """The steps that ran, in the order of their numbers."""
    epoch = job_epoch(job)
    ran = [step for step in job.steps if step.conclusion != "skipped"]
    planned = (
        (_seconds(step.started_at, epoch), _seconds(step.completed_at, epoch)) for step in ran
    )
    real = _real_times(rng, planned)
    given = {step.name: step.key for step in job.blueprint.steps if step.key}
    keys = action_keys([step.name for step in ran], given)
    return tuple(Span(step, key, *times) for step, key, times in zip(ran, keys, real, strict=True))


def action_keys(names: Iterable[str], given: Mapping[str, str] | None = None) -> list[str | None]:
    """The GITHUB_ACTION of each step, given GitHub's names for them in order.

    The runner makes them so where the workflow gives no ids: `__run`, `__run_2`,
    `__actions_checkout`. An action's pre and post steps share its key. `given` are those that the
    names do not tell, by name.
    """
    return list(_keys(names, given or {}))


def _keys(names: Iterable[str], given: Mapping[str, str]) -> Iterator[str | None]:
    seen: Counter[str] = Counter()
    keys = dict(given)
    for name in names:
        if name in {SET_UP, COMPLETE}:
            yield None
        elif name.startswith(POST):
            yield keys[name.removeprefix(POST)]
        elif name in given:
            yield given[name]
        else:
            action = _ACTION.match(name)
            base = "__" + action[1].replace("/", "_").replace(".", "_") if action else RUN
            seen[base] += 1
            keys[name] = base if seen[base] == 1 else f"{base}_{seen[base]}"
            yield keys[name]


def _seconds(moment: datetime, epoch: datetime) -> int:
    return int((moment - epoch).total_seconds())


def _real_times(rng: Random, planned: Iterable[tuple[int, int]]) -> Iterator[tuple[float, float]]:
    """Moments within the planned seconds; in the same second, later ones are later.

    What starts in the second in which another step ends has waited for that one.
    """
    latest: dict[int, float] = {}
    awaited: dict[int, float] = {}

    def within(second: int) -> float:
        least = latest.get(second, 0.0)
        share = rng.uniform(0.05, 0.3) if least else rng.uniform(0.0, 0.9)
        latest[second] = least + (1 - least) * share
        return second + latest[second]

    for start, end in planned:
        real_start = awaited.pop(start, None) or within(start)
        awaited[end] = within(end)
        yield real_start, awaited[end]
