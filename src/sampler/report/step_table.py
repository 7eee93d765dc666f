"""A verdict in; a table of its steps in Markdown, out."""

from __future__ import annotations

from typing import Optional

from ...analysis.amounts import say_clock, say_seconds
from ...analysis.curves import Course
from ...analysis.step_words import SHORT, STOPPED, step_word
from ...analysis.usage import Machine, StepUsage, Usage
from ...analysis.verdict import Verdict
from ...charts.markup import unbroken
from ...charts.spark import spark
from . import markdown
from .longest import longest
from .phrases import UNKNOWN, both, percent, size, step_name

MOST_ROWS = 100
_SPARK_LENGTH = 16
_MARKS = {STOPPED: "✗ ", SHORT: "⚠ "}
_LEFT = frozenset({"Step", "CPU over time", "Verdict"})
_HEADINGS = (
    *("#", "Step", "Time", "CPU mean / max", "CPU over time", "Memory, peak"),
    *("Disk read / written", "Network in / out", "Verdict"),
)


def step_table(verdict: Verdict, course: Optional[Course]) -> str:
    """The longest steps, in their order, and what became of the rest."""
    steps = verdict.usage.steps
    kept = longest(steps, MOST_ROWS)
    rows = [_row(step, verdict, course) for step in kept]
    table = markdown.table(_HEADINGS, _LEFT, rows)
    if len(kept) == len(steps):
        return table
    seconds = sum(step.usage.seconds or 0 for step in steps) - sum(
        step.usage.seconds or 0 for step in kept
    )
    rest = f"And {len(steps) - len(kept)} shorter steps, {say_seconds(seconds)} in all."
    return f"{table}\n\n{rest}"


def _row(step: StepUsage, verdict: Verdict, course: Optional[Course]) -> list[str]:
    usage = step.usage
    said, kind = step_word(step, verdict.diagnoses[step.step.number])
    return [
        str(step.step.number),
        markdown.name(step_name(step)),
        UNKNOWN if usage.seconds is None else say_clock(usage.seconds),
        unbroken(_cpu(usage)),
        _course(step, verdict.usage.machine, course),
        *map(
            unbroken,
            (
                size(usage.memory_max_bytes),
                both(usage.disk_read_bytes, usage.disk_written_bytes),
                both(usage.network_received_bytes, usage.network_sent_bytes),
            ),
        ),
        markdown.words(f"{_MARKS.get(kind, '')}{said}"),
    ]


def _cpu(usage: Usage) -> str:
    if usage.cpu_percent_mean is None:
        return UNKNOWN
    return f"{percent(usage.cpu_percent_mean)} / {percent(usage.cpu_percent_max)}"


def _course(step: StepUsage, machine: Optional[Machine], course: Optional[Course]) -> str:
    """Full height is all cores."""
    cores = course.step_cores(step, _SPARK_LENGTH) if course else ()
    if machine is None or all(value is None for value in cores):
        return ""
    return f"`{spark(cores, machine.cores_allowed)}`"
