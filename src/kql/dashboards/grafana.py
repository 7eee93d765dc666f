"""Pages in, a dashboard for Azure Managed Grafana out: the JSON that its import takes.

Grafana has no tabs: a page is a row, and only the first is open, since a closed row asks nothing.
https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/
"""

import json
from typing import Any

from .grafana_panel import DATA_SOURCE, DATA_SOURCE_TYPE, logs, panel
from .pages import PAGES
from .texts import defaults, query_text, spoken
from .tile import FULL_PERCENT, Kind, Page, Tile

UID = "github-telemetry"

_SCHEMA_VERSION = 39  # Grafana 10.4's; newer ones bring it up to date themselves
_WIDTH = 24
_HEIGHT = {Kind.FIGURES: 4, Kind.TIMELINE: 14, Kind.LINES: 8, Kind.BARS: 8, Kind.TABLE: 10}
_ON_LOAD, _ON_TIME_RANGE = 1, 2

Json = dict[str, Any]


def dashboard() -> str:
    """The dashboard, the same text each time."""
    content = {
        "uid": UID,
        "title": "GitHub Telemetry",
        "description": "Where the time of GitHub Actions goes.",
        "tags": ["github-telemetry"],
        "schemaVersion": _SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,
        "timezone": "utc",
        "time": {"from": "now-7d", "to": "now"},
        "templating": {"list": _variables()},
        "panels": _panels(),
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _variables() -> list[Json]:
    return [
        _variable("datasource", "Data source", "datasource") | {"query": DATA_SOURCE_TYPE},
        _asked("subscription", "Subscription", {"queryType": "Azure Subscriptions"}),
        _asked(
            "workspace",
            "Workspace",
            {"queryType": "Azure Workspaces", "subscription": "$subscription"},
        ),
        _asked("repository", "Repository (* is all)", logs(query_text("repositories"), "table"))
        | {"refresh": _ON_TIME_RANGE, "current": {"text": "*", "value": "*"}},
        _typed("run", "Run (* is the latest)", "*"),
        _typed("prices", "Prices, USD a minute", spoken(defaults(query_text("cost"))["prices"])),
    ]


def _variable(name: str, label: str, kind: str) -> Json:
    return {"name": name, "label": label, "type": kind}


def _asked(name: str, label: str, query: Json) -> Json:
    """One value of those that the query gives: quoted by the query, so that none ends it early."""
    return {
        **_variable(name, label, "query"),
        "datasource": DATA_SOURCE,
        "query": {**query, "refId": name},
        "refresh": _ON_LOAD,
        "includeAll": False,
        "multi": False,
    }


def _typed(name: str, label: str, value: str) -> Json:
    current = {"text": value, "value": value}
    return {**_variable(name, label, "textbox"), "query": value, "current": current}


def _panels() -> list[Json]:
    """The first page's panels follow its row; those of a closed row are inside it."""
    panels: list[Json] = []
    top = 0
    for number, page in enumerate(PAGES):
        inside, bottom = _placed(page, number, top + 1)
        row = _row(page, number, top)
        panels += [row, *inside] if number == 0 else [row | {"collapsed": True, "panels": inside}]
        top = bottom if number == 0 else top + 1
    return panels


def _row(page: Page, number: int, top: int) -> Json:
    return {
        "id": _id(number, 0),
        "type": "row",
        "title": f"{page.title}: {page.text}",
        "collapsed": False,
        "gridPos": _place(0, top, _WIDTH, 1),
        "panels": [],
    }


def _placed(page: Page, number: int, top: int) -> tuple[list[Json], int]:
    """The page's panels side by side while they fit, and where the last line of them ends."""
    panels: list[Json] = []
    left, height = 0, 0
    for place, tile in enumerate(page.tiles, 1):
        width = _columns(tile)
        if left + width > _WIDTH:
            left, top, height = 0, top + height, 0
        where = _place(left, top, width, _HEIGHT[tile.kind])
        panels.append(panel(tile, UID) | {"id": _id(number, place), "gridPos": where})
        left, height = left + width, max(height, _HEIGHT[tile.kind])
    return panels, top + height


def _columns(tile: Tile) -> int:
    return round(_WIDTH * tile.width_percent / FULL_PERCENT)


def _place(left: int, top: int, width: int, height: int) -> Json:
    return {"x": left, "y": top, "w": width, "h": height}


def _id(page: int, place: int) -> int:
    return (page + 1) * 100 + place
