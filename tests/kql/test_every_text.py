"""Every text that ships, over a simulated week: both scopes give the same answer."""

from typing import Any

import pytest

from src.kql.saved_functions import render_functions
from src.kql.scopes import COMPONENT, SCOPES, WORKSPACE
from tests.kql.both_scopes import BothScopes
from tests.kql.texts import TEXTS
from tests.kql.week import END

pytestmark = pytest.mark.slow

FUNCTIONS = tuple(render_functions(COMPONENT))


@pytest.mark.parametrize("name", TEXTS)
def test_both_scopes_give_the_same_answer_to(told_week: BothScopes, name: str):
    component, workspace = (told_week.ask(TEXTS[name], END, scope) for scope in SCOPES)

    assert len(workspace) == len(component)
    for one, other in zip(component, workspace, strict=True):
        assert one == near(other)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_both_scopes_have_the_same_rows_in(told_week: BothScopes, function: str):
    order = (
        "record_id asc"
        if function != "ServiceHealth"
        else ("timestamp asc, instance asc, metric asc, part asc")
    )
    component, workspace = (
        told_week.ask(f"{function}() | order by {order}", END, scope) for scope in SCOPES
    )

    assert component
    assert component == workspace


def test_a_text_calls_the_saved_functions_and_nothing_else_that_holds_rows():
    tables = {table for scope in SCOPES for table in (scope.events.name, scope.metrics.name)}
    for name, text in TEXTS.items():
        assert any(f"{function}()" in text for function in FUNCTIONS), name
        assert not any(table in text for table in tables), name
        assert text.startswith("// "), name


def near(row: dict[str, Any]) -> dict[str, Any]:
    """Equal, but for the order in which numbers were added up."""
    return {
        name: pytest.approx(value) if isinstance(value, float) else value
        for name, value in row.items()
    }


def test_a_lone_value_without_extremes_is_its_own(told_week: BothScopes):
    question = 'ServiceHealth() | where metric == "github_telemetry.queue.depth" | take 1'
    for scope in (COMPONENT, WORKSPACE):
        [row] = told_week.ask(question, END, scope)
        assert row["least"] == row["most"] == row["mean"] == row["total"]
