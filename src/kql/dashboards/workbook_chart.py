"""A tile that is a chart in, how a workbook draws it out.

https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-chart-visualizations
"""

from typing import Any

from .columns import Column, Unit
from .tile import Kind, Tile

UNIT_CODES = {Unit.PERCENT: 1, Unit.BYTES: 2, Unit.SECONDS: 24}
"""The workbook's numbers for units; 0 is none."""

_COLOURS = {
    "succeeded": "green",
    "failed": "redBright",
    "cancelled": "gray",
    "skipped": "grayBlue",
}


def visualization(tile: Tile) -> str:
    """The workbook's word for how the tile is shown."""
    if tile.kind is Kind.FIGURES:
        return "tiles"
    if tile.kind is Kind.LINES:
        return "timechart"
    if tile.kind is Kind.BARS:
        return "barchart" if tile.columns[0].unit is Unit.TIME else "categoricalbar"
    return "table"


def chart_settings(tile: Tile) -> dict[str, Any]:
    """Axes, series and units."""
    group = {"group": tile.group, "createOtherGroup": None} if tile.group else {}
    return {
        "xAxis": tile.columns[0].name,
        "yAxis": [one.name for one in tile.values],
        **group,
        "showLegend": True,
        "seriesLabelSettings": [
            *({"seriesName": one.name, "label": one.heading} for one in tile.values),
            *({"seriesName": name, "color": colour} for name, colour in _COLOURS.items() if group),
        ],
        "ySettings": {"numberFormatSettings": number_format(tile.values[0]), "min": 0},
    }


def number_format(column: Column) -> dict[str, Any]:
    """Unit and digits of a column of numbers."""
    money = {"minimumFractionDigits": 2} if column.unit is Unit.USD else {}
    options = {"style": "decimal", "useGrouping": True, **money, "maximumFractionDigits": 2}
    return {"unit": UNIT_CODES.get(column.unit, 0), "options": options}
