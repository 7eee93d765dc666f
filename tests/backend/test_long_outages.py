"""Hours of things going wrong, in memory: what is poisoned, put back, split, and what is not."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import pytest

from src.backend import worker as worker_module
from src.backend.sinks.base import EventRow, Receipt, Row
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.errors import QueueUnavailableError
from tests.backend.memory_parts import MemoryQueue, MemorySink, MemoryStore
from tests.backend.memory_scene import MemoryScene, failing
from tests.backend.scene import down, fine, job, job_name, refusing
from tests.backend.virtual_time import VirtualLoop

pytestmark = pytest.mark.anyio


def counts(scene: MemoryScene) -> list[int]:
    """How often each message in the queue was received."""
    return [entry.dequeue_count for entry in scene.queue._entries.values()]


def no_logs(rows: Sequence[Row]) -> Receipt:
    """Answers 400 to one signal, whatever is in it, and takes the other."""
    events = [row for row in rows if isinstance(row, EventRow)]
    return Receipt(refused=events, complaint="logs: 400")


def no_jobs(rows: Sequence[Row]) -> Receipt:
    return Receipt(
        refused=[row for row in rows if row.name == "WorkflowJob"], complaint="no such table"
    )


@pytest.mark.parametrize("fault", [no_logs, no_jobs])
async def test_what_is_refused_for_everybody_poisons_nobody(fault: Any):
    scene = MemoryScene()
    scene.sink.fault = fault
    for number in range(1, 101):
        await scene.queue.put(messages.encode([job(number)]))
        await scene.work(1, seconds_each=1)

    assert (len(scene.poison.bodies), len(scene.queue.bodies)) == (0, 100)
    scene.sink.fault = fine
    await scene.work(200)
    assert (scene.poison.bodies, scene.queue.bodies) == ([], [])


async def test_one_bad_step_of_a_lone_job_fails_among_its_good_siblings():
    def no_first_step(rows: Sequence[Row]) -> Receipt:
        steps = [row for row in rows if row.name == "WorkflowStep"]
        return Receipt(refused=steps[:1], complaint="too long")

    scene = MemoryScene()
    scene.sink.fault = no_first_step
    await scene.put(1)

    await scene.work(1)

    [event] = messages.decode(scene.queue.bodies[0])
    assert event.attempts == 1


async def test_ten_hours_of_an_outage_leave_the_messages_as_they_were():
    scene = MemoryScene()
    scene.sink.fault = down
    await scene.put(64, events_each=16)

    await scene.work(7200)

    assert len(scene.queue.bodies) == 64
    assert max(counts(scene)) <= 2
    scene.sink.fault = fine
    await scene.work(20)
    assert scene.queue.bodies == []
    assert len({row.name for row in scene.sink.rows}) > 1


async def test_a_hand_that_is_not_full_is_kept_however_long_nothing_passes():
    scene = MemoryScene()
    scene.sink.fault = down
    await scene.put(31)

    await scene.work(1000)

    assert counts(scene) == [1] * 31


async def test_a_full_hand_of_bad_messages_lets_one_newcomer_after_the_other_show_what_passes():
    scene = MemoryScene(messages_per_batch=4)
    scene.sink.fault = refusing(*(f"job {number}" for number in range(1, 8)))
    await scene.put(9)

    await scene.work(90)

    assert jobs(scene) == {"job 8", "job 9"}


async def test_a_full_hand_is_kept_for_a_minute_before_one_makes_room():
    scene = MemoryScene(messages_per_batch=4)
    scene.sink.fault = lambda rows: Receipt(refused=rows, complaint="no good")
    await scene.put(5)

    await scene.work(14)
    assert counts(scene) == [1, 1, 1, 1, 0]
    await scene.work(1)
    assert counts(scene) == [1, 1, 1, 1, 1]


def jobs(scene: MemoryScene) -> set[str]:
    """The names of those that came."""
    return {job_name(row) for row in scene.sink.rows if row.name == "WorkflowJob"}


async def test_a_round_has_no_more_letters_than_can_be_done_in_time():
    sizes: list[int] = []

    def counting(rows: Sequence[Row]) -> Receipt:
        sizes.append(sum(row.name == "WorkflowJob" for row in rows))
        return Receipt()

    scene = MemoryScene()
    scene.sink.fault = counting
    await scene.put(8, events_each=100)

    await scene.work(4)

    assert sizes == [256, 256, 256, 32]
    assert scene.queue.bodies == []


async def test_two_letters_that_trip_the_sink_do_not_slow_down_the_others():
    def tripping(rows: Sequence[Row]) -> Receipt:
        if {"job 40", "job 200"} & {job_name(row) for row in rows if row.name == "WorkflowJob"}:
            raise RuntimeError("tripped")
        return Receipt()

    scene = MemoryScene()
    scene.sink.fault = tripping
    await scene.put(32, events_each=8)

    await scene.work(12, seconds_each=0.1)

    assert len(jobs(scene)) == 254


async def test_messages_that_come_a_third_time_are_split_one_in_a_round():
    scene = MemoryScene()
    await scene.put(3, events_each=20)
    for _ in range(2):
        await scene.queue.release(await scene.queue.receive(9, 60))

    await scene.work(1)

    assert len(scene.queue.bodies) == 2 + 20
    assert scene.sink.rows == [], "nothing of a suspect is touched before it is split"
    await scene.work(20)
    assert scene.queue.bodies == []
    assert len(jobs(scene)) == 60


async def test_what_cannot_be_split_is_tried_whole():
    scene = MemoryScene()
    await scene.put(1, events_each=3)
    for _ in range(2):
        await scene.queue.release(await scene.queue.receive(9, 60))
    scene.queue.put = failing("full")  # type: ignore[method-assign]

    await scene.work(2)

    assert scene.queue.bodies == []


async def test_a_worker_stops_in_seconds_though_its_queue_hangs(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(worker_module, "GIVE_BACK_SECONDS", 0.2)
    scene = MemoryScene()
    scene.sink.fault = down
    await scene.put(32)
    await scene.work(1)

    async def hang(*_: object) -> None:
        await asyncio.sleep(60)

    scene.queue.release = hang  # type: ignore[assignment]
    began = monotonic()
    await scene.worker.give_back()

    assert monotonic() - began < 6, "not for each of 32 messages"
    [record] = caplog.records
    assert (record.getMessage(), vars(record)["messages"]) == ("not put back", 32)


async def test_a_worker_that_stops_gives_all_back_at_once_and_stops_at_a_queue_that_is_away(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO)
    scene = MemoryScene()
    scene.sink.fault = down
    await scene.put(32)
    await scene.work(1)
    calls = 0
    release = scene.queue.release

    async def away(*_: object) -> None:
        nonlocal calls
        calls += 1
        raise QueueUnavailableError("away")

    scene.queue.release = away  # type: ignore[assignment]
    await scene.worker.give_back()
    assert calls == 1

    scene.queue.release = release  # type: ignore[method-assign]
    await scene.worker.give_back()
    [record] = [record for record in caplog.records if record.getMessage() == "put back"]
    assert (vars(record)["messages"], vars(record)["reason"]) == (32, "the worker stops")
    assert len(await scene.queue.receive(32, 60)) == 32


async def test_how_old_the_oldest_message_in_hand_is_can_be_seen_until_it_is_done_with():
    seen: list[datetime | None] = []

    def look(rows: Sequence[Row]) -> Receipt:
        seen.append(scene.worker._health.oldest_enqueued_at)
        return down(rows)

    scene = MemoryScene()
    scene.sink.fault = look
    await scene.put(1)
    put_at = scene.now

    await scene.work(2)
    assert seen == [put_at, put_at], "also while a sink hangs"
    scene.sink.fault = fine
    await scene.work(1)
    assert scene.worker._health.oldest_enqueued_at is None


LEASE_SECONDS = 30.0


class SlowSink(MemorySink):
    """Takes every row, in ten times the time for which a message is leased."""

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        await asyncio.sleep(10 * LEASE_SECONDS)
        return await super().emit(rows)


def test_a_sink_that_is_slower_than_a_lease_gives_no_other_worker_the_same_to_do():
    loop = VirtualLoop()
    queue, poison = MemoryQueue(loop.now), MemoryQueue(loop.now)
    pace = Pace(lease_seconds=LEASE_SECONDS)
    worker = Worker(queue, poison, State(MemoryStore()), [SlowSink()], pace, now=loop.now)  # type: ignore[arg-type]

    async def work() -> None:
        await queue.put(messages.encode([job()]))
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop))
        await asyncio.sleep(5 * LEASE_SECONDS)
        assert await queue.receive(32, LEASE_SECONDS) == []
        stop.set()
        await asyncio.wait_for(working, 10 * LEASE_SECONDS)

    loop.run_until_complete(work())
    loop.close()

    assert queue.bodies == []
