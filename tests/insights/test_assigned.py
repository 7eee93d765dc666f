"""A single = where == was meant."""

import time

import duckdb
import pytest

from src.insights.assigned import assigned
from src.insights.kql import BadQueryError, run_kql
from src.kql.catalogue import FUNCTIONS, QUERIES

SAID = "= compares nothing in KQL: write where "


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('WorkflowJobs() | where conclusion = "failure"', 'conclusion == "failure"'),
        ("T | where is_fork = true | count", "is_fork == true"),
        ("T | where (a == 1 and b=2)", "b == 2"),
        ("T | filter name='a | b'", "name == 'a | b'"),
        ("T | join (U | where a = 1) on id", "a == 1"),
        ("T // where a = 0\n| where properties.a = 3", "properties.a == 3"),
    ],
)
def test_what_was_meant_is_told(text: str, meant: str):
    assert assigned(text) == SAID + meant


@pytest.mark.parametrize(
    "text",
    [
        "T | where a == 1 and b != 2 and c <= 3 and d >= 4 and e =~ 'x' and f !~ 'y'",
        'T | where name == "a = b" or name contains @"\\="',
        'T | where path == @"C:\\" and name == "a = b"',
        """T | where path == @'C:\\' and name == @"say ""a = b"" twice" """,
        "T | where a == 1 // not a = 2",
        "T | where a == 1 | extend b = 2 | summarize c = count() by d = e",
        "let b = T | where a == 1; let c = 5; b | where a > c",
        "T | join kind=inner (U | where a == 1) on $left.x == $right.y",
        "T | union (U | where a == 1), (V | extend b = 1)",
        "T | evaluate f(a = 1)",
        "T | extend where_ = 1",
        "",
    ],
)
def test_what_compares_is_left_alone(text: str):
    assert assigned(text) is None


def test_a_long_text_is_looked_at_quickly():
    started = time.perf_counter()

    assert assigned(f'T | where name == "{"x" * 200_000}"') is None
    assert time.perf_counter() - started < 5


def test_nothing_that_we_ship_is_complained_of():
    files = [*FUNCTIONS.rglob("*.kql"), *QUERIES.glob("*.kql")]
    assert files
    assert {
        file.name: assigned(file.read_text(encoding="utf-8")) for file in files
    } == dict.fromkeys(file.name for file in files)


def test_it_is_told_instead_of_a_wrong_answer():
    with duckdb.connect() as connection:
        connection.execute("create table T as select true as is_fork union all select false")
        with pytest.raises(BadQueryError, match="write where is_fork == false"):
            run_kql(connection, "T | where is_fork = false")
        assert run_kql(connection, "T | where is_fork == false | count").rows == [(1,)]
