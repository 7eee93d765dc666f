"""What a job used in; what has to be known to read its figures right, in words, out."""

from __future__ import annotations

from .amounts import say_seconds
from .figures import is_beside_others, percent
from .rules import SHORT_SECONDS
from .usage import BY_TIME, MIXED, NONE, PARTIAL, JobUsage, StepUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

_MOST_PERCENT = 50.0
_NOTABLE_CORES = 0.5  # the system's own processes do a little beside any step


def remarks(used: JobUsage) -> Iterator[str]:
    """Whatever is partial, ambiguous or somebody else's; nothing where all is plain."""
    if used.usage.samples == NONE:
        yield "The samples do not touch the job's time: is its clock, or the file, another's?"
    elif used.usage.samples == PARTIAL:
        seen, whole = used.usage.covered_seconds, used.usage.seconds
        of_all = "" if whole is None else f" of its {say_seconds(whole)}"
        yield f"The samples cover {say_seconds(seen)}{of_all}: figures are of what was seen."
    partly = [step for step in used.steps if step.usage.samples == PARTIAL and _is_long(step)]
    if partly and used.usage.samples != NONE:
        yield f"Partly seen: {_numbered(partly)}."
    shared = [step for step in used.steps if step.owner is None and _is_by_time(step)]
    if shared and len(used.steps) > 1:  # one that is alone shares with nobody
        yield (
            f"No process could be told for certain to be the own of {_numbered(shared)}: CPU there"
            " is what ran at the time, shared by the steps that did."
        )
    others = [step for step in used.steps if step.owner is not None and _is_others_work(step)]
    if others:
        yield (
            f"Most CPU of {_numbered(others)} was not used by processes of its own, but by what ran"
            " at the time: a container, a daemon, what another step left running."
        )
    beside = [step for step in used.steps if is_beside_others(step.usage) and _is_long(step)]
    if beside and len(used.steps) > 1:
        yield (
            f"Others ran at the same time as {_numbered(beside)}: network and disk there are shared"
            " by time, and nobody is blamed for them but whose own processes show it."
        )
    if used.machine and used.machine.is_container:
        yield "The job ran in a container: the disks' own figures are the host's, and not judged."


def _is_long(step: StepUsage) -> bool:
    return (step.usage.seconds or 0) >= SHORT_SECONDS


def _is_by_time(step: StepUsage) -> bool:
    return step.usage.attribution in {BY_TIME, MIXED} and _is_long(step)


def _is_others_work(step: StepUsage) -> bool:
    usage = step.usage
    by_time_percent = percent(usage.cpu_seconds_by_time, usage.cpu_seconds) or 0.0
    is_notable = (usage.cpu_seconds_by_time or 0.0) >= _NOTABLE_CORES * (usage.seconds or 0.0)
    return by_time_percent > _MOST_PERCENT and is_notable and _is_long(step)


def _numbered(steps: list[StepUsage]) -> str:
    return ("step " if len(steps) == 1 else "steps ") + ", ".join(
        str(each.step.number) for each in steps
    )
