"""What the dashboards send, values and all, goes through the parser as a workspace has it."""

import pytest

from src.kql.dashboards.grafana_panel import panel_query
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.workbook import tile_query
from src.kql.saved_functions import render_functions
from src.kql.scopes import WORKSPACE
from tests.kql.azure_tables import WORKSPACE_TABLES
from tests.kql.dashboards.asked import HOSTILE, by_grafana, by_workbook
from tests.kql.microsoft_parser import NEEDS_PARSER, findings_in

TILES = {f"{page.name}: {tile.title}": tile for page in PAGES for tile in page.tiles}

pytestmark = [pytest.mark.slow, NEEDS_PARSER]


@pytest.fixture(scope="module")
def findings() -> dict[str, list[str]]:
    """What the parser finds in each text."""
    by_product = {
        f"{product}, {name}": text
        for name, tile in TILES.items()
        for product, text in (
            ("workbook", by_workbook(tile_query(tile), HOSTILE)),
            ("grafana", by_grafana(panel_query(tile), HOSTILE)),
        )
    }
    # Had a value ended its string, this is what would be found.
    broken = {"broken": f'let repository = "{HOSTILE}"; WorkflowRuns() | count'}
    functions = render_functions(WORKSPACE)
    return findings_in(by_product | broken, WORKSPACE_TABLES, functions, within_seconds=120)


@pytest.mark.parametrize("product", ["workbook", "grafana"])
@pytest.mark.parametrize("name", TILES)
def test_finds_nothing_wrong(findings: dict[str, list[str]], product: str, name: str):
    assert findings[f"{product}, {name}"] == []


def test_finds_a_string_that_ended_early(findings: dict[str, list[str]]):
    assert findings["broken"]
