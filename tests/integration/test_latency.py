"""From the webhook to the tables: how soon, and once."""

import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx
import pytest

from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from tests.integration.processes import wait_for
from tests.integration.readings import history, newest
from tests.integration.recordings import recorded
from tests.integration.stack import Stack

SEEN_WITHIN_SECONDS = 2.0
MEDIAN_WITHIN_SECONDS = 0.3
MEASURED = 30
POLL_SECONDS = 0.005


@pytest.fixture
def completed_job(corpus: Path) -> Delivery:
    """A real completed job with steps, some years old."""
    return _named(corpus, b'"id": 36016488174', "workflow_job")


@pytest.fixture
def completed_run(corpus: Path) -> Delivery:
    """The real run that it belonged to."""
    return _named(corpus, b'"id": 12915191034', "workflow_run")


def test_a_recorded_delivery_is_in_the_tables_within_two_seconds_and_once(
    stack: Stack, completed_job: Delivery, completed_run: Delivery
):
    deliveries = [completed_job, completed_run]
    for delivery in deliveries:
        [reply] = stack.post([delivery])
        assert reply.status == 202
        wait_for(lambda: _rows(stack)[delivery.event], SEEN_WITHIN_SECONDS, delivery.event)
    seen = _rows(stack)
    stack.take(deliveries * 4)
    assert _rows(stack) == seen
    assert [len(rows) for rows in seen.values()] == [1, 1]
    assert len(newest(stack.tables, "WorkflowSteps")) == 11


def test_the_median_from_put_to_row_is_under_300_ms(
    stack: Stack, record_property: pytest.TestReport
):
    day = simulate_day(5, datetime.now(UTC), runs=6)
    seconds = [_seconds_to_row(stack, delivery) for delivery in day.deliveries[:MEASURED]]
    assert median(seconds) < MEDIAN_WITHIN_SECONDS


def _named(corpus: Path, wanted: bytes, event: str) -> Delivery:
    return next(d for d in recorded(corpus) if d.event == event and wanted in d.body and b'"action": "completed"' in d.body)
