"""What is done in the queues, where one of them does not what it is told."""

import asyncio
import logging
from time import monotonic

import msgspec
import pytest

from src.model.semconv import POISONED
from src.shared import messages
from src.shared.errors import QueueUnavailableError
from tests.backend.memory_scene import MemoryScene, failing
from tests.backend.scene import job, refusing

pytestmark = pytest.mark.anyio

ROUNDS = 20
NO_RUN = msgspec.Raw(b"[]")


async def test_what_cannot_be_deleted_is_copied_once():
    scene = MemoryScene()
    await scene.queue.put(b"garbage")
    scene.queue.delete = failing("403")  # type: ignore[assignment]

    await scene.work(ROUNDS)

    assert (len(scene.poison.bodies), len(scene.queue.bodies)) == (1, 1)
    assert scene.worker._health.counts[POISONED, ""] == 1


async def test_what_cannot_be_replaced_is_copied_once():
    scene = MemoryScene()
    scene.sink.fault = refusing("cursed")
    spoiled = messages.Event("workflow_run", "spoiled", scene.now, job().body)
    await scene.queue.put(messages.encode([job(1), job(2, "cursed"), spoiled]))
    replace, scene.queue.replace = scene.queue.replace, failing("403")  # type: ignore[assignment]

    await scene.work(ROUNDS)
    scene.queue.replace = replace  # type: ignore[method-assign]
    await scene.work(1)

    assert len(scene.poison.bodies) == 1
    [body] = scene.queue.bodies
    assert [(event.id, event.attempts) for event in messages.decode(body)] == [("delivery-2", 1)]


async def test_a_message_holds_its_poison_until_that_is_copied():
    scene = MemoryScene()
    scene.sink.fault = refusing("cursed")
    spoiled = messages.Event("workflow_run", "spoiled", scene.now, NO_RUN)
    await scene.queue.put(messages.encode([job(1), job(2, "cursed"), spoiled]))
    put, scene.poison.put = scene.poison.put, failing("timeout")  # type: ignore[assignment]

    await scene.work(1)
    [body] = scene.queue.bodies
    assert "spoiled" in {event.id for event in messages.decode(body)}
    scene.poison.put = put  # type: ignore[method-assign]
    await scene.work(1)
    [body] = scene.queue.bodies
    assert [event.id for event in messages.decode(body)] == ["delivery-2"]
    assert len(scene.poison.bodies) == 1


async def test_a_missing_poison_queue_does_not_stop_the_others(caplog: pytest.LogCaptureFixture):
    scene = MemoryScene()
    for number in range(32):
        await scene.queue.put(b"garbage %d" % number)
    await scene.put(3)
    put, scene.poison.put = scene.poison.put, failing("QueueNotFound")  # type: ignore[assignment]

    await scene.work(720)

    assert [row.name for row in scene.sink.rows].count("WorkflowJob") == 3
    assert len(scene.queue.bodies) == 32
    told = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert 10 <= len(told) <= 60, "an hour of it"
    assert {record.getMessage() for record in told} == {"poison has nowhere to go"}
    assert vars(told[0])["reason"] == "QueueNotFound"
    assert "doctor" in vars(told[0])["advice"]

    scene.poison.put = put  # type: ignore[method-assign]
    await scene.work(30)
    assert (len(scene.poison.bodies), scene.queue.bodies) == (32, [])


async def test_a_poison_queue_that_is_away_for_a_moment_changes_nothing():
    scene = MemoryScene()
    await scene.queue.put(b"garbage")
    put, scene.poison.put = scene.poison.put, failing("timeout")  # type: ignore[assignment]
    await scene.work(5)
    scene.poison.put = put  # type: ignore[method-assign]

    await scene.work(1)

    assert (len(scene.poison.bodies), scene.queue.bodies) == (1, [])


async def test_what_has_nowhere_to_go_is_kept_in_hand_for_a_minute():
    scene = MemoryScene()
    await scene.queue.put(b"garbage")
    scene.poison.put = failing("timeout")  # type: ignore[assignment]

    await scene.work(12)
    assert len(scene.worker._hand) == 1
    await scene.work(1)
    assert (len(scene.worker._hand), len(scene.queue.bodies)) == (0, 1)


async def test_a_queue_that_hangs_holds_up_all_messages_at_once_and_loses_none():
    scene = MemoryScene()
    scene.sink.fault = refusing(*(f"job {number}" for number in range(2, 65, 2)))
    await scene.put(32, events_each=2)
    replace = scene.queue.replace

    async def hang(*_: object) -> None:
        await asyncio.sleep(0.5)
        raise QueueUnavailableError("no answer in time")

    scene.queue.replace = hang  # type: ignore[assignment]
    began = monotonic()
    await scene.work(1)
    assert monotonic() - began < 8, "one after the other, 32 would take twice that"

    scene.queue.replace = replace  # type: ignore[method-assign]
    await scene.work(1)
    left = [event for body in scene.queue.bodies for event in messages.decode(body)]
    assert (len(left), {event.attempts for event in left}) == (32, {1})


async def test_what_is_copied_or_done_does_not_come_again_with_what_has_nowhere_to_go():
    scene = MemoryScene()
    one, other = (
        messages.Event("workflow_run", id_, scene.now, NO_RUN) for id_ in ("one", "other")
    )
    await scene.queue.put(messages.encode([one, job(1), other]))
    put = scene.poison.put

    async def picky(body: bytes) -> None:
        if b'"other"' in body:
            raise QueueUnavailableError("too large")
        await put(body)

    scene.poison.put = picky  # type: ignore[method-assign]

    await scene.work(100)

    assert len(scene.poison.bodies) == 1
    [body] = scene.queue.bodies
    assert [event.id for event in messages.decode(body)] == ["other"]
