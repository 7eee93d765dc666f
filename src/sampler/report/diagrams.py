"""A verdict and a job's curves in; what GitHub's Markdown shows of them as diagrams, out."""

from __future__ import annotations

from typing import Iterator, Optional, Sequence

from ...analysis.amounts import say, say_bytes
from ...analysis.step_words import SHORT, STOPPED, step_word
from ...analysis.verdict import Verdict
from ...charts.mermaid import MOST_POINTS, Task, bridged, gantt, xychart
from ...charts.scales import ticks
from . import markdown
from .curves import Course, Curves, Values
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


def timeline(verdict: Verdict) -> Optional[str]:
    """The steps as bars; None where no step has a time."""
    tasks = [
        Task(
            each.step.number,
            step_name(each),
            each.step.start_ms,
            each.step.end_ms,
            step_word(each, verdict.diagnoses[each.step.number]).kind in {STOPPED, SHORT},
        )
        for each in longest(verdict.usage.steps, _MOST_TASKS)
        if each.step.start_ms is not None and each.step.end_ms is not None
    ]
    drawn = gantt(tasks)
    if drawn is None:
        return None
    said = "Steps that were short of something are red."
    return markdown.folded("Timeline of the steps", said, markdown.diagram(drawn))


def _charts(verdict: Verdict, curves: Curves) -> Iterator[str]:
    machine = verdict.usage.machine
    if machine is not None:
        cpu = _line(curves.cpu_cores, _PERCENT / machine.cores_allowed)
        memory = _line(curves.memory_bytes, _PERCENT / machine.memory_allowed_bytes)
        said = (
            f"🟦 CPU, of {say(machine.cores_allowed, '{core}')} · 🟧 memory, of"
            f" {say_bytes(machine.memory_allowed_bytes)}"
        )
        yield from _chart(said, "percent", curves, [cpu, memory], _PERCENT)
    disk = _line(
        _added(curves.disk_read_bytes_per_second, curves.disk_written_bytes_per_second), 1 / _MIB
    )
    network = _line(
        _added(curves.network_received_bytes_per_second, curves.network_sent_bytes_per_second),
        1 / _MIB,
    )
    most = ticks(max([*disk, *network, 1.0]))[-1]
    said = "🟦 disk, read and written · 🟧 network, in and out"
    yield from _chart(said, "MiB a second", curves, [disk, network], most)


def _chart(
    said: str, unit: str, curves: Curves, lines: Sequence[Sequence[float]], most: float
) -> Iterator[str]:
    """Where one line is unknown, the other would have its colour: then neither is drawn."""
    if all(len(line) >= _LEAST_POINTS for line in lines):
        drawn = xychart(unit, curves.seconds / 60, most, lines)
        yield f"{said}\n\n{markdown.diagram(drawn)}"


def _line(values: Values, scale: float) -> list[float]:
    return [value * scale for value in bridged(values)]


def _added(first: Values, second: Values) -> Values:
    return tuple(
        None if one is None or other is None else one + other for one, other in zip(first, second)
    )
