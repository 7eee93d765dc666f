"""The table of pages: each tile's query is there, and gives the columns that the tile shows."""

import duckdb
import pytest

from src.insights.kql import run_kql
from src.insights.tables import create_statement
from src.kql.dashboards.columns import Unit, column
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.texts import TILES, query_text
from src.kql.dashboards.tile import FULL_PERCENT, Kind, Page, Tile

ALL = {f"{page.name}: {tile.title}": tile for page in PAGES for tile in page.tiles}
BY_QUERY = {tile.query: tile for tile in ALL.values()}
NOT_SHOWN = {"repositories"}  # what a parameter offers


@pytest.fixture(scope="module")
def columns() -> dict[str, list[str]]:
    """What each query gives, by its name; that needs no rows."""
    with duckdb.connect() as connection:
        for table in ("customEvents", "customMetrics"):
            connection.execute(create_statement(table))
        return {name: run_kql(connection, query_text(name)).columns for name in BY_QUERY}


@pytest.mark.slow
@pytest.mark.parametrize("tile", ALL.values(), ids=ALL)
def test_a_tile_shows_the_columns_of_its_query(columns: dict[str, list[str]], tile: Tile):
    assert columns[tile.query] == tile.shown.split()


@pytest.mark.parametrize("tile", ALL.values(), ids=ALL)
def test_a_tile_draws_what_it_shows(tile: Tile):
    named = {*tile.drawn.split(), *filter(None, [tile.group, tile.chooses])}

    assert named <= set(tile.shown.split())
    assert tile.values
    if tile.kind is Kind.LINES:
        assert tile.columns[0].unit is Unit.TIME


def test_every_tile_is_on_a_page_and_no_title_twice():
    assert {path.stem for path in TILES.glob("*.kql")} - NOT_SHOWN <= BY_QUERY.keys()
    assert len(ALL) == sum(len(page.tiles) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_line_is_left_half_empty(page: Page):
    lines = [0]
    for tile in page.tiles:
        if lines[-1] + tile.width_percent > FULL_PERCENT:
            lines.append(0)
        lines[-1] += tile.width_percent

    assert set(lines) <= {FULL_PERCENT, 99}  # three thirds


@pytest.mark.parametrize(
    ("name", "heading", "unit"),
    [
        ("p95_seconds", "95th percentile", Unit.SECONDS),
        ("last_failed_at", "Last failed", Unit.TIME),
        ("workflow_name", "Workflow", Unit.PLAIN),
        ("success_percent", "Success", Unit.PERCENT),
        ("memory_bytes", "Memory", Unit.BYTES),
        ("latest_url", "Latest", Unit.LINK),
        ("step_conclusion", "Conclusion", Unit.RESULT),
        ("jobs", "Jobs", Unit.PLAIN),
    ],
)
def test_a_column_says_its_unit(name: str, heading: str, unit: Unit):
    assert (column(name).heading, column(name).unit) == (heading, unit)
