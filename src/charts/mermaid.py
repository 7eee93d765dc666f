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
from .markup import decimal, printable, shortened

MOST_CHARACTERS = 10_000  # of one diagram: beyond 50,000 there is an error instead
MOST_POINTS = 120
FIRST, SECOND = "#1f6feb", "#e08700"
"""The colours of the lines: seen on light and on dark ground, and told apart in grey."""

_AXES = "#848d97"
_LONGEST_NAME = 60
_PLAIN = frozenset(" ._/-+()")


class Task(NamedTuple):
    """A bar of a gantt; `is_critical` gives it the colour of what is wrong."""

    number: int
    name: str
    start_ms: int
    end_ms: int
    is_critical: bool = False


def xychart(unit: str, minutes: float, most: float, lines: Sequence[Sequence[float]]) -> str:
    """One or two curves over so many minutes; each of 2 to MOST_POINTS values, 0 to `most`."""
    theme = {
        "plotColorPalette": f"{FIRST}, {SECOND}",
        **dict.fromkeys(_AXIS_COLOURS, _AXES),
    }
    settings = {
        "theme": "base",
        "themeVariables": {"xyChart": {"backgroundColor": "transparent", **theme}},
        "xyChart": {"width": 800, "height": 300},
    }
    drawn = [f"  line [{', '.join(decimal(round(value, 1)) for value in line)}]" for line in lines]
    return "\n".join(
        [
            f"%%{{init: {json.dumps(settings)}}}%%",
            "xychart-beta",
            f'  x-axis "minutes" 0 --> {decimal(max(minutes, 0.01))}',
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
    """A straight line over what is unknown, which a chart has no way to leave out."""
    known = [index for index, value in enumerate(values) if value is not None]
    if not known:
        return []
    whole = [value for value in values if value is not None]
    line = [whole[0]] * known[0]
    for here, there, value, following in zip(known, known[1:], whole, whole[1:]):
        rise = (following - value) / (there - here)
        line += [value + rise * place for place in range(there - here)]
    return line + [whole[-1]] * (len(values) - known[-1])


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
