"""Every .kql file goes through Microsoft's own parser, the one that Azure's editor uses.

In both scopes, against the tables that each of them documents.
"""

from collections.abc import Mapping

import pytest

from src.kql.saved_functions import render_functions
from src.kql.scopes import COMPONENT, WORKSPACE, Scope
from tests.kql.azure_tables import COMPONENT_TABLES, WORKSPACE_TABLES
from tests.kql.microsoft_parser import NEEDS_PARSER, findings_in
from tests.kql.texts import TEXTS

SCHEMAS = {COMPONENT: COMPONENT_TABLES, WORKSPACE: WORKSPACE_TABLES}
OURS = {f"{name}()": body for name, body in render_functions(COMPONENT).items()}

MISTAKES = {
    "a column that is not there": ("WorkflowJobs() | where job_nmae == 'x'", "job_nmae"),
    "a saved function that is not there": ("WorkflowJbos() | count", "WorkflowJbos"),
    "a scalar function that is not there": ("print tolnog('1')", "tolnog"),
    "an operator that is not there": ("WorkflowRuns() | summarise count()", "summarise"),
    "a column that only another event has": (
        "WorkflowRuns() | project queue_seconds",
        "queue_seconds",
    ),
}
OF_ONE_SCOPE = {
    COMPONENT: {
        "the other scope's table": ("AppEvents | count", "AppEvents"),
        "the order of what has no order": (
            "customEvents | summarize arg_max(customDimensions, *) by name",
            "customDimensions",
        ),
    },
    WORKSPACE: {
        "the other scope's table": ("customMetrics | count", "customMetrics"),
        "a column that the workspace dropped": ("AppMetrics | project ValueSum", "ValueSum"),
    },
}
MISTAKEN = [
    (scope, name)
    for scope, own in OF_ONE_SCOPE.items()
    for name in sorted(MISTAKES.keys() | own.keys())
]

pytestmark = [pytest.mark.slow, NEEDS_PARSER]


@pytest.fixture(scope="module")
def findings() -> dict[Scope, dict[str, list[str]]]:
    """What the parser finds in each text of each scope."""
    return {scope: find(scope, tables) for scope, tables in SCHEMAS.items()}


def find(scope: Scope, tables: Mapping[str, str]) -> dict[str, list[str]]:
    """What it finds in a scope."""
    functions = render_functions(scope)
    mistakes = {name: text for name, (text, _) in (MISTAKES | OF_ONE_SCOPE[scope]).items()}
    bodies = {f"{name}()": body for name, body in functions.items()}
    return findings_in(bodies | TEXTS | mistakes, tables, functions)


@pytest.mark.parametrize("scope", SCHEMAS, ids=lambda scope: scope.name)
@pytest.mark.parametrize("name", [*OURS, *TEXTS])
def test_finds_nothing_wrong_in(
    findings: dict[Scope, dict[str, list[str]]], scope: Scope, name: str
):
    assert findings[scope][name] == []


@pytest.mark.parametrize(
    ("scope", "name"), MISTAKEN, ids=lambda value: getattr(value, "name", value)
)
def test_finds(findings: dict[Scope, dict[str, list[str]]], scope: Scope, name: str):
    _, culprit = (MISTAKES | OF_ONE_SCOPE[scope])[name]

    assert any(culprit in finding for finding in findings[scope][name])
