"""Pages in, an Azure workbook out: the JSON that Microsoft.Insights/workbooks takes as its content.

What the items mean: https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-overview
The workspace's resource id is not known here: `WORKSPACE` stands for it, and the template that
deploys the workbook puts it there.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID, uuid5

from .pages import PAGES
from .texts import defaults, literal, query_text, spoken, with_values
from .tile import Kind, Page, Tile
from .workbook_chart import chart_settings, visualization
from .workbook_table import grid_settings, tile_settings

WORKSPACE = "WORKSPACE_RESOURCE_ID"

Item = dict[str, Any]

_SOURCE = {"queryType": 0, "resourceType": "microsoft.operationalinsights/workspaces"}
_IDS = UUID("6f0c4c07-6c1f-4a6e-9f0e-5d8f5f3a1d11")  # ids are the same each time
_RANGES_HOURS = (1, 6, 24, 48, 72, 168, 336, 720)
_DEFAULT_HOURS = 168
_SMALLEST, _MEDIUM, _LARGE = 4, 0, 2

# A parameter's text is put in as it is: the escapes keep it inside the string around it.
_EXPRESSIONS = {
    "repository": '"{Repository:escapejson}"',
    "run": '"{Run:escapejson}"',
    "prices": '"{Prices:escapejson}"',
    "grain": "{TimeRange:grain}",
}

# A workbook's tiles have one unit for all, so that each figure is put into words.
_FIGURES_IN_WORDS = """\
| extend told = case(
    isnull(value), "-",
    unit == "percent", strcat(round(value, 1), " %"),
    unit != "s", tostring(tolong(value)),
    value < 120, strcat(round(value, 1), " s"),
    value < 7200, strcat(round(value / 60, 1), " min"),
    strcat(round(value / 3600, 1), " h"))
"""


def workbook() -> str:
    """The workbook's content, the same text each time."""
    items = [_range_and_repository(), _tabs(), *(_page(page) for page in PAGES)]
    content = {
        "version": "Notebook/1.0",
        "items": items,
        "fallbackResourceIds": [WORKSPACE],
        "$schema": "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _range_and_repository() -> Item:
    time_range = {
        **_parameter("TimeRange", "Time range", 4),
        "value": {"durationMs": _milliseconds(_DEFAULT_HOURS)},
        "typeSettings": {
            "selectableValues": [{"durationMs": _milliseconds(h)} for h in _RANGES_HOURS],
            "allowCustom": True,
        },
    }
    repository = {
        **_parameter("Repository", "Repository", 2),
        "query": query_text("repositories"),
        "crossComponentResources": [WORKSPACE],
        "typeSettings": {"additionalResourceOptions": [], "showDefault": False},
        "timeContext": {"durationMs": 0},
        "timeContextFromParameter": "TimeRange",
        **_SOURCE,
        "value": "*",
    }
    return _parameters("parameters", [time_range, repository])


def _prices() -> Item:
    default = spoken(defaults(query_text("cost"))["prices"])
    prices = {
        **_parameter("Prices", "Prices, in USD a minute", 1),
        "description": "label=USD a minute, by commas; of several labels the dearest counts",
        "typeSettings": {"multiLineText": True, "editorLanguage": "text"},
        "value": default,
    }
    return _parameters("prices", [prices])


def _parameters(name: str, parameters: list[Item]) -> Item:
    content = {"version": "KqlParameterItem/1.0", "parameters": parameters, "style": "pills"}
    return {"type": 9, "content": content | _SOURCE, "name": name}


def _parameter(name: str, label: str, kind: int) -> Item:
    return {
        "id": str(uuid5(_IDS, name)),
        "version": "KqlParameterItem/1.0",
        "name": name,
        "label": label,
        "type": kind,
        "isRequired": True,
    }


def _tabs() -> Item:
    links = [
        {
            "id": str(uuid5(_IDS, page.name)),
            "cellValue": "Page",
            "linkTarget": "parameter",
            "linkLabel": page.title,
            "subTarget": page.name,
            "style": "link",
        }
        for page in PAGES
    ]
    content = {"version": "LinkItem/1.0", "style": "tabs", "links": links}
    return {"type": 11, "content": content, "name": "pages"}


def _page(page: Page) -> Item:
    text = {"type": 1, "content": {"json": page.text}, "name": f"{page.name}: text"}
    items = [text, *([_prices()] if page.is_priced else []), *_tiles(page.name, page.tiles)]
    return {
        "type": 12,
        "content": {"version": "NotebookGroup/1.0", "groupType": "editable", "items": items},
        "conditionalVisibility": {
            "parameterName": "Page",
            "comparison": "isEqualTo",
            "value": page.name,
        },
        "name": page.name,
    }


def _tiles(page: str, tiles: Iterable[Tile]) -> Iterator[Item]:
    for tile in tiles:
        yield {
            "type": 3,
            "content": _query(tile),
            "customWidth": str(tile.width_percent),
            "name": f"{page}: {tile.title}",
            "styleSettings": {"showBorder": True},
        }


def _query(tile: Tile) -> Item:
    return {
        "version": "KqlItem/1.0",
        "query": tile_query(tile),
        "size": {Kind.FIGURES: _SMALLEST, Kind.TIMELINE: _LARGE}.get(tile.kind, _MEDIUM),
        "title": tile.title,
        "noDataMessage": "Nothing in this time range.",
        "timeContextFromParameter": "TimeRange",
        **_SOURCE,
        "crossComponentResources": [WORKSPACE],
        "visualization": visualization(tile),
        **_settings(tile),
        **_choice(tile),
    }


def tile_query(tile: Tile) -> str:
    """What the workbook asks for the tile, with expressions where its parameters are."""
    given = {name: literal(value) for name, value in tile.given.items()}
    text = with_values(query_text(tile.query), _EXPRESSIONS | given)
    return text + _FIGURES_IN_WORDS if tile.kind is Kind.FIGURES else text


def _settings(tile: Tile) -> Item:
    if tile.kind is Kind.FIGURES:
        return {"tileSettings": tile_settings()}
    if tile.is_chart:
        return {"chartSettings": chart_settings(tile)}
    return {"showExportToExcel": True, "gridSettings": grid_settings(tile)}


def _choice(tile: Tile) -> Item:
    """A chosen row sets the parameter; until one is, it has the value that means the latest."""
    if not tile.chooses:
        return {}
    return {
        "exportFieldName": tile.chooses,
        "exportParameterName": "Run",
        "exportDefaultValue": "*",
    }


def _milliseconds(hours: int) -> int:
    return hours * 3_600_000
