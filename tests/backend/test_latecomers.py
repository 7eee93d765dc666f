"""What comes late for a job: one letter waits for all, and whoever trusts in it is seen."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from src.backend.lookouts import LONGEST_WAIT
from src.backend.sinks.base import Receipt, Row
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.test_join import COMPLETED, SAMPLES, Town, told

pytestmark = pytest.mark.anyio

[BATCH] = sampled.batches(1, sampler="1a7e")


def late(push: int) -> Event:
    """Each push of a batch is a fact of its own."""
    return sampled.event(BATCH, seconds=push)


async def town_with_a_letter_that_waits() -> Town:
    """Its job is told, and was corrected once, at once."""
    town = await told([*SAMPLES, COMPLETED], workers=2)
    await town.take([late(1), late(2)])
    assert len(town.queue.bodies) == 1
    assert facts_told(town) == 1
    return town


def facts_told(town: Town) -> int:
    """Of those that are late."""
    return int(town.job.measurements["revision"]) % 1_000_000 - len(SAMPLES)


async def test_what_comes_while_a_letter_waits_is_told_with_it():
    town = await town_with_a_letter_that_waits()
    await town.take([late(3), late(4)])
    assert len(town.queue.bodies) == 1
    assert facts_told(town) == 1

    await town.wait(10)

    assert (facts_told(town), town.queue.bodies) == (4, [])


async def test_who_came_just_before_the_look_is_seen(monkeypatch: pytest.MonkeyPatch):
    """His letter is done with by then, and has told nothing."""
    town = await town_with_a_letter_that_waits()
    create = town.store.create

    async def after_another(key: str, body: bytes) -> bool:
        if "/looked-" in key:
            monkeypatch.setattr(town.store, "create", create)
            await hand_to_the_other(town, late(3))
            assert len(town.queue.bodies) == 1
        return await create(key, body)

    monkeypatch.setattr(town.store, "create", after_another)
    await town.wait(10)

    assert (facts_told(town), town.queue.bodies) == (3, [])


async def test_who_comes_while_another_looks_waits_himself(monkeypatch: pytest.MonkeyPatch):
    town = await town_with_a_letter_that_waits()
    emit = town.sink.emit

    async def before_another(rows: Sequence[Row]) -> Receipt:
        monkeypatch.setattr(town.sink, "emit", emit)
        await hand_to_the_other(town, late(3))
        assert len(town.queue.bodies) == 2
        return await emit(rows)

    monkeypatch.setattr(town.sink, "emit", before_another)
    await town.wait(10)
    assert (facts_told(town), len(town.queue.bodies)) == (2, 1)

    await town.wait(20)
    assert (facts_told(town), town.queue.bodies) == (3, [])


async def test_of_two_that_waited_neither_is_trusted_once_one_has_looked(
    monkeypatch: pytest.MonkeyPatch,
):
    """They came at the same moment, each to another worker."""
    town = await told([*SAMPLES, COMPLETED], workers=2)
    await town.take([late(1)])
    create, emit = town.store.create, town.sink.emit

    async def after_another(key: str, body: bytes) -> bool:
        if "/late-" in key:
            monkeypatch.setattr(town.store, "create", create)
            await hand_to_the_other(town, late(3))
        return await create(key, body)

    async def before_another(rows: Sequence[Row]) -> Receipt:
        monkeypatch.setattr(town.sink, "emit", emit)
        await hand_to_the_other(town, late(4))
        return await emit(rows)

    monkeypatch.setattr(town.store, "create", after_another)
    await town.take([late(2)])
    assert len(town.queue.bodies) == 2
    monkeypatch.setattr(town.sink, "emit", before_another)
    await town.wait(60)

    assert (facts_told(town), town.queue.bodies) == (4, [])


async def hand_to_the_other(town: Town, event: Event) -> None:
    await town.queue.put(messages.encode([event]))
    await town.workers[1].work()


async def test_nobody_waits_for_a_letter_that_never_comes_back():
    town = await town_with_a_letter_that_waits()
    town.now += LONGEST_WAIT + timedelta(minutes=1)
    await town.queue.delete(await town.queue.receive(1, 60))
    await town.take([late(3)])
    await town.wait(60)

    assert (facts_told(town), town.queue.bodies) == (3, [])
