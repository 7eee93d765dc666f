import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from src.model.semconv import ANSWER_DURATION, ENQUEUED, REFUSED
from src.shared import health_log
from src.shared.health import Health
from src.shared.health_log import HealthLog, reporting
from tests.frontend.serving import FailingQueue, ListQueue

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_a_line_tells_what_was_added_since_the_last_and_levels_as_they_are():
    health = Health(queue_depth=7, oldest_enqueued_at=NOW - timedelta(seconds=90))
    lines = HealthLog(health)
    health.count(ENQUEUED, 2)
    health.count(REFUSED, value="unsigned")
    health.lasted(ANSWER_DURATION, 0.5)
    health.lasted(ANSWER_DURATION, 0.1)
    levels = {"queue_depth": 7, "queue_oldest_age": 90}
    assert lines.line(NOW) == {
        "deliveries_enqueued": 2,
        "deliveries_refused_unsigned": 1,
        "answer_duration_mean_seconds": 0.3,
        "answer_duration_longest_seconds": 0.5,
        **levels,
    }

    health.count(ENQUEUED)
    assert lines.line(NOW) == {"deliveries_enqueued": 1, **levels}
    assert lines.line(NOW) == levels


def line_count(caplog: pytest.LogCaptureFixture) -> int:
    return sum(record.getMessage() == "health" for record in caplog.records)


async def put_and_report(queue: ListQueue, health: Health, seconds: float) -> None:
    async with reporting(health, queue):
        await queue.put(b"one")
        await asyncio.sleep(seconds)


def test_lines_come_by_themselves_and_one_at_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(health_log, "LINE_SECONDS", 0.05)
    health = Health()
    asyncio.run(put_and_report(ListQueue(), health, 0.12))

    assert line_count(caplog) == 3
    assert health.queue_depth == 1


def test_a_queue_that_does_not_answer_has_no_known_depth_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(health_log, "DEPTH_SECONDS", 0.01)
    monkeypatch.setattr(health_log, "DEPTH_DEADLINE_SECONDS", 0.01)
    queue, health = FailingQueue(), Health(queue_depth=3)

    async def fail_then_recover() -> None:
        async with reporting(health, queue):
            await asyncio.sleep(0.03)
            assert health.queue_depth is None
            queue.error = None
            await asyncio.sleep(0.05)

    asyncio.run(fail_then_recover())
    assert health.queue_depth == 0

    asyncio.run(put_and_report(ListQueue(put_seconds=0.2), health, 0.05))
    assert health.queue_depth is None
