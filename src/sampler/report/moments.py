"""A job's curves, steps and stages in; all of them on one axis of time, as SVG, out.

What a script tells of the moment under a pointer comes from here too, in words already.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple, Optional, Sequence

from ...analysis.amounts import number, say, say_clock, say_seconds
from ...analysis.curves import Curves, Values, step_span
from ...analysis.series import Span
from ...analysis.step_words import HEALTHY, SHORT, STOPPED, UNJUDGED, StepWord, step_word
from ...analysis.usage import Machine, StepUsage
from ...analysis.verdict import Verdict
from ...charts.panel import Line, Panel, Tick, panel
from ...charts.scales import byte_ticks, clock_ticks, ticks
from ...charts.timeline import Bar, time_axis, timeline
from .phrases import step_name
from .stages import Stage

MOST_PARTS = 600
_MOST_STAGES = 50
_LEAST_RATE = 1024.0  # an axis of single bytes tells nothing
_SHADES = {STOPPED: "wrong", SHORT: "orange", HEALTHY: "blue", UNJUDGED: "grey"}
_SIGNS = {STOPPED: "✗ ", SHORT: "⚠ "}
_CORES, _BYTES, _RATE = "{core}", "By", "By/s"


class _Curve(NamedTuple):
    """One field of `Curves`: what it is called, in which colour, in which unit."""

    field: str
    name: str
    shade: str
    unit: str


_PANELS = {
    "CPU": (_Curve("cpu_cores", "CPU", "blue", _CORES),),
    "Memory": (_Curve("memory_bytes", "Memory", "orange", _BYTES),),
    "Disk": (
        _Curve("disk_read_bytes_per_second", "Disk read", "green", _RATE),
        _Curve("disk_written_bytes_per_second", "Disk written", "purple", _RATE),
    ),
    "Network": (
        _Curve("network_received_bytes_per_second", "Network in", "indigo", _RATE),
        _Curve("network_sent_bytes_per_second", "Network out", "purple", _RATE),
    ),
}


class Reading(NamedTuple):
    """What is told under the pointer of one curve: words for each part of the time, or None."""

    name: str
    shade: str
    words: list[Optional[str]]


class Axis(NamedTuple):
    """The one axis of time: its labels, and the stages."""

    span: Span
    labels: Sequence[Tick]
    stages: Sequence[Tick]

    @property
    def times(self) -> list[float]:
        """Where lines stand upright."""
        return [label.share for label in self.labels]

    @property
    def marks(self) -> list[float]:
        """Where stages began."""
        return [stage.share for stage in self.stages]


def axis_of(span: Span, stages: Sequence[Stage]) -> Axis:
    """Labels count from the beginning of the span, which takes some time."""
    seconds = span.length_ms / 1000
    labels = [Tick(moment / seconds, say_clock(moment)) for moment in clock_ticks(seconds)]
    marks = [Tick(_share(span, stage.time_ms), stage.name) for stage in stages[:_MOST_STAGES]]
    return Axis(span, labels, marks)


def steps_drawn(verdict: Verdict, steps: Sequence[StepUsage], axis: Axis) -> str:
    """A bar for each of the steps that has a time."""
    bars = [bar for step in steps for bar in _bars(step, verdict, axis.span)]
    described = f"Timeline of {say(len(bars), '{step}')}; the table below says the same"
    return timeline(bars, described, axis.times, axis.stages)


def curves_drawn(curves: Curves, machine: Optional[Machine], axis: Axis) -> Iterator[str]:
    """A chart for each thing of which something is known, and the axis under them."""
    for title, shown in _PANELS.items():
        lines = [Line(each.name, each.shade, getattr(curves, each.field)) for each in shown]
        known = [value for line in lines for value in line.values if value is not None]
        if known:
            yield _panel(title, shown[0].unit, lines, known, machine, axis)
    yield time_axis(axis.labels)


def readings(curves: Curves) -> list[Reading]:
    """Those of all curves, from top to bottom."""
    return [
        Reading(each.name, each.shade, _said(getattr(curves, each.field), each.unit))
        for shown in _PANELS.values()
        for each in shown
    ]


def sign(word: StepWord) -> str:
    """A verdict's words, with a sign before those that nobody should miss."""
    return f"{_SIGNS.get(word.kind, '')}{word.words}"


def _panel(
    title: str,
    unit: str,
    lines: Sequence[Line],
    known: Sequence[float],
    machine: Optional[Machine],
    axis: Axis,
) -> str:
    allowed = _allowed(unit, machine)
    values = _levels(unit, max([*known, allowed or 0.0]))
    levels = [Tick(value / values[-1], _level(value, unit)) for value in values]
    of_all = "" if allowed is None else f", of {say(allowed, unit)}"
    mean, most = say(sum(known) / len(known), unit), say(max(known), unit)
    return panel(
        Panel(
            title=f"{title}{of_all}",
            described=f"{title} over time{of_all}: {mean} on average, {most} at most",
            lines=lines,
            most=values[-1],
            levels=levels,
            times=axis.times,
            marks=axis.marks,
            limit=allowed,
        )
    )


def _allowed(unit: str, machine: Optional[Machine]) -> Optional[float]:
    if machine is None or unit == _RATE:
        return None
    return machine.cores_allowed if unit == _CORES else machine.memory_allowed_bytes


def _levels(unit: str, most: float) -> list[float]:
    return ticks(most) if unit == _CORES else byte_ticks(max(most, _LEAST_RATE))


def _level(value: float, unit: str) -> str:
    """The foot needs no label."""
    if not value:
        return ""
    return number(value) if unit == _CORES else say(value, unit)


def _said(values: Values, unit: str) -> list[Optional[str]]:
    return [None if value is None else say(value, unit) for value in values]


def _bars(step: StepUsage, verdict: Verdict, span: Span) -> Iterator[Bar]:
    lived = step_span(step.step, span.end_ms)
    if lived is None:
        return
    word = step_word(step, verdict.diagnoses[step.step.number])
    name = f"{step.step.number} {step_name(step)}"
    told = f"{name}: {say_seconds(max(lived.length_ms, 0) / 1000)}, {sign(word)}"
    label = f"{_SIGNS.get(word.kind, '')}{name}"
    yield Bar(
        _share(span, lived.start_ms), _share(span, lived.end_ms), label, told, _SHADES[word.kind]
    )


def _share(span: Span, time_ms: int) -> float:
    """Where a moment lies, from 0 to 1; what is outside lies at the nearer end."""
    return (span.clamped(time_ms) - span.start_ms) / span.length_ms
