"""A tile that is a table in, how a workbook shows its columns out.

https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-grid-visualizations
"""

from typing import Any

from .columns import FAIR_PERCENT, GOOD_PERCENT, Column, Unit
from .tile import Kind, Tile
from .workbook_chart import number_format

_AUTOMATIC, _TEXT, _BAR, _HIDDEN, _TIME, _LINK = 0, 1, 4, 5, 6, 7
_BIG, _THRESHOLDS, _PARTS = 12, 18, 22
"""The workbook's numbers for what draws a cell."""

_ROWS = 500

_BARS = {"total_seconds", "lost_seconds", "busy_seconds", "usd", "minutes", "failures", "jobs"}
"""Columns whose rows are compared by length."""

_ICONS = {
    "success": "success",
    "neutral": "success",
    "failure": "failed",
    "timed_out": "failed",
    "startup_failure": "failed",
    "action_required": "warning",
    "cancelled": "cancelled",
}

Settings = dict[str, Any]


def grid_settings(tile: Tile) -> Settings:
    """Every column's look and heading."""
    shown = tile.columns
    return {
        "formatters": [formatter(tile, one) for one in shown],
        "rowLimit": _ROWS,
        "filter": True,
        "labelSettings": [{"columnId": one.name, "label": one.heading} for one in shown],
    }


def tile_settings() -> Settings:
    """Large numbers under their names, in the order of the query."""
    return {
        "titleContent": {"columnMatch": "measure", "formatter": _TEXT},
        "leftContent": {
            "columnMatch": "told",
            "formatter": _BIG,
            "formatOptions": {"palette": "auto"},
        },
        "showBorder": True,
        "sortCriteriaField": "position",
        "sortOrderField": 1,
    }


def formatter(tile: Tile, column: Column) -> Settings:
    """What draws the column's cells."""
    if tile.kind is Kind.TIMELINE and (drawn := _in_timeline(column)):
        return drawn
    if column.unit is Unit.KEY:
        return _drawn(column, _HIDDEN)
    if column.unit is Unit.LINK:
        return _drawn(column, _LINK, linkTarget="Url", linkLabel="open")
    if column.unit is Unit.TIME:
        shown = {"showUtcTime": True, "formatName": "shortDateTimeNoMsPattern"}
        return _drawn(column, _TIME) | {"dateFormat": shown}
    if column.unit is Unit.RESULT:
        return _drawn(column, _THRESHOLDS, thresholdsOptions="icons", thresholdsGrid=_results())
    return _number(column)


def _number(column: Column) -> Settings:
    """Text too, which has no unit and goes through as it is."""
    shown = {"numberFormat": number_format(column)} if column.unit is not Unit.PLAIN else {}
    if column.name == "success_percent":
        grid = _shares()
        drawn = _drawn(column, _THRESHOLDS, thresholdsOptions="colors", thresholdsGrid=grid)
    elif column.unit is Unit.PERCENT:
        drawn = _drawn(column, _BAR, min=0, max=100, palette="blue")
    elif column.name in _BARS:
        drawn = _drawn(column, _BAR, min=0, palette="blue")
    else:
        drawn = _drawn(column, _AUTOMATIC)
    return drawn | shown


def _in_timeline(column: Column) -> Settings | None:
    """What lies before, in and after a row's time makes one bar, as long as the run."""
    if column.name == "before_seconds":
        parts = [
            {"columnName": "before_seconds", "color": "gray"},
            {"columnName": "duration_seconds", "color": "blue"},
            {"columnName": "after_seconds", "color": "gray"},
        ]
        bar = {"labelText": "", "columnSettings": parts, "noRowsScaling": True}
        return _drawn(column, _PARTS, compositeBarSettings=bar, customColumnWidthSetting="40%")
    hidden = column.name in {"after_seconds", "number", "job_name"}
    return _drawn(column, _HIDDEN) if hidden else None


def _results() -> list[Settings]:
    """The icon of each conclusion, and its word beside it."""
    known = [_threshold("==", word, icon) for word, icon in _ICONS.items()]
    return [*known, _threshold("Default", None, "Blank")]


def _shares() -> list[Settings]:
    return [
        _threshold("is Empty", None, "gray"),
        _threshold(">=", str(GOOD_PERCENT), "green"),
        _threshold(">=", str(FAIR_PERCENT), "orange"),
        _threshold("Default", None, "redBright"),
    ]


def _threshold(operator: str, value: str | None, shown: str) -> Settings:
    return {
        "operator": operator,
        "thresholdValue": value,
        "representation": shown,
        "text": "{0}{1}",
    }


def _drawn(column: Column, drawer: int, **options: object) -> Settings:
    """`columnMatch` is a regular expression: the whole name, so that no other is meant."""
    chosen = {"formatOptions": options} if options else {}
    return {"columnMatch": f"^{column.name}$", "formatter": drawer, **chosen}
