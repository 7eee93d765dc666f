"""A verdict and a job's curves in; what GitHub's Markdown shows of them as diagrams, out."""

from __future__ import annotations

from typing import Iterator, Optional, Sequence

from ...analysis.amounts import say, say_bytes
from ...analysis.curves import Course, Curves, Values, step_span
from ...analysis.step_words import SHORT, STOPPED, step_word
from ...analysis.usage import StepUsage
from ...analysis.verdict import Verdict
from ...charts.mermaid import MOST_POINTS, Task, bridged, gantt, xychart
from ...charts.scales import ticks
from . import markdown
from .longest import longest
from .phrases import step_name

_MIB = 1 << 20
_LEAST_POINTS = 2
_MOST_TASKS = 60
_PERCENT = 100.0


def charts(verdict: Verdict, course: Course) -> Optional[str]:
    """CPU and memory, disk and network over time; None where there is too little of them."""
    curves = course.curves(MOST_POINTS)
    drawn = list(_charts(verdict, curves))
    return markdown.folded("Charts of the whole job", *drawn) if drawn else None


def timeline(verdict: Verdict, course: Optional[Course]) -> Optional[str]:
    """The steps as bars; None where no step has a time."""
    steps = longest(verdict.usage.steps, _MOST_TASKS)
    tasks = [task for step in steps for task in _tasks(step, verdict, course)]
    drawn = gantt(tasks)
    if drawn is None:
        return None
    said = "Steps that were short of something are red."
    known = (said,) if any(task.is_critical for task in tasks) else ()
    return markdown.folded("Timeline of the steps", *known, markdown.diagram(drawn))


def _tasks(step: StepUsage, verdict: Verdict, course: Optional[Course]) -> Iterator[Task]:
    """One, or none where the step has no time."""
    now_ms = course.span.end_ms if course else step.step.start_ms
    lived = None if now_ms is None else step_span(step.step, now_ms)
    if lived:
        kind = step_word(step, verdict.diagnoses[step.step.number]).kind
        is_short = kind in {STOPPED, SHORT}
        yield Task(step.step.number, step_name(step), lived.start_ms, lived.end_ms, is_short)


def _charts(verdict: Verdict, curves: Curves) -> Iterator[str]:
    machine = verdict.usage.machine
    if machine is not None:
        cores, memory_bytes = machine.cores_allowed, machine.memory_allowed_bytes
        said = f"🟦 CPU, of {say(cores, '{core}')} · 🟧 memory, of {say_bytes(memory_bytes)}"
        cpu = _share(curves.cpu_cores, cores)
        memory = _share(curves.memory_bytes, memory_bytes)
        yield from _chart(said, "percent", curves, [cpu, memory], _PERCENT)
    read, written = curves.disk_read_bytes_per_second, curves.disk_written_bytes_per_second
    received, sent = (
        curves.network_received_bytes_per_second,
        curves.network_sent_bytes_per_second,
    )
    said = "🟦 disk, read and written · 🟧 network, in and out"
    lines = [_scaled(_added(read, written), 1 / _MIB), _scaled(_added(received, sent), 1 / _MIB)]
    most = ticks(max([1.0, *(value for line in lines for value in line if value is not None)]))[-1]
    yield from _chart(said, "MiB a second", curves, lines, most)


def _chart(
    said: str, unit: str, curves: Curves, lines: Sequence[Values], most: float
) -> Iterator[str]:
    """From where both are first known to where both are last; nothing where that is no time."""
    known = [place for place, values in enumerate(zip(*lines)) if None not in values]
    if len(known) < _LEAST_POINTS:
        return
    first, last = known[0], known[-1] + 1
    part_seconds = curves.seconds / len(lines[0])
    span = first * part_seconds, last * part_seconds
    drawn = xychart(unit, span, most, [bridged(line[first:last]) for line in lines])
    gaps = " · gaps are bridged" if len(known) < last - first else ""
    yield f"{said}{gaps}\n\n{markdown.diagram(drawn)}"


def _share(values: Values, whole: float) -> Values:
    """In percent; never more than there is, whatever rounding makes of ticks."""
    return tuple(None if value is None else min(value / whole, 1) * _PERCENT for value in values)


def _scaled(values: Values, scale: float) -> Values:
    return tuple(None if value is None else value * scale for value in values)


def _added(first: Values, second: Values) -> Values:
    return tuple(
        None if one is None or other is None else one + other for one, other in zip(first, second)
    )
