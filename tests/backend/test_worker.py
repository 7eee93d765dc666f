"""A real SQLite queue, state in memory, and sinks that do as they are told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic

import msgspec
import pytest

from src.backend import batch, outcomes, settle
from src.backend import outage as outage_module
from src.backend import worker as worker_module
from src.backend.app import open_sinks, serve
from src.backend.decide import Emission
from src.backend.rounds import Round, Trouble
from src.backend.settings import BackendSettings
from src.backend.settle import MOST_ATTEMPTS
from src.backend.sinks.base import Receipt, Row
from src.backend.worker import Worker
from src.model.records import JobRecord
from src.shared import messages
from src.shared.errors import SettingsError
from src.shared.messages import Event
from src.shared.queues.sqlite import SqliteQueue
from tests.backend.bodies import NOW, event_of, run_body
from tests.backend.scene import (
    PATIENCE_SECONDS,
    ListSink,
    Scene,
    down,
    fine,
    job,
    job_name,
    refusing,
    until,
)

pytestmark = pytest.mark.anyio

LOG = "src.backend.worker"
LATER_KIND = "deployment"  # of events that a later version may know


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    await scene.queue.close()
    await scene.poison.close()


# --- all is well --------------------------------------------------------------------------------


async def test_a_message_becomes_rows_and_is_acknowledged(scene: Scene):
    await scene.put(job())

    assert (await scene.worker().work()).messages == 1

    events, spans = scene.sink.events_and_spans
    assert [row.name for row in events] == ["WorkflowJob", *["WorkflowStep"] * 3]
    assert len(spans) == 4
    assert await scene.queue.depth() == 0


async def test_an_empty_queue_is_no_work(scene: Scene):
    assert (await scene.worker().work()).messages == 0
    assert scene.sink.calls == 0


async def test_a_batch_is_one_call_of_the_sink(scene: Scene):
    await scene.put(job(1), event_of(run_body("requested"), "run"))
    await scene.queue.put(messages.encode([job(2), job(3)]))
    await scene.queue.put(messages.encode([]))

    assert (await scene.worker().work()).messages == 4

    assert scene.sink.calls == 1
    assert scene.sink.jobs == ["job 1", "job 2", "job 3"]
    assert await scene.queue.depth() == 0


async def test_runs_that_are_over_are_told_after_their_jobs(scene: Scene):
    await scene.put(event_of(run_body(), "run"), job(1))

    await scene.worker().work()

    assert scene.sink.calls == 2
    assert scene.sink.emitted[0].name == "WorkflowJob"


async def test_no_more_is_taken_than_asked_for(scene: Scene):
    await scene.put(*(job(number) for number in range(1, 6)))

    assert (await scene.worker(messages_per_batch=2).work()).messages == 2

    assert await scene.queue.depth() == 3


@pytest.mark.parametrize("per_batch", [1, 32], ids=["in different batches", "in one batch"])
async def test_duplicates_are_emitted_once(scene: Scene, per_batch: int):
    run = event_of(run_body(), "run")
    await scene.put(job(), run, job(), run, job())
    worker = scene.worker(messages_per_batch=per_batch)

    while (await worker.work()).messages:
        pass

    events, spans = scene.sink.events_and_spans
    names = sorted(row.name for row in events)
    assert names == ["WorkflowJob", "WorkflowRun", *["WorkflowStep"] * 3]
    assert len(spans) == 5
    assert await scene.queue.depth() == 0


async def test_what_was_emitted_is_known_after_a_restart(scene: Scene):
    for _ in range(2):
        await scene.put(job())
        await scene.worker().work()

    assert scene.sink.jobs == ["job 1"]


# --- poison -------------------------------------------------------------------------------------

FINE = messages.encode([job()])
NO_EVENTS_OF_OURS = {
    "garbage": b"\0garbage",
    "empty": b"",
    "another body": messages.encode([messages.Event("workflow_run", "x", NOW, msgspec.Raw(b"[]"))]),
    "a time without a zone": FINE.replace(b"12:00:00Z", b"12:00:00"),
    "an endless id": FINE.replace(b'"id":1,', b'"id":' + b"9" * 400 + b","),
    **{
        f"delivery id {name}": FINE.replace(b"delivery-1", delivery_id)
        for name, delivery_id in {
            "with slashes": b"a/../../b",
            "of dots": b"..",
            "of unicode": "ü🚀".encode(),
            "of 128 characters": b"a" * 128,
            "of nothing": b"",
        }.items()
    },
}


@pytest.mark.parametrize("body", NO_EVENTS_OF_OURS.values(), ids=NO_EVENTS_OF_OURS)
async def test_what_is_no_event_of_ours_is_put_aside_intact(scene: Scene, body: bytes):
    await scene.put(job(11))
    await scene.queue.put(body)
    await scene.put(job(12), job(13))

    assert (await scene.worker().work()).messages == 4

    [poisoned] = await scene.poisoned()
    assert (poisoned.body, poisoned.reason) == (body, "undecodable")
    assert sorted(scene.sink.jobs) == ["job 11", "job 12", "job 13"]
    assert await scene.queue.depth() == 0


@pytest.mark.usefixtures("at_once")
async def test_what_a_sink_refuses_is_poisoned_alone_and_nothing_goes_out_twice(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    scene.sink.fault = refusing("cursed")
    names = ["cursed" if number in {3, 8} else f"job {number}" for number in range(1, 10)]
    await scene.put(*(job(number, name) for number, name in enumerate(names, 1)))
    worker = scene.worker()

    await fail_among_others(scene, worker, MOST_ATTEMPTS)

    assert len(scene.sink.emitted) == len(set(map(repr, scene.sink.emitted)))
    assert {*names} - {"cursed"} < {*scene.sink.jobs}
    assert "cursed" not in scene.sink.jobs
    assert await ids_in_poison(scene) == ["delivery-3", "delivery-8"]
    assert await scene.queue.depth() == 0
    poisoned = [record for record in caplog.records if record.getMessage() == "poisoned"]
    assert [vars(r)["deliveries"] for r in poisoned] == [["delivery-3"], ["delivery-8"]]


@pytest.mark.usefixtures("at_once")
async def test_what_trips_a_bug_of_ours_is_poisoned_alone_and_says_so(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    trip_over(monkeypatch, "cursed")
    cursed = messages.encode([job(2, "cursed")])
    await scene.put(job(1))
    await scene.queue.put(cursed)

    await fail_among_others(scene, scene.worker(), MOST_ATTEMPTS)

    [poisoned] = await scene.poisoned()
    assert (poisoned.reason, poisoned.error) == ("bug", "ZeroDivisionError: inner")
    assert (poisoned.attempts, poisoned.deliveries) == (MOST_ATTEMPTS, ("delivery-2",))
    [event] = messages.decode(poisoned.body)
    assert event.body == job(2, "cursed").body
    tracebacks = [record.exc_info for record in caplog.records if record.getMessage() == "failed"]
    assert len(tracebacks) == MOST_ATTEMPTS
    assert all(tracebacks)


async def test_an_attempt_is_written_into_the_message_and_waits_longer_each_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO, "src.backend.settler")
    monkeypatch.setattr(settle, "FIRST_DELAY_SECONDS", 0.001)
    scene.sink.fault = refusing("cursed")
    await scene.queue.put(messages.encode([job(1, "cursed"), job(2)]))
    worker = scene.worker()
    for attempts in range(1, MOST_ATTEMPTS):
        await fail_among_others(scene, worker, 1)
        await scene.queue.wait(PATIENCE_SECONDS)
        [message] = await scene.queue.receive(32, 60)
        [event] = messages.decode(message.body)
        assert (event.id, event.attempts) == ("delivery-1", attempts)
        await scene.queue.release([message])

    waits = [vars(r)["seconds"] for r in caplog.records if r.getMessage() == "put back"]
    assert waits == [0.001, 0.002, 0.004, 0.008]


async def test_where_a_sink_refuses_everything_the_sink_is_wrong_not_the_messages(scene: Scene):
    scene.sink.fault = lambda rows: Receipt(refused=rows, complaint="invalid key")
    await scene.put(job(1), job(2))
    worker = scene.worker()

    for _ in range(3 * MOST_ATTEMPTS):
        assert trouble_of(await worker.work()) == "invalid key"

    assert (await scene.queue.depth(), await scene.poisoned()) == (2, [])
    scene.sink.fault = fine
    await worker.work()
    await worker.work()
    assert sorted(scene.sink.jobs) == ["job 1", "job 2"]


async def test_where_everything_trips_us_we_are_wrong_not_the_messages(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    trip_over(monkeypatch, "job 1", "job 2")
    await scene.put(job(1), job(2))
    worker = scene.worker()

    for _ in range(3 * MOST_ATTEMPTS):
        assert trouble_of(await worker.work()) == "inner"

    assert (await scene.queue.depth(), await scene.poisoned()) == (2, [])


@pytest.mark.usefixtures("at_once")
async def test_a_bug_does_not_end_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    trip_over(monkeypatch, "cursed")
    await scene.put(job(1, "cursed"))
    stop = asyncio.Event()
    running = asyncio.create_task(scene.worker(poll_seconds=0.05).run(stop))

    await asyncio.sleep(0.1)
    numbers = count(2)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await scene.poison.depth():
            await scene.put(job(number := next(numbers)))
            await until(lambda number=number: f"job {number}" in scene.sink.jobs)
    await stopped([running], stop)

    assert await ids_in_poison(scene) == ["delivery-1"]


@pytest.mark.usefixtures("at_once")
async def test_one_message_keeps_its_events_apart(scene: Scene):
    scene.sink.fault = refusing("cursed")
    newer = Event(LATER_KIND, "later-1", NOW, msgspec.Raw(b"{}"))
    spoiled = Event("workflow_run", "spoiled", NOW, msgspec.Raw(b"[]"))
    await scene.queue.put(messages.encode([job(1), newer, job(2, "cursed"), spoiled]))
    worker = scene.worker()

    await worker.work()

    assert scene.sink.jobs == ["job 1"]
    assert await ids_in_poison(scene) == ["spoiled"]
    [message] = await scene.queue.receive(32, 60)
    left = [(event.id, event.attempts) for event in messages.decode(message.body)]
    assert left == [(newer.id, 0), ("delivery-2", 1)]


async def test_a_message_that_comes_a_third_time_is_split(scene: Scene):
    await scene.queue.put(messages.encode([job(1), job(2)]))
    for _ in range(2):
        await scene.queue.release(await scene.queue.receive(1, 60))
    worker = scene.worker()

    await worker.work()

    assert (scene.sink.calls, await scene.queue.depth()) == (0, 2)
    assert (await worker.work()).messages == 2
    assert scene.sink.jobs == ["job 1", "job 2"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"version": 2, "events": []}',
        messages.encode([Event(LATER_KIND, "later-1", NOW, msgspec.Raw(b"{}"))]),
    ],
    ids=["newer envelope", "newer kind"],
)
async def test_what_is_newer_than_we_are_is_put_back_for_an_hour(
    scene: Scene, body: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    await scene.queue.put(body)
    await scene.put(job(1))

    assert (await scene.worker().work()).messages == 2
    assert (await scene.queue.depth(), await scene.poisoned()) == (1, [])
    assert (await scene.worker().work()).messages == 0, "not at once"

    monkeypatch.setattr(settle, "NEWER_KEPT", timedelta(0))
    other = SqliteQueue(tmp_path / "other.sqlite", "events")
    scene.queue, waiting = other, scene.queue
    await waiting.close()
    await scene.queue.put(body)
    await scene.worker().work()
    [poisoned] = await scene.poisoned()
    assert (poisoned.body, poisoned.reason) == (body, "newer")


async def ids_in_poison(scene: Scene) -> list[str]:
    return [delivery for poisoned in await scene.poisoned() for delivery in poisoned.deliveries]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails comes back without delay."""
    monkeypatch.setattr(settle, "FIRST_DELAY_SECONDS", 0)


async def fail_among_others(scene: Scene, worker: Worker, times: int) -> None:
    """Rounds, in each of which a job passes that is like no other."""
    for _ in range(times):
        number = 100 + scene.sink.calls
        await scene.put(job(number))
        await worker.work()
        assert f"job {number}" in scene.sink.jobs


def trouble_of(done: Round) -> str:
    assert done.trouble
    return done.trouble.reason


def trip_over(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """A bug in making rows, for jobs of these names."""
    make = batch.rows_of

    def buggy(emission: Emission, now: datetime) -> list[Row]:
        subject = emission.interpretation.subject
        if isinstance(subject, JobRecord) and subject.job_name in names:
            raise ZeroDivisionError("inner")
        return make(emission, now)

    monkeypatch.setattr(batch, "rows_of", buggy)


async def test_the_log_of_a_poisoned_message_shows_nothing_of_it(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    await scene.queue.put(b"hunter2")
    await scene.worker().work()

    [record] = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.levelname, record.getMessage(), record.exc_info) == ("ERROR", "poisoned", None)
    assert "hunter2" not in str(vars(record))


async def test_nothing_is_deleted_before_the_poison_queue_has_it(scene: Scene, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    await scene.queue.put(b"garbage")
    await scene.put(job(1))
    working, scene.poison = scene.poison, SqliteQueue(tmp_path / "folder", "events-poison")
    worker = scene.worker()

    assert "folder" in trouble_of(await worker.work())

    assert await scene.queue.depth() == 1, "the other is out"
    await worker.give_back()
    await scene.poison.close()
    scene.poison = working
    await scene.queue.wait(PATIENCE_SECONDS)
    await scene.worker().work()
    assert [poisoned.body for poisoned in await scene.poisoned()] == [b"garbage"]


# --- something is away --------------------------------------------------------------------------


async def test_while_a_sink_is_down_nothing_is_acknowledged_nor_poisoned(scene: Scene):
    scene.sink.fault = down
    await scene.put(job(1), job(2))
    worker = scene.worker()

    for _ in range(3 * MOST_ATTEMPTS):
        assert trouble_of(await worker.work()) == "Application Insights answered 503"

    assert await scene.queue.depth() == 2
    assert await scene.poisoned() == []
    scene.sink.fault = fine
    await worker.work()  # one letter finds out that the way is free
    await worker.work()
    assert sorted(scene.sink.jobs) == ["job 1", "job 2"]
    assert await scene.queue.depth() == 0


async def test_while_a_sink_is_down_no_more_is_taken_than_one_hand_holds(scene: Scene):
    scene.sink.fault = down
    await scene.put(*(job(number) for number in range(1, 8)))
    worker = scene.worker(messages_per_batch=3)

    for _ in range(5):
        await worker.work()

    left = await scene.queue.receive(32, 60)
    assert [message.dequeue_count for message in left] == [1] * 4
    await scene.queue.release(left)
    scene.sink.fault = fine
    while (await worker.work()).messages:
        pass
    assert len(scene.sink.jobs) == 7


async def test_what_a_sink_took_is_settled_though_it_lacks_the_rest(scene: Scene):
    def half(rows: Sequence[Row]) -> Receipt:
        missing = [row for row in rows if row.name == "WorkflowJob" and job_name(row) == "job 2"]
        return Receipt(missing=missing, complaint="206: 429", retry_after_seconds=7)

    scene.sink.fault = half
    await scene.put(job(1), job(2), job(3))
    worker = scene.worker()

    done = await worker.work()

    assert done == Round(3, 2, Trouble("206: 429", 7))
    assert (await scene.queue.depth(), sorted(scene.sink.jobs)) == (1, ["job 1", "job 3"])
    scene.sink.fault = fine
    await worker.work()
    assert sorted(scene.sink.jobs) == ["job 1", "job 2", "job 3"]
    assert len(scene.sink.emitted) == len(set(map(repr, scene.sink.emitted)))


async def test_what_lacks_something_while_others_pass_makes_room_and_does_not_count(scene: Scene):
    scene.sink.fault = lambda rows: Receipt(
        missing=[row for row in rows if row.name == "WorkflowJob" and job_name(row) == "job 1"]
    )
    await scene.put(job(1))
    worker = scene.worker()
    for number in range(2, 5):
        await scene.put(job(number))
        assert (await worker.work()).ended == 1

    scene.ahead += outcomes.PATIENCE_ALONE * 2
    await scene.put(job(5))
    done = await worker.work()

    assert (done.ended, done.trouble) == (2, None)
    assert (await worker.work()).messages == 0, "later"
    assert (await scene.queue.depth(), await scene.poisoned()) == (1, [])


async def test_what_fails_only_with_others_of_its_kind_makes_room_after_a_while(scene: Scene):
    scene.sink.fault = lambda rows: (
        fine(rows) if "job 5" in str(rows) else Receipt(refused=rows, complaint="no good")
    )
    await scene.put(*(job(number) for number in range(1, 6)))
    worker = scene.worker(messages_per_batch=4)
    for _ in range(6):
        assert trouble_of(await worker.work()) == "no good"

    scene.ahead += worker_module.PATIENCE_REFUSED * 2
    while "job 5" not in scene.sink.jobs:
        await worker.work()

    assert await scene.poisoned() == []


async def test_one_letter_that_the_store_fails_holds_up_no_other(scene: Scene):
    scene.store.fails_for = "jobs/3/"
    await scene.put(*(job(number) for number in range(1, 9)))
    worker = scene.worker()

    await worker.work()

    assert sorted(scene.sink.jobs) == [f"job {number}" for number in (1, 2, 4, 5, 6, 7, 8)]
    assert await scene.queue.depth() == 1


async def test_while_the_object_store_is_down_nothing_is_emitted_nor_acknowledged(scene: Scene):
    scene.store.is_down = True
    await scene.put(job())
    worker = scene.worker()

    assert trouble_of(await worker.work()) == "down"

    assert (scene.sink.calls, await scene.queue.depth()) == (0, 1)
    scene.store.is_down = False
    assert (await worker.work()).ended == 1
    assert scene.sink.jobs == ["job 1"]


async def test_one_sinks_outage_fills_no_other_with_copies(scene: Scene):
    other = ListSink()

    def down_at_first(rows: Sequence[Row]) -> Receipt:
        if other.calls == 1:  # takes one row, then goes away
            return Receipt(missing=rows[1:], complaint="gone")
        return down(rows) if other.calls < 4 else Receipt()

    other.fault = down_at_first
    await scene.put(job(1), job(2))
    worker = scene.worker(scene.sink, other)
    for _ in range(3):
        assert (await worker.work()).trouble
    while await scene.queue.depth():
        await worker.work()

    assert (scene.sink.calls, other.calls) == (1, 5)
    assert len(other.emitted) == len(scene.sink.emitted) == len(set(map(repr, other.emitted)))
    assert await scene.queue.depth() == 0


async def test_a_sink_that_refuses_everything_fills_no_other_with_copies(scene: Scene):
    wrong = ListSink()
    wrong.fault = lambda rows: Receipt(refused=rows, complaint="invalid key")
    await scene.put(job(1))
    worker = scene.worker(scene.sink, wrong)
    for _ in range(3):
        assert trouble_of(await worker.work()) == "invalid key"

    assert scene.sink.jobs == ["job 1"]
    assert await scene.poisoned() == []


@pytest.mark.usefixtures("at_once")
async def test_what_a_sink_refuses_is_poison_also_after_another_was_away(scene: Scene):
    picky, away = ListSink(), ListSink()
    picky.fault = refusing("cursed")
    away.fault = down
    await scene.put(job(1), job(2, "cursed"))
    worker = scene.worker(picky, away)
    assert (await worker.work()).trouble

    away.fault = fine
    scene.sink = picky
    await fail_among_others(scene, worker, 1 + MOST_ATTEMPTS)

    assert "cursed" not in picky.jobs
    assert await ids_in_poison(scene) == ["delivery-2"]
    assert await scene.queue.depth() == 0


async def test_a_sink_that_raises_leaves_no_other_at_work(scene: Scene):
    slow, raising = ListSink(emit_seconds=0.1), ListSink()
    raising.fault = lambda _: 1 / 0  # type: ignore[assignment,return-value]
    await scene.put(job())

    worker = scene.worker(raising, slow)
    assert trouble_of(await worker.work()) == "division by zero"

    assert (slow.at_work, slow.jobs) == (0, ["job 1"])
    await worker.give_back()
    assert len(await scene.queue.receive(1, 60)) == 1


async def test_every_sink_must_have_the_rows(scene: Scene):
    other = ListSink()
    other.fault = down
    await scene.put(job())

    worker = scene.worker(scene.sink, other)
    assert (await worker.work()).trouble

    assert await scene.queue.depth() == 1
    other.fault = fine
    await worker.give_back()
    await scene.queue.wait(PATIENCE_SECONDS)
    await scene.worker(scene.sink, other).work()
    assert other.jobs == ["job 1"]
    assert scene.sink.jobs == ["job 1", "job 1"], "at least once, and folded by the queries"


async def test_no_sink_is_still_at_work_when_the_batch_is_given_up(scene: Scene):
    slow, failing = ListSink(emit_seconds=0.1), ListSink()
    failing.fault = down
    await scene.put(job())

    assert (await scene.worker(failing, slow).work()).trouble

    assert (slow.at_work, slow.jobs) == (0, ["job 1"])


async def test_while_a_sink_is_down_what_another_refuses_is_no_poison(scene: Scene):
    picky, away = ListSink(), ListSink()
    picky.fault = refusing("job 1")
    away.fault = down
    await scene.put(job(1), job(2))

    worker = scene.worker(picky, away)
    for _ in range(3 * MOST_ATTEMPTS):
        assert (await worker.work()).trouble

    assert await scene.poisoned() == []


async def test_a_cancelled_worker_gives_its_messages_back(scene: Scene):
    scene.sink = ListSink(emit_seconds=60)
    await scene.put(job())
    working = asyncio.create_task(scene.worker().run(asyncio.Event()))
    await until(lambda: scene.sink.at_work == 1)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(working, PATIENCE_SECONDS)

    assert len(await scene.queue.receive(1, 60)) == 1


# --- the loop -----------------------------------------------------------------------------------


async def stopped(running: Sequence[asyncio.Task[None]], stop: asyncio.Event) -> float:
    """Stop them; how many seconds that took."""
    began = monotonic()
    stop.set()
    await asyncio.wait_for(asyncio.gather(*running), PATIENCE_SECONDS)
    return monotonic() - began


async def test_an_idle_worker_sees_a_message_at_once_and_stops_at_once(scene: Scene):
    stop = asyncio.Event()
    running = asyncio.create_task(scene.worker(poll_seconds=60).run(stop))
    await asyncio.sleep(0.1)
    began = monotonic()
    await scene.put(job())
    await until(lambda: scene.sink.jobs == ["job 1"])

    assert monotonic() - began < 10, "not when it would have looked again"
    assert await stopped([running], stop) < 10
    assert await scene.queue.depth() == 0


async def test_a_stopping_worker_finishes_the_batch_in_hand_and_takes_no_other(scene: Scene):
    scene.sink = ListSink(emit_seconds=0.1)
    stop = asyncio.Event()
    await scene.put(job(1), job(2), job(3))
    running = asyncio.create_task(scene.worker(messages_per_batch=1).run(stop))
    await until(lambda: scene.sink.at_work == 1)

    await stopped([running], stop)

    assert scene.sink.jobs == ["job 1"]
    assert await scene.queue.depth() == 2
    assert len(await scene.queue.receive(32, 60)) == 2, "the others are nobody's"


def pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    return [vars(r)["seconds"] for r in caplog.records if r.getMessage() == "paused"]


async def test_pauses_grow_to_a_limit_and_begin_anew_after_a_success(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.INFO, LOG)
    monkeypatch.setattr(worker_module, "FIRST_PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(worker_module, "LONGEST_PAUSE_SECONDS", 0.04)
    monkeypatch.setattr(outage_module, "AGAIN_SECONDS", 0)  # each is told
    scene.sink.fault = down
    stop = asyncio.Event()
    await scene.put(job(1))
    running = asyncio.create_task(scene.worker(poll_seconds=0.01).run(stop))

    await until(lambda: len(pauses(caplog)) == 5)
    scene.sink.fault = fine
    await until(lambda: scene.sink.jobs == ["job 1"])
    outage = pauses(caplog)
    scene.sink.fault = down
    await scene.put(job(2))
    await until(lambda: len(pauses(caplog)) > len(outage))
    await stopped([running], stop)

    assert outage[:5] == [0.01, 0.02, 0.04, 0.04, 0.04]
    assert pauses(caplog)[len(outage)] == 0.01
    assert scene.sink.jobs == ["job 1"]
    assert await scene.queue.depth() == 1


async def test_a_pausing_worker_stops_at_once(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(worker_module, "FIRST_PAUSE_SECONDS", 60.0)
    scene.sink.fault = down
    stop = asyncio.Event()
    await scene.put(job())
    running = asyncio.create_task(scene.worker().run(stop))
    await until(lambda: bool(pauses(caplog)))

    assert await stopped([running], stop) < 1
    assert len(await scene.queue.receive(1, 60)) == 1


async def test_two_workers_on_one_queue_share_the_work(scene: Scene):
    stop = asyncio.Event()
    await scene.put(*(job(number) for number in range(1, 31)))
    workers = [scene.worker(messages_per_batch=4).run(stop) for _ in range(2)]
    running = [asyncio.create_task(work) for work in workers]

    await until(lambda: len(scene.sink.jobs) >= 30)
    await stopped(running, stop)

    assert sorted(scene.sink.jobs) == sorted(f"job {number}" for number in range(1, 31))
    assert await scene.queue.depth() == 0


# --- no sink ------------------------------------------------------------------------------------


async def test_without_a_sink_there_is_no_start_and_nothing_is_acknowledged(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for prefix in ("", "BACKEND_"):
        for name in ("APPLICATIONINSIGHTS_CONNECTION_STRING", "JSONL_PATH"):
            monkeypatch.delenv(prefix + name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.setenv("AZURE_STORAGE_QUEUE_NAME", "events")
    await scene.put(job())

    with pytest.raises(SettingsError, match="rows would go nowhere"):
        open_sinks(BackendSettings())
    with pytest.raises(SettingsError, match="rows would go nowhere"):
        await serve(BackendSettings())

    assert await scene.queue.depth() == 1
