"""Every .kql file goes through Microsoft's own parser, the one that Azure's editor uses."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from src.insights.tables import DATETIME, DYNAMIC, INT, REAL, STRING, TABLES
from src.kql.catalogue import shipped_queries
from src.kql.runner_samples import COMPONENT_METRICS
from src.kql.saved_functions import COMPONENT_TABLE, render_functions

HERE = Path(__file__).parent
PARSER = HERE.parents[1] / "node_modules" / "@kusto"

KQL_TYPE = {STRING: "string", REAL: "real", INT: "int", DATETIME: "datetime", DYNAMIC: "dynamic"}
FUNCTIONS = render_functions(COMPONENT_TABLE, COMPONENT_METRICS)
QUERIES = {query.name: query.text for query in shipped_queries()}

MISTAKES = {
    "a column that is not there": ("WorkflowJobs() | where job_nmae == 'x'", "job_nmae"),
    "a saved function that is not there": ("WorkflowJbos() | count", "WorkflowJbos"),
    "a scalar function that is not there": ("print tolnog('1')", "tolnog"),
    "an operator that is not there": ("WorkflowRuns() | summarise count()", "summarise"),
    "a column that only another event has": (
        "WorkflowRuns() | project queue_seconds",
        "queue_seconds",
    ),
    "the order of what has no order": (
        "customEvents | summarize arg_max(customDimensions, *) by name",
        "customDimensions",
    ),
}

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
    asked = {
        "tables": {name: _schema(columns) for name, columns in TABLES.items()},
        "functions": FUNCTIONS,
        "texts": FUNCTIONS | QUERIES | {name: text for name, (text, _) in MISTAKES.items()},
    }
    answer = subprocess.run(
        ["node", HERE / "parse.cjs"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def _schema(columns: dict[str, str]) -> str:
    return f"({', '.join(f'{name}: {KQL_TYPE[type_]}' for name, type_ in columns.items())})"


@pytest.mark.parametrize("name", [*FUNCTIONS, *QUERIES])
def test_finds_nothing_wrong_in(findings: dict[str, list[str]], name: str):
    assert findings[name] == []


@pytest.mark.parametrize("name", MISTAKES)
def test_finds(findings: dict[str, list[str]], name: str):
    _, culprit = MISTAKES[name]

    assert any(culprit in finding for finding in findings[name])
