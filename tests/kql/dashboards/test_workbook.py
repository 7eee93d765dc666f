"""The workbook: what Azure documents of one, and the queries it asks."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from src.kql.dashboards.generated import GENERATED, generated
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.texts import defaults, query_text, spoken, with_values
from src.kql.dashboards.tile import Kind, Tile
from src.kql.dashboards.workbook import WORKSPACE, tile_query, workbook
from tests.kql.component import Component
from tests.kql.dashboards.asked import HOSTILE, by_workbook

CONTENT = json.loads(workbook())
TEXT, PARAMETERS, LINKS, GROUP, QUERY = 1, 9, 11, 12, 3
VERSIONS = {
    PARAMETERS: "KqlParameterItem/1.0",
    QUERY: "KqlItem/1.0",
    LINKS: "LinkItem/1.0",
    GROUP: "NotebookGroup/1.0",
}
DRAWN = {"tiles", "timechart", "barchart", "categoricalbar", "table"}
# Automatic, text, bar, hidden, time, link, large number, thresholds, parts of a bar.
DRAWERS = {0, 1, 4, 5, 6, 7, 12, 18, 22}
NO_UNIT, PERCENT, BYTES, SECONDS = 0, 1, 2, 24
# A file may be longer where Bicep reads it as JSON than where it reads it as text.
MOST_CHARACTERS = 1_048_576
TILES = [tile for page in PAGES for tile in page.tiles]


def items(of: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in of:
        yield item
        yield from items(item["content"].get("items", []))


ITEMS = list(items(CONTENT["items"]))
QUERIES = {item["name"]: item["content"] for item in ITEMS if item["type"] == QUERY}
GRIDS = {n: q["gridSettings"] for n, q in QUERIES.items() if q["visualization"] == "table"}


def of_type(kind: int) -> list[dict[str, Any]]:
    return [item["content"] for item in ITEMS if item["type"] == kind]


def declared() -> set[str]:
    """Every parameter that something sets."""
    typed = {p["name"] for content in of_type(PARAMETERS) for p in content["parameters"]}
    tabs = {link["cellValue"] for content in of_type(LINKS) for link in content["links"]}
    chosen = {q["exportParameterName"] for q in QUERIES.values() if "exportParameterName" in q}
    return typed | tabs | chosen


def test_is_a_notebook_of_items_with_names_of_their_own():
    assert CONTENT["version"] == "Notebook/1.0"
    assert CONTENT["fallbackResourceIds"] == [WORKSPACE]
    assert len({item["name"] for item in ITEMS}) == len(ITEMS)
    for item in ITEMS:
        assert item["content"].get("version") == VERSIONS.get(item["type"])
    assert {item["type"] for item in ITEMS} == {TEXT, *VERSIONS}


def test_ids_are_unique_and_the_same_each_time():
    found = re.findall(r'"id": "([^"]+)"', workbook())

    assert len(set(found)) == len(found) == len(PAGES) + 3
    assert workbook() == workbook()


def test_each_tab_shows_one_page():
    [tabs] = of_type(LINKS)
    shown = [item["conditionalVisibility"] for item in ITEMS if item["type"] == GROUP]

    assert [link["subTarget"] for link in tabs["links"]] == [page.name for page in PAGES]
    assert [one["value"] for one in shown] == [page.name for page in PAGES]
    assert {one["parameterName"] for one in shown} == {"Page"}


def test_what_is_asked_is_asked_of_the_workspace_and_within_the_time_range():
    [workspaces] = {tuple(query["crossComponentResources"]) for query in QUERIES.values()}

    assert workspaces == (WORKSPACE,)
    for query in QUERIES.values():
        assert query["timeContextFromParameter"] == "TimeRange"
        assert (query["queryType"], query["resourceType"]) == (
            *(0, "microsoft.operationalinsights/workspaces"),
        )
        assert query["visualization"] in DRAWN


@pytest.mark.parametrize("name", QUERIES)
def test_braces_hold_declared_parameters_and_texts_are_escaped(name: str):
    held = re.findall(r"\{([^}]*)\}", QUERIES[name]["query"])

    for one in held:
        parameter, _, way = one.partition(":")
        assert parameter in declared()
        assert way == ("grain" if parameter == "TimeRange" else "escapejson")


@pytest.mark.parametrize("tile", TILES, ids=lambda tile: f"{tile.query} {tile.title}")
def test_a_query_is_its_file_but_for_its_parameters(tile: Tile):
    text = query_text(tile.query)
    asked = with_values(tile_query(tile), defaults(text))

    assert asked.startswith(text)
    assert (asked == text) == (tile.kind is not Kind.FIGURES)


@pytest.mark.parametrize("name", GRIDS)
def test_a_grid_says_of_each_column_how_it_looks(name: str):
    shown = GRIDS[name]
    named = [label["columnId"] for label in shown["labelSettings"]]

    assert [one["columnMatch"] for one in shown["formatters"]] == [f"^{name}$" for name in named]
    for one in shown["formatters"]:
        assert one["formatter"] in DRAWERS
        unit = one.get("numberFormat", {"unit": NO_UNIT})["unit"]
        assert unit in {NO_UNIT, PERCENT, BYTES, SECONDS}
        assert (unit == SECONDS) == (
            one["columnMatch"].endswith("seconds$") and "numberFormat" in one
        )


def test_charts_draw_columns_that_are_there():
    charts = [tile for tile in TILES if tile.kind in {Kind.LINES, Kind.BARS}]
    settings = {q["title"]: q["chartSettings"] for q in QUERIES.values() if "chartSettings" in q}

    assert len(settings) == len(charts)
    for tile in charts:
        drawn = settings[tile.title]
        told = {drawn["xAxis"], *drawn["yAxis"], *filter(None, [drawn.get("group")])}
        assert told <= set(tile.shown.split())


def test_a_chosen_run_is_what_the_page_tells_of():
    chosen = [q for q in QUERIES.values() if "exportParameterName" in q]
    told = [name for name, query in QUERIES.items() if "{Run:escapejson}" in query["query"]]

    assert [(q["exportFieldName"], q["exportDefaultValue"]) for q in chosen] == [("record_id", "*")]
    assert len(told) == 4
    assert {name.partition(":")[0] for name in told} == {"run"}


def test_prices_begin_as_the_query_has_them():
    by_name = {p["name"]: p for content in of_type(PARAMETERS) for p in content["parameters"]}

    assert by_name["Prices"]["value"] == spoken(defaults(query_text("cost"))["prices"])
    assert "ubuntu-latest=0.006" in by_name["Prices"]["value"]


def test_the_template_puts_the_workspace_where_its_name_stands():
    template = (GENERATED.parent / "modules" / "workbook.bicep").read_text(encoding="utf-8")

    assert f"replace(content, '{WORKSPACE}', workspaceId)" in template
    assert "loadJsonContent('../generated/workbook.json')" in template
    assert len(workbook()) < MOST_CHARACTERS


def test_the_files_are_current():
    stale = [
        path.name for path, text in generated().items() if path.read_text(encoding="utf-8") != text
    ]

    assert stale == [], "run `python -m src generate`"


@pytest.mark.slow
def test_a_hostile_value_is_a_value_and_no_query(component: Component):
    """What it would start, it does not: the rows of a filter that nothing passes are none."""
    for tile in TILES:
        if tile.kind is Kind.TABLE and '"{Repository' in tile_query(tile):
            assert component.ask(by_workbook(tile_query(tile), HOSTILE)) == []


@pytest.mark.slow
def test_figures_are_put_into_words(component: Component):
    [tile] = [tile for tile in TILES if tile.query == "key-figures"]

    told = {
        row["measure"]: row["told"] for row in component.ask(by_workbook(tile_query(tile), "*"))
    }

    assert told["Runs"] == "0"
    assert told["Success rate"] == told["Run, median"] == "-"
