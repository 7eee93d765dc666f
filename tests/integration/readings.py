"""Rows as KQL answers them in, facts to compare with what is expected out."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from src.model.semconv import LOOKED_UP, TERM_BY_NAME
from tests.insights.stack import Insights
from tests.integration.expected import Facts

EVENTS = {
    "WorkflowRuns": "WorkflowRun",
    "WorkflowJobs": "WorkflowJob",
    "WorkflowSteps": "WorkflowStep",
}

_READERS: dict[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "long": int,
    "real": float,
}


def newest(tables: Insights, table: str) -> dict[str, Facts]:
    """What a saved function says, by record id; each record id is there once."""
    rows = [facts_of(row) for row in tables.ask(f"{table}()")]
    by_id = {row["record_id"]: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def history(tables: Insights, table: str) -> list[Facts]:
    """Every custom event behind a saved function, corrections and duplicates included.

    A step's has what it shares with its job from the job's event that it came with.
    """
    events = _events(tables, table)
    if table != "WorkflowSteps":
        return events
    jobs = {_came_with(job): job for job in _events(tables, "WorkflowJobs")}
    return [{name: jobs[_came_with(s)].get(name) for name in LOOKED_UP} | s for s in events]


def _events(tables: Insights, table: str) -> list[Facts]:
    question = (
        f'customEvents | where name == "{EVENTS[table]}"'
        " | project properties = customDimensions, measurements = customMeasurements"
    )
    return [facts_of(row["properties"] | row["measurements"]) for row in tables.ask(question)]


def _came_with(row: Facts) -> tuple[object, ...]:
    """What a job's event and those of its steps have in common, and no other's."""
    return row["record_id"].partition("/steps/")[0], row["revision"], row["content_hash"]


def facts_of(row: dict[str, Any]) -> Facts:
    """Texts as what they stand for; empty and absent are the same."""
    return {name: _value(name, value) for name, value in row.items() if name in TERM_BY_NAME}


def _value(name: str, value: Any) -> Any:
    if name == "time_shifted":
        return value in {True, "true"}
    if value in {None, ""}:
        return "" if name == "labels" else None
    return _READERS.get(TERM_BY_NAME[name].type, str)(value)
