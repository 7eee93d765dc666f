import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from src.model.semconv import ANSWER_DURATION, ENQUEUED, REFUSED
from src.shared import health_log
from src.shared.errors import QueueUnavailableError
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


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEPTH_SECONDS", "DEPTH_DEADLINE_SECONDS", "LAST_DEPTH_DEADLINE_SECONDS"):
        monkeypatch.setattr(health_log, name, 0.02)


def test_lines_come_by_themselves_and_one_at_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(health_log, "LOOKS_PER_LINE", 2)
    health = Health()
    asyncio.run(put_and_report(ListQueue(), health, 0.3))

    assert 3 <= line_count(caplog) <= 9
    assert health.queue_depth == 1


def test_a_line_has_the_depth_of_its_own_moment(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(health_log, "DEPTH_SECONDS", 60)
    asyncio.run(put_and_report(ListQueue(), Health(), 0.01))

    [line] = [record for record in caplog.records if record.getMessage() == "health"]
    assert line.queue_depth == 1


class OldQueue(ListQueue):
    async def oldest_enqueued_at(self) -> datetime | None:
        return NOW


def test_how_long_the_oldest_message_waits_is_asked_of_the_queue(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    asyncio.run(put_and_report(OldQueue(), Health(), 0.01))

    *_, line = [record for record in caplog.records if record.getMessage() == "health"]
    assert line.queue_oldest_age > 0


@pytest.mark.parametrize(
    "error", [QueueUnavailableError("the disk is full"), RuntimeError("a bug")], ids=str
)
def test_a_queue_that_does_not_answer_has_no_known_depth_until_it_does(
    error: Exception, caplog: pytest.LogCaptureFixture
):
    queue, health = FailingQueue(error), Health(queue_depth=3, oldest_waiting_at=NOW)

    async def fail_then_recover() -> None:
        async with reporting(health, queue):
            await asyncio.sleep(0.1)
            assert (health.queue_depth, health.oldest_waiting_at) == (None, None)
            queue.error = None
            await asyncio.sleep(0.1)
            assert health.queue_depth == 0
            queue.error = error

    caplog.set_level(logging.INFO)
    asyncio.run(fail_then_recover())

    *_, line = [record for record in caplog.records if record.getMessage() == "health"]
    assert not hasattr(line, "queue_depth"), "it went away again"


def test_an_outage_is_told_when_it_begins_and_at_a_start(caplog: pytest.LogCaptureFixture):
    async def report_through_two_outages() -> None:
        queue = FailingQueue()
        async with reporting(Health(), queue):
            for error in (queue.error, None, queue.error):
                queue.error = error
                await asyncio.sleep(0.1)

    asyncio.run(report_through_two_outages())
    asyncio.run(put_and_report(ListQueue(put_seconds=0.2), Health(), 0.1))

    told = [(record.getMessage(), record.error) for record in caplog.records]
    full = ("queue unavailable", "the disk /secret/x is full")
    assert told == [full, full, ("queue unavailable", "took too long")]


def test_a_line_that_cannot_be_made_is_not_the_last(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(health_log, "LOOKS_PER_LINE", 1)
    health = Health()
    monkeypatch.setattr(Health, "take_durations", lambda _: 1 / 0)
    asyncio.run(put_and_report(ListQueue(), health, 0.2))

    failed = [record for record in caplog.records if record.exc_info]
    assert len(failed) >= 3
    assert {record.getMessage() for record in failed} == {"no health line"}
