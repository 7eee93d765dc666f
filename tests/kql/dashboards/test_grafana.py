"""The Grafana dashboard: its shape, its variables, and the queries it asks."""

import json
import re
from itertools import combinations
from typing import Any

import pytest

from src.kql.dashboards.grafana import UID, dashboard
from src.kql.dashboards.grafana_panel import DATA_SOURCE_TYPE, panel_query
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.texts import defaults, query_text, with_values
from src.kql.dashboards.tile import Kind, Tile
from tests.kql.component import Component
from tests.kql.dashboards.asked import HOSTILE, by_grafana

CONTENT = json.loads(dashboard())
WIDTH = 24
BUILT_IN = {"__interval", "__value", "__field", "__url_time_range"}
KINDS = {"row", "stat", "table", "timeseries", "barchart"}
TILES = [tile for page in PAGES for tile in page.tiles]
ROWS = [panel for panel in CONTENT["panels"] if panel["type"] == "row"]
PANELS = [panel for one in CONTENT["panels"] for panel in [one, *one.get("panels", [])]]
ASKING = [panel for panel in PANELS if panel["type"] != "row"]


def test_is_a_dashboard_with_a_panel_for_each_tile():
    assert (CONTENT["uid"], CONTENT["title"]) == (UID, "GitHub Telemetry")
    assert CONTENT["schemaVersion"] > 30
    assert "id" not in CONTENT, "an import would take another's place"
    assert [panel["title"] for panel in ASKING] == [tile.title for tile in TILES]
    assert {panel["type"] for panel in PANELS} == KINDS
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)


def test_all_pages_but_the_first_are_closed():
    assert [row["collapsed"] for row in ROWS] == [False] + [True] * (len(PAGES) - 1)
    assert ROWS[0]["panels"] == []
    assert all(row["panels"] for row in ROWS[1:])


@pytest.mark.parametrize(
    "together",
    [[p for p in CONTENT["panels"] if p["type"] != "row"], *(row["panels"] for row in ROWS[1:])],
    ids=[page.name for page in PAGES],
)
def test_panels_lie_beside_one_another(together: list[dict[str, Any]]):
    places = [panel["gridPos"] for panel in together]

    assert all(0 <= place["x"] <= place["x"] + place["w"] <= WIDTH for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below


def test_variables_are_declared_before_they_are_used():
    """And each is one text: what Grafana quotes by itself is what may be several."""
    declared: set[str] = set()
    for variable in CONTENT["templating"]["list"]:
        assert used(variable) <= declared
        assert not variable.get("multi")
        assert not variable.get("includeAll")
        declared.add(variable["name"])
    for panel in PANELS:
        assert used(panel) <= declared | BUILT_IN


def used(part: dict[str, Any]) -> set[str]:
    return {a or b for a, b in re.findall(r"\$(?:\{(\w+)|(\w+))", json.dumps(part))}


@pytest.mark.parametrize("panel", ASKING, ids=lambda panel: panel["title"])
def test_a_panel_asks_the_workspace_within_the_dashboards_time(panel: dict[str, Any]):
    [target] = panel["targets"]
    asked = target["azureLogAnalytics"]

    assert target["queryType"] == "Azure Log Analytics"
    assert target["datasource"] == {"type": DATA_SOURCE_TYPE, "uid": "${datasource}"}
    assert asked["resources"] == ["$workspace"]
    assert (asked["dashboardTime"], asked["timeColumn"]) == (True, "TimeGenerated")
    assert asked["resultFormat"] == ("time_series" if panel["type"] == "timeseries" else "table")
    assert ("interval" in panel) == ("$__interval" in asked["query"])


@pytest.mark.parametrize("tile", TILES, ids=lambda tile: f"{tile.query} {tile.title}")
def test_a_query_is_its_file_but_for_its_parameters(tile: Tile):
    text = query_text(tile.query)

    assert with_values(panel_query(tile), defaults(text)) == text
    assert "${repository:json}" in panel_query(tile) or "let repository" not in text


def test_overrides_are_of_columns_that_are_there():
    for panel, tile in zip(ASKING, TILES, strict=True):
        if tile.kind in {Kind.TABLE, Kind.TIMELINE}:
            named = [one["matcher"]["options"] for one in panel["fieldConfig"]["overrides"]]
            assert named == tile.shown.split()


def test_a_run_leads_to_itself():
    [url] = {
        link["url"]
        for panel in ASKING
        for override in panel["fieldConfig"]["overrides"]
        if override["matcher"]["options"] == "record_id"
        for one in override["properties"]
        if one["id"] == "links"
        for link in one["value"]
    }

    assert url.startswith(f"/d/{UID}?")
    assert url.endswith("&var-run=${__value.raw:percentencode}")


@pytest.mark.slow
def test_a_hostile_value_is_a_value_and_no_query(component: Component):
    for tile in TILES:
        if tile.kind is Kind.TABLE and "${repository:json}" in panel_query(tile):
            assert component.ask(by_grafana(panel_query(tile), HOSTILE)) == []
