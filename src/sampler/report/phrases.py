"""What is known of a job and its steps in; the phrases of summary and report, out, as plain text.

Names in them are whatever a workflow or a process calls itself: who writes them somewhere escapes.
"""

from __future__ import annotations

from typing import Iterable, NamedTuple, Optional

from ...analysis.accounts import CHILDREN
from ...analysis.amounts import say, say_bytes, say_seconds
from ...analysis.failures import Failure, say_failure
from ...analysis.leaders import leaders
from ...analysis.usage import JobUsage, ProcessUse, StepUsage, Usage
from ...analysis.verdict import Verdict

UNKNOWN = "\N{EN DASH}"
_SHELL = "(step)"  # what the sampler calls the script of a step
_UNNAMED = "__"  # how the runner's own keys begin


class Piece(NamedTuple):
    """Part of a sentence; a name stands out."""

    words: str
    is_name: bool


def sentence(verdict: Verdict) -> list[Piece]:
    """The verdict's one sentence, the step that it names apart: its name may be anything."""
    whole = verdict.sentence
    for step in sorted(verdict.usage.steps, key=lambda each: -len(each.step.name)):
        before, found, after = whole.partition(f"`{step.step.name}`")
        if found:
            return [Piece(before, False), Piece(step_name(step), True), Piece(after, False)]
    return [Piece(whole, False)]


def step_name(used: StepUsage) -> str:
    """GitHub's name; where only the runner's key is known, that and the step's main command."""
    name = used.step.name
    if name != used.owner and not name.startswith(_UNNAMED):
        return name
    command = _main_command(process for process in used.usage.top_by_cpu if process.own_cpu_seconds)
    return f"{name} · {command}" if command else name


def about(verdict: Verdict) -> str:
    """How long the job took, on what, and how much of that it used."""
    seconds = verdict.usage.usage.seconds
    on = f"on {_machine(verdict.usage)}"
    lasted = _capital(on) if seconds is None else f"{say_seconds(seconds)} {on}"
    return f"{lasted}. {_capital(verdict.right_size.words)}."


def failed(failure: Failure) -> str:
    """Why, how sure that is, and what to do."""
    return f"{_capital(say_failure(failure))}. {failure.advice}"


def percent(value: Optional[float]) -> str:
    """`98 %`."""
    return UNKNOWN if value is None else f"{value:.0f} %"


def size(count: Optional[float]) -> str:
    """`3.1 GiB`."""
    return UNKNOWN if count is None else say_bytes(count)


def both(first: Optional[float], second: Optional[float], join: str = " / ") -> str:
    """Two sizes; a dash where neither is known."""
    return UNKNOWN if first is None and second is None else f"{size(first)}{join}{size(second)}"


def most_used(usage: Usage) -> list[ProcessUse]:
    """Those who used most CPU or held most memory."""
    return leaders(usage)


def _machine(used: JobUsage) -> str:
    """`4 cores, 16 GiB of memory, Ubuntu 24.04`."""
    known = used.machine
    if known is None:
        return "an unknown machine"
    size = (
        f"{say(known.cores_allowed, '{core}')}, {say_bytes(known.memory_allowed_bytes)} of memory"
    )
    return f"{size}, {known.system}" if known.system else size


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _main_command(processes: Iterable[ProcessUse]) -> Optional[str]:
    """Who did most, but for the shell that waited for it, and for those whom nobody saw."""
    by_use = sorted(processes, key=lambda process: -process.own_cpu_seconds)
    names = [process.name for process in by_use if not process.name.endswith(CHILDREN)]
    return next((name for name in names if _SHELL not in name), names[0] if names else None)
