"""Curves over one span of time in; a chart of them as SVG, out: as wide as there is room.

Text keeps its size at every width: positions along the time axis are shares of the width, and only
the curves themselves stand in a picture that is stretched.
"""

from __future__ import annotations

from typing import NamedTuple, Optional, Sequence

from .curve import Values, curve, stretched
from .markup import element, percent, text

_ABOVE_PX, _BELOW_PX = 22, 1


class Line(NamedTuple):
    """A curve by its mean in each of equal parts of the time; None is a gap in it."""

    name: str
    shade: str
    values: Values


class Tick(NamedTuple):
    """A place on an axis, from 0 to 1, and what is written there."""

    share: float
    label: str


class Panel(NamedTuple):
    """A chart: the value `most` is at its top, `limit` is a line across; the first line is filled.

    `described` is what somebody hears who does not see it; `times` and `marks` are places along the
    time axis.
    """

    title: str
    described: str
    lines: Sequence[Line]
    most: float
    levels: Sequence[Tick]
    times: Sequence[float] = ()
    marks: Sequence[float] = ()
    limit: Optional[float] = None
    height_px: int = 90


def panel(chart: Panel) -> str:
    """The chart, drawn."""
    plot_px = chart.height_px
    height_px = _ABOVE_PX + plot_px + _BELOW_PX
    return element(
        "svg",
        {"class": "panel", "width": "100%", "height": height_px, "role": "img"}
        | {"aria-label": chart.described},
        *(_level(tick.share, plot_px) for tick in chart.levels),
        *(_upright(share, height_px, "rule") for share in chart.times),
        _curves(chart, plot_px),
        *(_upright(share, height_px, "mark") for share in chart.marks),
        _limit(chart, plot_px),
        *(_level_label(tick, plot_px) for tick in chart.levels if tick.label),
        element("text", {"class": "title halo", "x": 0, "y": 13}, text(chart.title)),
        _legend(chart.lines),
    )


def _level(share: float, plot_px: int) -> str:
    y = _y(share, plot_px)
    return element("line", {"class": "rule", "x1": 0, "x2": "100%", "y1": y, "y2": y})


def _level_label(tick: Tick, plot_px: int) -> str:
    """Under its line, where the title is not in its way."""
    y = _y(tick.share, plot_px) + 11
    return element("text", {"class": "halo", "x": 2, "y": y}, text(tick.label))


def _upright(share: float, height_px: int, kind: str) -> str:
    x = percent(share)
    return element("line", {"class": kind, "x1": x, "x2": x, "y1": _ABOVE_PX, "y2": height_px})


def _limit(chart: Panel, plot_px: int) -> str:
    if chart.limit is None or not 0 < chart.limit <= chart.most:
        return ""
    y = _y(chart.limit / chart.most, plot_px)
    return element("line", {"class": "limit", "x1": 0, "x2": "100%", "y1": y, "y2": y})


def _curves(chart: Panel, plot_px: int) -> str:
    """The first is filled, the others are dashed."""
    drawn = (
        curve(line.values, line.shade, chart.most, plot_px, is_first=not index)
        for index, line in enumerate(chart.lines)
    )
    return stretched(plot_px, _ABOVE_PX, *drawn)


def _legend(lines: Sequence[Line]) -> str:
    """Who is who, where there is more than one; right above the plot."""
    if len(lines) < 2:  # noqa: PLR2004  # one is what the title says
        return ""
    spans = [
        element("tspan", {"class": f"fill-{line.shade}"}, f"{'┅' if i else '━'} ")
        + element("tspan", {}, f"{text(line.name)}{'' if i + 1 == len(lines) else '   '}")
        for i, line in enumerate(lines)
    ]
    place = {"class": "halo legend", "x": "100%", "y": 13, "text-anchor": "end"}
    return element("text", place, *spans)


def _y(share: float, plot_px: int) -> float:
    return _ABOVE_PX + plot_px * (1 - share)
