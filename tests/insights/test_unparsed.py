"""What is said to who wrote a query that cannot be parsed: the word that is wrong, where known."""

import duckdb
import pytest

from src.insights.kql import BadQueryError, run_kql
from src.insights.unparsed import hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("T | sumarize count()", "1:2; there is no operator sumarize: did you mean summarize?"),
        (
            "T\n| where x == 1\n| projct y",
            "3:0; there is no operator projct: did you mean project?",
        ),
        ("T | qqq", "1:2; there is no operator qqq"),
        ("T | where (a", "1:2; look at: | where (a"),
        ("slowest steps", "1:8; look at: steps"),
        ("T | extend x = ", "1:15; the query ends too early"),
    ],
)
def test_the_word_that_is_wrong_is_named(text: str, said: str):
    with duckdb.connect() as connection, pytest.raises(BadQueryError) as caught:
        run_kql(connection, text)

    assert str(caught.value) == f"could not parse KQL at {said}"


def test_what_follows_is_shown_on_one_line_and_not_without_end():
    assert hint(f"T | where (\n{'x' * 90}", 1, 2) == f"look at: | where ( {'x' * 30}…"


@pytest.mark.parametrize(("line", "column"), [(1, 9), (2, 0)])
def test_a_place_beyond_the_text_is_its_end(line: int, column: int):
    assert hint("T | a", line, column) == "the query ends too early"
