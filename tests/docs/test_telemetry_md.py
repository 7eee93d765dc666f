import re
from datetime import timedelta
from pathlib import Path

import pytest

from src.backend.rows import OLDEST_ROW
from src.insights.tables import TABLES
from src.kql import runner_samples, service_health
from src.kql.catalogue import shipped_alerts, shipped_queries
from src.kql.saved_functions import render_functions
from src.kql.scopes import COMPONENT
from src.model import ids
from src.model.host_metrics import HOST_METRICS
from src.model.records import PHASE_COMPLETED, PHASE_IN_PROGRESS, PHASE_QUEUED, revision
from src.model.semconv import METRICS, RESULT_BY_CONCLUSION, TERMS
from src.model.terms import Term

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "telemetry.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.splitlines()
    if line.startswith("|")
]


def row_of(name: str) -> list[str]:
    """The one table row that is about this name."""
    [row] = [row for row in ROWS if row[0] == f"`{name}`"]
    return row


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_each_name_is_there_with_type_unit_events_and_meaning(term: Term):
    [row] = [row for row in ROWS if row[0] == f"`{term.name}`" and row[-1] == term.meaning]

    assert row[1] == term.type
    assert "".join(row[:-1]).count("✓") == len(term.on)
    assert not term.unit or row[2] == term.unit
    assert not term.attribute or f"`{term.attribute}`" in row


def test_each_metric_is_there_with_kind_unit_attribute_and_meaning():
    for metric in METRICS:
        by = f"`{metric.by}`" if metric.by else ""
        assert row_of(metric.name)[1:] == [metric.kind, metric.unit, by, metric.meaning]


def test_each_host_metric_is_there_with_unit_part_and_meaning():
    for metric in HOST_METRICS:
        part = f"`{metric.part}` {metric.value}".strip() if metric.part else ""
        assert [f"`{metric.name}`", metric.unit, part, metric.meaning] in ROWS


@pytest.mark.parametrize("columns", [runner_samples.COLUMNS, service_health.COLUMNS])
def test_each_column_of_the_functions_of_metrics_is_there(columns: dict[str, str]):
    for name, meaning in columns.items():
        assert [f"`{name}`", meaning] in ROWS


def test_the_functions_and_queries_are_there():
    for name in render_functions(COMPONENT):
        assert f"`{name}()`" in PAGE
    for query in (*shipped_queries(), *shipped_alerts()):
        assert row_of(query.name)[1] == query.question


def test_the_conclusions_are_there():
    for conclusion, result in RESULT_BY_CONCLUSION.items():
        assert [f"`{conclusion}`", f"`{result}`"] in ROWS


def test_the_tables_are_those_of_application_insights():
    first = PAGE.partition("## Properties")[0]

    named = set(re.findall(r"^\| `(\w+)`", first, re.MULTILINE))
    assert named == {"customEvents", "requests", "dependencies", "customMetrics"}
    assert named <= TABLES.keys()


def test_the_prose_says_what_the_code_does():
    phases = (PHASE_QUEUED, PHASE_IN_PROGRESS, PHASE_COMPLETED)
    assert all(f"{revision(phase):,}" in PAGE for phase in phases)
    assert f"more than {OLDEST_ROW // timedelta(hours=1)} hours" in PAGE
    shapes = {
        "run attempt": ids.run_record_id("HOST", "RUN_ID", "ATTEMPT"),
        "job": ids.job_record_id("HOST", "JOB_ID"),
        "step": ids.step_record_id("HOST", "JOB_ID", "NUMBER"),
    }
    for thing, shape in shapes.items():
        assert [thing, f"`{shape}`"] in ROWS


def test_the_files_that_it_points_to_exist():
    for path in re.findall(r"`(src/[\w/.]+)`", PAGE):
        assert (ROOT / path).exists(), path
