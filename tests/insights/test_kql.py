from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from time import sleep

import duckdb
import duckdb_kql
import pytest

from src.insights import kql
from src.insights.ingestion import ingest
from src.insights.kql import FUNCTIONS, BadQueryError, Table, run_kql
from src.insights.store import Store
from tests.insights.items import NOW, body, item


@pytest.fixture
def cursor(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with Store(tmp_path / "insights.duckdb") as store:
        sent = item(content={"properties": {"a": "b"}, "measurements": {"n": 2}})
        store.append(ingest(body(sent), NOW).rows)
        with store.cursor() as opened:
            yield opened


def test_values_are_plain_python(cursor: duckdb.DuckDBPyConnection):
    query = "customEvents | project timestamp, name, customDimensions, n = customMeasurements.n"
    assert run_kql(cursor, query) == Table(
        ["timestamp", "name", "customDimensions", "n"], [(NOW, "E", {"a": "b"}, 2)]
    )


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1d - 1h", timedelta(hours=23)),
        ("datetime(2026-01-02 03:04:05)", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("tolong('')", None),
        ("dynamic({'a': [1, null]})", {"a": [1, None]}),
        ("guid(74be27de-1e4e-49d9-b579-fe0b332d3642)", "74be27de-1e4e-49d9-b579-fe0b332d3642"),
        ("1.5", 1.5),
        ("true", True),
    ],
)
def test_each_type_of_kql_has_its_python(
    cursor: duckdb.DuckDBPyConnection, expression: str, value: object
):
    assert run_kql(cursor, f"print x = {expression}").rows == [(value,)]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("print a = 1, b = 2", ["a", "b"]),
        ("print a = 1, a = 2, a = 3", ["a", "a1", "a2"]),
        ("print a = 1, a1 = 2, a = 3", ["a", "a1", "a2"]),
    ],
)
def test_columns_of_one_name_are_numbered(
    cursor: duckdb.DuckDBPyConnection, query: str, columns: list[str]
):
    assert run_kql(cursor, query).columns == columns


def test_times_in_a_list_are_aware_too(cursor: duckdb.DuckDBPyConnection):
    query = "customEvents | summarize times = make_list(timestamp)"
    ((times,),) = run_kql(cursor, query).rows
    assert times in ([NOW], [NOW.isoformat().replace("+00:00", "Z")])


def test_the_saved_functions_can_be_called(cursor: duckdb.DuckDBPyConnection):
    names = [path.stem for path in FUNCTIONS.glob("*.kql")]
    assert {"WorkflowRuns", "WorkflowJobs", "WorkflowSteps", "ServiceHealth"} <= set(names)
    for name in names:
        assert run_kql(cursor, f"{name}() | count").rows == [(0,)]


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("customEvents | wherex", "could not parse KQL at 1:13"),
        ("", "could not parse KQL at 1:0"),
        ("Nope | take 1", "there is no table Nope; there are RunnerSamples(), "),
        ("customEvents | project nope", "there is no column nope"),
        ("Nope(1)", "there is no function Nope here (at 1:0); the saved functions are Runner"),
        ("externaldata(x: string)['/etc/hostname']", "does not know source:External"),
        (".drop table customEvents", "does not know"),
        (".set-or-replace customEvents <| print name = 1", "does not know"),
        ("print x = " + "(" * 3000 + "1" + ")" * 3000, "nested too deeply"),
    ],
)
def test_a_bad_query_is_told_what_is_wrong_in_one_line(
    cursor: duckdb.DuckDBPyConnection, query: str, complaint: str
):
    with pytest.raises(BadQueryError) as refused:
        run_kql(cursor, query)
    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)
    assert run_kql(cursor, "customEvents | count").rows == [(1,)]


def test_the_connection_reaches_no_file(cursor: duckdb.DuckDBPyConnection):
    with pytest.raises(duckdb.PermissionException):
        cursor.execute("SELECT * FROM read_text('/etc/hostname')")


def test_the_saved_functions_are_learned_once_however_many_ask(monkeypatch: pytest.MonkeyPatch):
    learned: list[str] = []

    def learn(texts: list[str]) -> None:
        sleep(0.1)  # the others ask meanwhile
        learned.extend(texts)

    monkeypatch.setattr(kql, "_learn_functions", cache(kql._learn_functions.__wrapped__))
    monkeypatch.setattr(duckdb_kql, "set_functions", learn)
    with ThreadPoolExecutor(4) as threads:
        for asked in [threads.submit(kql.learn_functions) for _ in range(4)]:
            asked.result()

    assert len(learned) == len(set(learned)) > 1
