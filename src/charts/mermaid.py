"""Steps and curves in; texts that GitHub draws as diagrams, out: within what it takes.

Written for Mermaid 10.9 and later: `xychart` has its name without "-beta" since 11.5 only, values
have no exponent and no gaps, and names are told by character codes but for plain letters. There is
no legend: whoever shows a chart says the colours.
https://mermaid.js.org/syntax/xyChart.html
"""

from __future__ import annotations

import json
from typing import Iterable, Iterator, NamedTuple, Optional, Sequence

from ..analysis.amounts import say_seconds
from ..model.printable import printable
from .markup import decimal, shortened

MOST_CHARACTERS = 10_000  # of one diagram: beyond 50,000 there is an error instead
MOST_POINTS = 120
FIRST, SECOND = "#1f6feb", "#e08700"
"""The colours of the lines: seen on light and on dark ground, and told apart in grey."""

_AXES = "#848d97"
_LONGEST_NAME = 60
_LONG_SECONDS = 300  # from here on told in minutes
_PLAIN = frozenset(" ._/-+()")


class Task(NamedTuple):
    """A bar of a gantt; `is_critical` gives it the colour of what is wrong."""

    number: int
    name: str
    start_ms: int
    end_ms: int
    is_critical: bool = False


def xychart(
    unit: str, seconds: tuple[float, float], most: float, lines: Sequence[Sequence[float]]
) -> str:
    """One or two curves from a moment to another; each of 2 to MOST_POINTS values, 0 to `most`."""
    theme = {
        "plotColorPalette": f"{FIRST}, {SECOND}",
        **dict.fromkeys(_AXIS_COLOURS, _AXES),
    }
    settings = {
        "theme": "base",
        "themeVariables": {"xyChart": {"backgroundColor": "transparent", **theme}},
        "xyChart": {"width": 800, "height": 300},
    }
    name, long = ("minutes", 60) if seconds[1] >= _LONG_SECONDS else ("seconds", 1)
    drawn = [f"  line [{', '.join(decimal(round(value, 1)) for value in line)}]" for line in lines]
    return "\n".join(
        [
            f"%%{{init: {json.dumps(settings)}}}%%",
            "xychart-beta",
            f'  x-axis "{name}" {decimal(seconds[0] / long)} --> {decimal(seconds[1] / long)}',
            f'  y-axis "{unit}" 0 --> {decimal(most)}',
            *drawn,
        ]
    )


_AXIS_COLOURS = (
    *("titleColor", "xAxisLabelColor", "xAxisTitleColor", "xAxisTickColor", "xAxisLineColor"),
    *("yAxisLabelColor", "yAxisTitleColor", "yAxisTickColor", "yAxisLineColor"),
)


def gantt(tasks: Iterable[Task]) -> Optional[str]:
    """The tasks in their order, as many as there is room for; None where there are none."""
    lines = ["gantt", "  dateFormat x", "  axisFormat %H:%M:%S"]
    size, count = sum(map(len, lines)), 0
    for line in _task_lines(tasks):
        size += len(line) + 1
        if size > MOST_CHARACTERS:
            break
        lines.append(line)
        count += 1
    return "\n".join(lines) if count else None


def bridged(values: Sequence[Optional[float]]) -> list[float]:
    """A straight line over what is unknown, which a chart has no way to leave out.

    The first value and the last are known.
    """
    line: list[float] = []
    before, unknown = 0.0, 0
    for value in values:
        if value is None:
            unknown += 1
            continue
        rise = (value - before) / (unknown + 1)
        line += [before + rise * place for place in range(1, unknown + 1)]
        line.append(value)
        before, unknown = value, 0
    return line


def _task_lines(tasks: Iterable[Task]) -> Iterator[str]:
    for task in tasks:
        name = shortened(printable(task.name), _LONGEST_NAME)
        lasted = say_seconds(max(task.end_ms - task.start_ms, 0) / 1000)
        # A bar may be too short to be seen; and a name must not begin with a word of the syntax.
        label = f"{task.number}. {name} ({lasted})"
        kind = "crit, " if task.is_critical else ""
        yield f"  {_coded(label)} :{kind}{task.start_ms}, {max(task.end_ms, task.start_ms + 1)}"


def _coded(words: str) -> str:
    """Characters that might mean something, by their codes."""
    return "".join(c if (c.isalnum() or c in _PLAIN) else f"#{ord(c)};" for c in words)
