"""A verdict in; the report's tables, as HTML, out."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Sequence

from ...analysis.amounts import say, say_clock, say_seconds
from ...analysis.curves import Course
from ...analysis.step_words import step_word
from ...analysis.usage import Machine, StepUsage, Usage
from ...analysis.verdict import Verdict
from ...charts.markup import element, shortened, text
from ...charts.palette import SHADES
from ...charts.spark import spark_svg
from ...charts.stacked import Part, stacked
from ...model.printable import printable
from .moments import sign
from .phrases import UNKNOWN, both, most_used, percent, size, step_name

_LONGEST_NAME = 200
_SPARK_LENGTH = 40
_MOST_BARS = 15
_LEAST_SECONDS = 0.1
_LEFT, _NAME, _SPARK, _BAR = "left", "name", "spark", "bar"  # classes of the style sheet
_STEPS = {
    "#": "",
    "Step": _NAME,
    "Time": "",
    "CPU, mean": "",
    "max": "",
    "CPU over time": _SPARK,
    "Memory, peak": "",
    "Disk read / written": "",
    "Network in / out": "",
    "Verdict": _LEFT,
}
_PROCESSES = {
    "Process": _NAME,
    "Seen": "",
    "CPU time": "",
    "Memory, peak": "",
    "Read": "",
    "Written": "",
}
_CPU = {"Step": _NAME, "CPU time by process": _BAR, "": ""}


def name(words: str) -> str:
    """A name, as markup."""
    return element("code", {}, text(shortened(printable(words), _LONGEST_NAME)))


def table(label: str, columns: Mapping[str, str], rows: Iterable[Sequence[str]]) -> str:
    """Headings with their columns' classes, cells of markup; it scrolls where it is too wide."""
    kinds = [kind or None for kind in columns.values()]
    heads = (
        element("th", {"scope": "col", "class": kind and _LEFT}, text(heading))
        for heading, kind in zip(columns, kinds)
    )
    body = (
        element("tr", {}, *(element("td", {"class": kind}, cell) for kind, cell in zip(kinds, row)))
        for row in rows
    )
    whole = element("thead", {}, element("tr", {}, *heads)) + element("tbody", {}, *body)
    # Who has no pointer scrolls what has the focus.
    region = {"class": "scroll", "role": "region", "aria-label": label, "tabindex": 0}
    return element("div", region, element("table", {}, whole))


def steps_table(verdict: Verdict, steps: Sequence[StepUsage], course: Optional[Course]) -> str:
    """A row for each of these steps, and how many others there are."""
    rows = [_step(step, verdict, course) for step in steps]
    left_out = len(verdict.usage.steps) - len(steps)
    more = element("p", {}, f"And {left_out} shorter steps.") if left_out else ""
    return table("Steps", _STEPS, rows) + more if rows else ""


def processes_table(verdict: Verdict) -> str:
    """Who used most, in the whole job; the colours are those of `cpu_by_step`."""
    shades = _shades(verdict)
    rows = [
        [
            _keyed(shades.get(process.name), name(process.name)),
            str(process.seen),
            say_seconds(process.cpu_seconds),
            *map(size, (process.memory_max_bytes, process.read_bytes, process.written_bytes)),
        ]
        for process in most_used(verdict.usage.usage)
    ]
    return table("Processes", _PROCESSES, rows) if rows else ""


def cpu_by_step(verdict: Verdict) -> str:
    """Whose the CPU time was of the steps that used most, in their order."""
    used = sorted(verdict.usage.steps, key=lambda step: -_cpu_seconds(step))
    worked = [step for step in used[:_MOST_BARS] if _cpu_seconds(step) >= _LEAST_SECONDS]
    most = max(map(_cpu_seconds, worked), default=0.0)
    shades = _shades(verdict)
    rows = [
        [name(step_name(step)), _bar(step.usage, most, shades), say_seconds(_cpu_seconds(step))]
        for step in sorted(worked, key=lambda step: step.step.number)
    ]
    return table("CPU time of the steps", _CPU, rows) if rows else ""


def _step(step: StepUsage, verdict: Verdict, course: Optional[Course]) -> list[str]:
    usage = step.usage
    word = step_word(step, verdict.diagnoses[step.step.number])
    return [
        str(step.step.number),
        name(step_name(step)),
        UNKNOWN if usage.seconds is None else say_clock(usage.seconds),
        percent(usage.cpu_percent_mean),
        percent(usage.cpu_percent_max),
        _spark(step, verdict.usage.machine, course),
        size(usage.memory_max_bytes),
        both(usage.disk_read_bytes, usage.disk_written_bytes),
        both(usage.network_received_bytes, usage.network_sent_bytes),
        element("span", {"class": word.kind}, text(sign(word))),
    ]


def _spark(step: StepUsage, machine: Optional[Machine], course: Optional[Course]) -> str:
    """Full height is all cores."""
    cores = course.step_cores(step, _SPARK_LENGTH) if course else ()
    if machine is None or all(value is None for value in cores):
        return ""
    most = max(value for value in cores if value is not None)
    described = f"CPU over time, {say(most, '{core}')} at most"
    return spark_svg(cores, machine.cores_allowed, "blue", described)


def _cpu_seconds(step: StepUsage) -> float:
    return step.usage.cpu_seconds or 0.0


def _shades(verdict: Verdict) -> dict[str, str]:
    """A colour for each of the processes that used most CPU; the last colour is all others'."""
    names = dict.fromkeys(process.name for process in verdict.usage.usage.top_by_cpu)
    return dict(zip(names, SHADES[:-1]))


def _keyed(shade: Optional[str], named: str) -> str:
    """A colour, and beside it what is drawn in it."""
    swatch = element("i", {"class": f"swatch swatch-{shade or SHADES[-1]}"})
    return element("span", {"class": "keyed"}, swatch, named)


def _bar(usage: Usage, most: float, shades: Mapping[str, str]) -> str:
    """As long as the step's CPU time is of the most; what is not known by name is the rest."""
    whole = usage.cpu_seconds or 0.0
    parts, left = [], whole
    for process in usage.top_by_cpu:
        seconds = min(process.cpu_seconds, left)
        left -= seconds
        if process.name in shades:
            told = f"{process.name}: {say_seconds(seconds)}"
            parts.append(Part(seconds / most, process.name, told, shades[process.name]))
    rest = whole - sum(part.share for part in parts) * most
    if rest > 0:
        parts.append(Part(rest / most, "others", f"others: {say_seconds(rest)}", SHADES[-1]))
    described = ", ".join(part.told for part in parts)
    return stacked(parts, described)
