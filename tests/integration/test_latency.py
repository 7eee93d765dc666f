"""From the webhook to the tables: how soon, and once."""

import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import pytest

from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from tests.integration.expected import Expected, expected_rows
from tests.integration.processes import POLL_SECONDS, wait_for
from tests.integration.recordings import sequences
from tests.integration.stack import Stack

SEEN_WITHIN_SECONDS = 2.0
MEDIAN_WITHIN_SECONDS = 0.3
MEASURED = 30
REDELIVERIES = 4
FIRST_RUN = "12915191034"  # a real run some years old, with a job of eleven steps


@pytest.fixture
def run(corpus: Path) -> list[Delivery]:
    """A recorded run from its queued job to its end."""
    return next(run for run in sequences(corpus) if FIRST_RUN.encode() in run[-1].body)


@pytest.mark.timed
def test_a_recorded_run_is_in_the_tables_within_two_seconds_and_once(
    stack: Stack, run: list[Delivery]
):
    expected = _counts(row for d in run for row in expected_rows(d.event, d.body, _now()))
    assert all(expected.values())
    for delivery in run:
        assert [reply.status for reply in stack.post([delivery])] == [202]
    wait_for(lambda: _rows(stack) == expected, SEEN_WITHIN_SECONDS, "the rows of a run")
    stack.take(run * REDELIVERIES)
    assert _rows(stack) == expected


@pytest.mark.slow
@pytest.mark.timed
def test_the_median_from_post_to_row_is_under_300_ms(stack: Stack):
    deliveries = simulate_day(5, _now(), runs=6).deliveries[:MEASURED]
    seconds = [_seconds_to_row(stack, delivery) for delivery in deliveries]
    sys.stdout.write(f"post to row: median {median(seconds):.3f} s, longest {max(seconds):.3f} s")
    assert median(seconds) < MEDIAN_WITHIN_SECONDS


def _counts(rows: Iterable[Expected]) -> dict[str, int]:
    """How many rows each table has: an event for all, a span for what ended and took its time."""
    rows = list(rows)
    spans = [row.table for row in rows if row.facts["duration_seconds"] is not None]
    runs = spans.count("WorkflowRuns")
    return {"customEvents": len(rows), "requests": runs, "dependencies": len(spans) - runs}


def _rows(stack: Stack) -> dict[str, int]:
    counts = stack.row_counts()
    return {table: counts[table] for table in ("customEvents", "requests", "dependencies")}


def _seconds_to_row(stack: Stack, delivery: Delivery) -> float:
    """From the moment GitHub would begin to send until its events can be asked for."""
    before, started_at = _rows(stack)["customEvents"], time.perf_counter()
    assert [reply.status for reply in stack.post([delivery])] == [202]
    while _rows(stack)["customEvents"] == before:
        time.sleep(POLL_SECONDS)
        assert time.perf_counter() - started_at < SEEN_WITHIN_SECONDS
    return time.perf_counter() - started_at


def _now() -> datetime:
    return datetime.now(UTC)
