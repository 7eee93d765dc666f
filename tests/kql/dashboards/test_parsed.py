"""What the dashboards send, values and all, goes through the parser as a workspace has it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from src.kql.dashboards.grafana_panel import panel_query
from src.kql.dashboards.pages import PAGES
from src.kql.dashboards.workbook import tile_query
from src.kql.saved_functions import render_functions
from src.kql.scopes import WORKSPACE
from tests.kql.azure_tables import WORKSPACE_TABLES
from tests.kql.dashboards.asked import HOSTILE, by_grafana, by_workbook

PARSE = Path(__file__).parents[1] / "parse.cjs"
PARSER = PARSE.parents[2] / "node_modules" / "@kusto"
TILES = {f"{page.name}: {tile.title}": tile for page in PAGES for tile in page.tiles}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("CI") and not (shutil.which("node") and PARSER.is_dir()),
        reason="needs node and `npm ci`, which `make test` sees to",
    ),
]


@pytest.fixture(scope="module")
def findings() -> dict[str, list[str]]:
    """What the parser finds in each text; one process for all, since it takes seconds to load."""
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
    asked = {
        "tables": WORKSPACE_TABLES,
        "functions": render_functions(WORKSPACE),
        "texts": by_product | broken,
    }
    answer = subprocess.run(
        ["node", PARSE],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("product", ["workbook", "grafana"])
@pytest.mark.parametrize("name", TILES)
def test_finds_nothing_wrong(findings: dict[str, list[str]], product: str, name: str):
    assert findings[f"{product}, {name}"] == []


def test_finds_a_string_that_ended_early(findings: dict[str, list[str]]):
    assert findings["broken"]
