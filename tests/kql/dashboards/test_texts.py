"""A query's parameters: found, replaced, and kept inside their strings."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.insights.kql import run_kql
from src.kql.dashboards.texts import defaults, literal, query_text, spoken, with_values

TEXT = """\
// A question.
let repository = "*";  // parameter: owner/name; * is all
let grain = 1h;  // parameter: the time that a point stands for
let other = 3;
print repository, grain, other
"""


def test_finds_the_parameters_and_nothing_else():
    assert defaults(TEXT) == {"repository": '"*"', "grain": "1h"}


def test_replaces_values_and_keeps_the_rest():
    told = with_values(TEXT, {"grain": "5m", "run": '"x"'})

    assert told == TEXT.replace("1h", "5m")


@pytest.mark.parametrize("value", ["\\1", "\\g<name>", "$1"])
def test_a_value_is_no_pattern(value: str):
    assert f"let repository = {value};" in with_values(TEXT, {"repository": value})


def test_a_tile_comes_before_a_query_and_what_is_neither_is_refused():
    assert query_text("cost").startswith("// What do jobs cost")
    assert query_text("pool-utilisation").startswith("// How busy is each pool")
    with pytest.raises(FileNotFoundError):
        query_text("no-such-query")


@pytest.fixture(scope="module")
def empty() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


# The local translator knows no \\u escapes, which control characters need; Azure does.
@settings(max_examples=60)
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=20))
def test_no_text_ends_its_string_early(empty: duckdb.DuckDBPyConnection, text: str):
    [(value,)] = run_kql(empty, f"print value = {literal(text)}").rows

    assert value == text
    assert spoken(literal(text)) == text
