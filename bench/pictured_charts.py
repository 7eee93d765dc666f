"""A tile and its answer in, a chart of it as SVG out."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from src.analysis.amounts import number, say_seconds
from src.charts.markup import element, percent, text
from src.charts.palette import SHADES
from src.charts.panel import Line, Panel, Tick, panel
from src.charts.scales import clock_ticks, ticks
from src.charts.timeline import time_axis
from src.insights.answers import Answer
from src.kql.dashboards.columns import Column, Unit
from src.kql.dashboards.tile import Tile

_SHADE_BY_RESULT = {
    "succeeded": "green",
    "failed": "wrong",
    "cancelled": "grey",
    "skipped": "indigo",
}
_PLOT_PX = 130
_MOST_LABELS = 6
_FILLED = 0.86  # of a bar's place; the rest keeps bars apart

Rows = list[dict[str, Any]]


def lines(tile: Tile, answer: Answer) -> str:
    """A line for each column but the time's."""
    rows = _rows(answer)
    axis, values = tile.columns[0], tile.values
    most = max((row[one.name] or 0 for row in rows for one in values), default=1.0)
    levels = _levels(values[0], most)
    drawn = [
        Line(one.heading, shade, [row[one.name] for row in rows])
        for one, shade in zip(values, SHADES, strict=False)
    ]
    marks = [Tick(level / levels[-1], _told(values[0], level)) for level in levels[1:]]
    chart = Panel("", tile.title, drawn, levels[-1], marks, height_px=_PLOT_PX)
    return panel(chart) + time_axis(list(_labels([row[axis.name] for row in rows])))


def bars(tile: Tile, answer: Answer) -> str:
    """A bar for each place on the axis, of one part for each value of the group."""
    rows = _rows(answer)
    axis, value = tile.columns[0].name, tile.values[0]
    places = sorted({row[axis] for row in rows}) if tile.group else [row[axis] for row in rows]
    parts = _parts(tile, rows)
    most = max(sum(row[value.name] for row in rows if row[axis] == place) for place in places)
    levels = _levels(value, most)
    drawn = [
        _stack(
            index / len(places),
            _FILLED / len(places),
            levels[-1],
            _of(rows, axis, place),
            parts,
            value,
        )
        for index, place in enumerate(places)
    ]
    size = {"class": "panel", "width": "100%", "height": _PLOT_PX, "aria-label": tile.title}
    marks = [Tick(level / levels[-1], _told(value, level)) for level in levels]
    plot = element("svg", size, *map(_rule, marks), *drawn, *map(_label, marks[1:]))
    return _legend(parts) + plot + time_axis(list(_labels(places)))


def span(row: dict[str, Any]) -> str:
    """Where a row's seconds lie in its run's."""
    before, lasted, after = (row[f"{name}_seconds"] for name in ("before", "duration", "after"))
    whole = max(before + lasted + after, 1.0)
    shade = "grey" if row["number"] else "blue"
    track = {"width": "100%", "height": 9, "rx": 2, "style": "fill:var(--raised)"}
    place = {"x": percent(before / whole), "width": percent(max(lasted / whole, 0.004))}
    bar = element("rect", {**place, "height": 9, "rx": 2, "class": f"fill-{shade}"})
    return element("svg", {"width": "100%", "height": 9}, element("rect", track), bar)


def _rows(answer: Answer) -> Rows:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _of(rows: Rows, axis: str, place: object) -> Rows:
    return [row for row in rows if row[axis] == place]


def _parts(tile: Tile, rows: Rows) -> dict[str, str]:
    """Each part's name and shade; one without a name where nothing is told apart."""
    names = sorted({row[tile.group] for row in rows}) if tile.group else []
    return {name: _SHADE_BY_RESULT.get(name, "blue") for name in names} or {"": "blue"}


def _stack(
    start: float, width: float, most: float, rows: Rows, parts: dict[str, str], value: Column
) -> str:
    y, drawn = float(_PLOT_PX), []
    for row in rows:
        name = next((name for name in parts if name in row.values()), "")
        height = _PLOT_PX * row[value.name] / most
        y -= height
        where = {"x": percent(start), "width": percent(width), "y": y, "height": height}
        drawn.append(element("rect", where | {"class": f"bar fill-{parts[name]}"}))
    return "".join(drawn)


def _levels(column: Column, most: float) -> list[float]:
    """From 0 to beyond the most: of seconds those that a clock has."""
    if column.unit is not Unit.SECONDS:
        return ticks(most)
    levels = clock_ticks(max(most, 1.0), 4)
    return [*levels, levels[-1] + levels[1]] if levels[-1] < most else levels


def _rule(mark: Tick) -> str:
    y = _PLOT_PX * (1 - mark.share)
    return element("line", {"class": "rule", "x1": 0, "x2": "100%", "y1": y, "y2": y})


def _label(mark: Tick) -> str:
    """Over the bars, so that none hides it."""
    place = {"class": "halo", "x": 2, "y": _PLOT_PX * (1 - mark.share) + 11}
    return element("text", place, text(mark.label))


def _legend(parts: dict[str, str]) -> str:
    if len(parts) == 1:
        return ""
    named = (
        element("span", {"style": f"color:var(--{shade})"}, "■ ") + text(name) + "&ensp;"
        for name, shade in parts.items()
    )
    return element("div", {"style": "font-size:11px;margin-bottom:4px"}, *named)


def _labels(places: Sequence[str]) -> Iterator[Tick]:
    """Every so many places one is named: days by their date, a name as it is."""
    every = max(1, -(-len(places) // _MOST_LABELS))
    for index in range(0, len(places), every):
        yield Tick((index + 0.5) / len(places), _place(places[index]))


def _place(place: str) -> str:
    try:
        return datetime.fromisoformat(place).strftime("%d %b")
    except ValueError:
        return place


def _told(column: Column, value: float) -> str:
    if column.unit is Unit.SECONDS:
        return say_seconds(value)
    if column.unit is Unit.USD:
        return f"{value:,.2f} USD"
    return f"{number(value)} %" if column.unit is Unit.PERCENT else number(value)
