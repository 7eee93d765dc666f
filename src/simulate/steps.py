"""How a job's steps go: a blueprint, a start and a fate in, steps with their times out."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from .blueprints import Fate, JobBlueprint, StepBlueprint
from .plan import Step

SPREAD = 0.1  # standard deviation of the logarithm of a step's time
INSTANT_SECONDS = 2.5  # what is quicker than this varies by whole seconds, not by a share
EARLY_START_SHARE = 0.25  # jobs whose first step starts a second before they do

_CONCLUSION = {Fate.FAILURE: "failure", Fate.RERUN: "failure", Fate.TIMED_OUT: "cancelled"}


def run_steps(
    rng: Random, job: JobBlueprint, event: str, fate: Fate, started_at: datetime
) -> tuple[Step, ...]:
    """The steps of a job that a runner takes at `started_at`, in order, "Complete job" last.

    Numbers have a gap before the post steps, as GitHub counts a post step for every action that
    might have one. A fate other than success strikes at the job's fragile step, if it has one.
    """
    early = timedelta(seconds=rng.random() < EARLY_START_SHARE)
    steps = [_step(1, "Set up job", "success", started_at - early, rng.randint(1, 2))]
    broken = False
    for number, blueprint in enumerate(job.steps, 2):
        breaks = blueprint.name == job.fragile_step and fate in _CONCLUSION
        if broken or (blueprint.only_on_push and event != "push"):
            conclusion, seconds = "skipped", 0
        elif breaks:
            conclusion, seconds = _CONCLUSION[fate], _broken_seconds(rng, job, blueprint, fate)
        else:
            conclusion, seconds = "success", draw_seconds(rng, blueprint.typical_seconds)
        broken = broken or breaks
        steps.append(_step(number, blueprint.name, conclusion, steps[-1].completed_at, seconds))
    steps.extend(_closing_steps(rng, job, steps))
    return tuple(steps)


def cut_steps(steps: tuple[Step, ...], at: datetime) -> tuple[Step, ...]:
    """The steps of a job that is cancelled at `at`: one cancelled, the rest skipped."""
    return tuple(_cut(step, at) for step in steps)


def overlap_steps(steps: tuple[Step, ...], number: int) -> tuple[Step, ...]:
    """The same steps, but step `number` runs in the background of the one that follows it.

    What comes after those two waits for both.
    """
    first = next(index for index, step in enumerate(steps) if step.number == number)
    background, beside = steps[first : first + 2]
    beside = _moved(beside, background.started_at - beside.started_at)
    resumed_at = max(background.completed_at, beside.completed_at)
    saved = resumed_at - steps[first + 1].completed_at
    return (
        *steps[: first + 1],
        beside,
        *(_moved(step, saved) for step in steps[first + 2 :]),
    )


def job_conclusion(steps: tuple[Step, ...]) -> str:
    """What GitHub concludes from the steps of a job that was left to run its time."""
    conclusions = {step.conclusion for step in steps}
    if "failure" in conclusions:
        return "failure"
    return "timed_out" if "cancelled" in conclusions else "success"


def draw_seconds(rng: Random, typical_seconds: float) -> int:
    """Whole seconds around the typical."""
    if typical_seconds < INSTANT_SECONDS:
        return rng.randint(0, 2)
    return max(1, round(typical_seconds * rng.lognormvariate(0, SPREAD)))


def _broken_seconds(rng: Random, job: JobBlueprint, step: StepBlueprint, fate: Fate) -> int:
    if fate is Fate.TIMED_OUT:
        return job.timeout_seconds
    # A failure shows itself somewhere on the way.
    return max(1, round(step.typical_seconds * rng.uniform(0.3, 0.9)))


def _closing_steps(rng: Random, job: JobBlueprint, steps: list[Step]) -> Iterator[Step]:
    ran = {step.name for step in steps if step.conclusion != "skipped"}
    posts = [step.name for step in reversed(job.steps) if step.has_post and step.name in ran]
    complete = 2 * len(steps) + 1
    moment = steps[-1].completed_at
    for number, name in enumerate(posts, complete - len(posts)):
        step = _step(number, f"Post {name}", "success", moment, rng.randint(0, 1))
        moment = step.completed_at
        yield step
    yield _step(complete, "Complete job", "success", moment, 0)


def _step(number: int, name: str, conclusion: str, started_at: datetime, seconds: int) -> Step:
    return Step(number, name, conclusion, started_at, started_at + timedelta(seconds=seconds))


def _moved(step: Step, by: timedelta) -> Step:
    return replace(step, started_at=step.started_at + by, completed_at=step.completed_at + by)


def _cut(step: Step, at: datetime) -> Step:
    if step.completed_at <= at:
        return step
    if step.started_at < at:
        return replace(step, conclusion="cancelled", completed_at=at)
    done = "success" if step.name == "Complete job" else "skipped"
    return replace(step, conclusion=done, started_at=at, completed_at=at)
