"""A real SQLite queue, state in memory, and sinks that do as they are told."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

import msgspec
import pytest

from src.backend import batch
from src.backend import worker as worker_module
from src.backend.app import open_sinks, serve
from src.backend.decide import Emission
from src.backend.settings import BackendSettings
from src.backend.sinks.base import Receipt, Row
from src.model.records import JobRecord
from src.model.samples import SAMPLES, batch_id
from src.shared import messages
from src.shared.errors import (
    ObjectStoreUnavailableError,
    QueueUnavailableError,
    SettingsError,
    SinkUnavailableError,
)
from src.shared.messages import Event
from src.shared.queues.sqlite import SqliteQueue
from tests.backend.bodies import NOW, event_of, run_body
from tests.backend.scene import PATIENCE_SECONDS, ListSink, Scene, down, fine, job, refusing, until

pytestmark = pytest.mark.anyio

LOG = "src.backend.worker"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    yield scene
    await scene.queue.close()
    await scene.poison.close()


# --- all is well --------------------------------------------------------------------------------


async def test_a_message_becomes_rows_and_is_acknowledged(scene: Scene):
    await scene.put(job())

    assert await scene.worker().work() == 1

    events, spans = scene.sink.events_and_spans
    assert [row.name for row in events] == ["WorkflowJob", *["WorkflowStep"] * 3]
    assert len(spans) == 4
    assert await scene.queue.depth() == 0


async def test_an_empty_queue_is_no_work(scene: Scene):
    assert await scene.worker().work() == 0
    assert scene.sink.calls == 0


async def test_a_batch_is_one_call_of_the_sink(scene: Scene):
    await scene.put(job(1), event_of(run_body(), "run"))
    await scene.queue.put(messages.encode([job(2), job(3)]))
    await scene.queue.put(messages.encode([]))

    assert await scene.worker().work() == 4

    assert scene.sink.calls == 1
    assert scene.sink.jobs == ["job 1", "job 2", "job 3"]
    assert await scene.queue.depth() == 0


async def test_no_more_is_taken_than_asked_for(scene: Scene):
    await scene.put(*(job(number) for number in range(1, 6)))

    assert await scene.worker(messages_per_batch=2).work() == 2

    assert await scene.queue.depth() == 3


@pytest.mark.parametrize("per_batch", [1, 32], ids=["in different batches", "in one batch"])
async def test_duplicates_are_emitted_once(scene: Scene, per_batch: int):
    run = event_of(run_body(), "run")
    await scene.put(job(), run, job(), run, job())
    worker = scene.worker(messages_per_batch=per_batch)

    while await worker.work():
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

    assert await scene.worker().work() == 4

    assert await scene.poisoned() == [body]
    assert sorted(scene.sink.jobs) == ["job 11", "job 12", "job 13"]
    assert await scene.queue.depth() == 0


async def test_what_a_sink_refuses_is_poisoned_alone_and_nothing_goes_out_twice(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    scene.sink.fault = refusing("cursed")
    names = ["cursed" if number in {3, 8} else f"job {number}" for number in range(1, 10)]
    await scene.put(*(job(number, name) for number, name in enumerate(names, 1)))

    assert await scene.worker().work() == 9

    assert sorted(scene.sink.jobs) == sorted({*names} - {"cursed"})
    assert len(scene.sink.emitted) == len(set(map(repr, scene.sink.emitted)))
    assert await ids_in_poison(scene) == ["delivery-3", "delivery-8"]
    assert await scene.queue.depth() == 0
    poisoned = [record for record in caplog.records if record.getMessage() == "poisoned"]
    assert [vars(r)["deliveries"] for r in poisoned] == [["delivery-3"], ["delivery-8"]]


async def test_what_trips_a_bug_of_ours_is_poisoned_alone(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    trip_over(monkeypatch, "cursed")
    await scene.put(job(1), job(2, "cursed"), job(3))

    assert await scene.worker().work() == 3

    assert sorted(scene.sink.jobs) == ["job 1", "job 3"]
    assert await ids_in_poison(scene) == ["delivery-2"]
    [record] = [record for record in caplog.records if record.getMessage() == "poisoned"]
    assert record.exc_info is not None


async def test_where_a_sink_refuses_everything_the_sink_is_wrong_not_the_messages(scene: Scene):
    scene.sink.fault = lambda rows: Receipt(refused=rows, complaint="invalid key")
    await scene.put(job(1), job(2))

    with pytest.raises(SinkUnavailableError, match="invalid key"):
        await scene.worker().work()

    assert (await scene.queue.depth(), await scene.poisoned()) == (2, [])


async def test_where_everything_trips_us_we_are_wrong_not_the_messages(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    trip_over(monkeypatch, "job 1", "job 2")
    await scene.put(job(1), job(2))

    with pytest.raises(ZeroDivisionError):
        await scene.worker().work()

    assert (await scene.queue.depth(), await scene.poisoned()) == (2, [])


async def test_a_bug_does_not_end_the_worker(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    trip_over(monkeypatch, "cursed")
    await scene.put(job(1, "cursed"))
    stop = asyncio.Event()
    running = asyncio.create_task(scene.worker(poll_seconds=0.05).run(stop))

    await asyncio.sleep(0.1)
    await scene.put(job(2))
    await until(lambda: scene.sink.jobs == ["job 2"])
    stop.set()
    await running

    assert await ids_in_poison(scene) == ["delivery-1"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"version": 2, "events": []}',
        messages.encode([Event(SAMPLES, batch_id("5eed", 1), NOW, msgspec.Raw(b"{}"))]),
    ],
    ids=["newer envelope", "newer kind"],
)
async def test_what_is_newer_than_we_are_is_put_back_for_an_hour(
    scene: Scene, body: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    await scene.queue.put(body)
    await scene.put(job(1))

    assert await scene.worker().work() == 2
    assert (await scene.queue.depth(), await scene.poisoned()) == (1, [])
    assert await scene.worker().work() == 0, "not at once"

    monkeypatch.setattr(worker_module, "NEWER_KEPT", timedelta(0))
    monkeypatch.setattr(worker_module, "NEWER_RETRY_SECONDS", 0)
    other = SqliteQueue(tmp_path / "other.sqlite", "events")
    scene.queue, waiting = other, scene.queue
    await waiting.close()
    await scene.queue.put(body)
    await scene.worker().work()
    assert await scene.poisoned() == [body]


async def ids_in_poison(scene: Scene) -> list[str]:
    return [messages.decode(body)[0].id for body in await scene.poisoned()]


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

    [record] = [record for record in caplog.records if record.name == LOG]
    assert (record.levelname, record.getMessage(), record.exc_info) == ("ERROR", "poisoned", None)
    assert "hunter2" not in str(vars(record))


async def test_nothing_is_deleted_before_the_poison_queue_has_it(scene: Scene, tmp_path: Path):
    (tmp_path / "folder").mkdir()
    await scene.queue.put(b"garbage")
    working, scene.poison = scene.poison, SqliteQueue(tmp_path / "folder", "events-poison")

    with pytest.raises(QueueUnavailableError):
        await scene.worker().work()

    assert await scene.queue.depth() == 1
    await scene.poison.close()
    scene.poison = working
    await scene.worker().work()
    assert await scene.poisoned() == [b"garbage"]


# --- something is away --------------------------------------------------------------------------


async def test_while_a_sink_is_down_nothing_is_acknowledged_nor_poisoned(scene: Scene):
    scene.sink.fault = down
    await scene.put(job(1), job(2))

    for _ in range(3):  # each time they are back at once, not when a lease ends
        with pytest.raises(SinkUnavailableError):
            await scene.worker().work()

    assert await scene.queue.depth() == 2
    assert await scene.poisoned() == []
    scene.sink.fault = fine
    assert await scene.worker().work() == 2
    assert sorted(scene.sink.jobs) == ["job 1", "job 2"]


async def test_while_the_object_store_is_down_nothing_is_emitted_nor_acknowledged(scene: Scene):
    scene.store.is_down = True
    await scene.put(job())

    with pytest.raises(ObjectStoreUnavailableError):
        await scene.worker().work()

    assert (scene.sink.calls, await scene.queue.depth()) == (0, 1)
    scene.store.is_down = False
    assert await scene.worker().work() == 1
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
        with pytest.raises(SinkUnavailableError):
            await worker.work()

    assert await worker.work() == 2

    assert (scene.sink.calls, other.calls) == (1, 4)
    assert len(other.emitted) == len(scene.sink.emitted) == len(set(map(repr, other.emitted)))
    assert await scene.queue.depth() == 0


async def test_a_sink_that_refuses_everything_fills_no_other_with_copies(scene: Scene):
    wrong = ListSink()
    wrong.fault = lambda rows: Receipt(refused=rows, complaint="invalid key")
    await scene.put(job(1))
    worker = scene.worker(scene.sink, wrong)
    for _ in range(3):
        with pytest.raises(SinkUnavailableError):
            await worker.work()

    assert scene.sink.jobs == ["job 1"]
    assert await scene.poisoned() == []


async def test_what_a_sink_refuses_is_poison_also_after_another_was_away(scene: Scene):
    picky, away = ListSink(), ListSink()
    picky.fault = refusing("cursed")
    away.fault = down
    await scene.put(job(1), job(2, "cursed"))
    worker = scene.worker(picky, away)
    with pytest.raises(SinkUnavailableError):
        await worker.work()

    away.fault = fine
    assert await worker.work() == 2

    assert picky.jobs == ["job 1"]
    assert await ids_in_poison(scene) == ["delivery-2"]
    assert await scene.queue.depth() == 0


async def test_a_sink_that_raises_leaves_no_other_at_work(scene: Scene):
    slow, raising = ListSink(emit_seconds=0.1), ListSink()
    raising.fault = lambda _: 1 / 0  # type: ignore[assignment,return-value]
    await scene.put(job())

    with pytest.raises(ZeroDivisionError):
        await scene.worker(raising, slow).work()

    assert (slow.at_work, slow.jobs) == (0, ["job 1"])
    assert len(await scene.queue.receive(1, 60)) == 1


async def test_every_sink_must_have_the_rows(scene: Scene):
    other = ListSink()
    other.fault = down
    await scene.put(job())

    with pytest.raises(SinkUnavailableError):
        await scene.worker(scene.sink, other).work()

    assert await scene.queue.depth() == 1
    other.fault = fine
    await scene.worker(scene.sink, other).work()
    assert other.jobs == ["job 1"]
    assert scene.sink.jobs == ["job 1", "job 1"], "at least once, and folded by the queries"


async def test_no_sink_is_still_at_work_when_the_batch_is_given_up(scene: Scene):
    slow, failing = ListSink(emit_seconds=0.1), ListSink()
    failing.fault = down
    await scene.put(job())

    with pytest.raises(SinkUnavailableError):
        await scene.worker(failing, slow).work()

    assert (slow.at_work, slow.jobs) == (0, ["job 1"])


async def test_while_a_sink_is_down_what_another_refuses_is_no_poison(scene: Scene):
    picky, away = ListSink(), ListSink()
    picky.fault = refusing("job 1")
    away.fault = down
    await scene.put(job(1), job(2))

    with pytest.raises(SinkUnavailableError):
        await scene.worker(picky, away).work()

    assert await scene.poisoned() == []


async def test_a_cancelled_worker_gives_its_messages_back(scene: Scene):
    scene.sink = ListSink(emit_seconds=60)
    await scene.put(job())
    working = asyncio.create_task(scene.worker().work())
    await until(lambda: scene.sink.at_work == 1)

    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working

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

    assert monotonic() - began < 1
    assert await stopped([running], stop) < 1
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
