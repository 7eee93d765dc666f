"""What comes late for a job: one letter waits for all, and whoever trusts in it is seen."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from src.backend import decide
from src.backend.lookouts import LONGEST_WAIT
from src.backend.sinks.base import EventRow, Receipt, Row
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.bodies import event_of, job_body
from tests.backend.test_join import COMPLETED, RUNNER, SAMPLES, Town, told

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


async def test_nobody_is_trusted_whose_clock_ran_ahead():
    town = await told([*SAMPLES, COMPLETED], workers=2)
    await town.take([late(1)])
    town.now += timedelta(days=3)
    await town.take([late(2)])
    assert len(town.queue.bodies) == 1
    town.now -= timedelta(days=3)
    await town.take([late(3)])
    await town.wait(60)

    assert (facts_told(town), len(town.queue.bodies)) == (3, 1)


FAILED = event_of(job_body(conclusion="failure"), "failed")


@pytest.mark.parametrize("repeated", [FAILED, COMPLETED], ids=["failed", "completed"])
async def test_of_two_completions_that_contradict_each_other_a_repeated_one_speaks_for_both(
    repeated: Event,
):
    """It comes while a letter waits, which then finds the job told."""
    town = await told([*SAMPLES, COMPLETED, FAILED])
    await town.take([late(1), late(2)])
    assert len(town.queue.bodies) == 1
    await town.take([repeated])
    await town.wait(60)

    assert town.newest == (await told([*SAMPLES, COMPLETED, FAILED, late(1), late(2)])).newest


async def test_a_silent_letter_comes_back_where_the_one_that_was_to_tell_tripped(
    monkeypatch: pytest.MonkeyPatch,
):
    town = await told([*SAMPLES, COMPLETED])
    for event in (late(1), late(2)):
        await town.queue.put(messages.encode([event]))
    with monkeypatch.context() as patched:
        patched.setattr(decide, "interpret_job", _trip)
        done = await town.workers[0].work()
    assert done.ended == 1  # the one that tripped
    await town.wait(60)

    assert (facts_told(town), town.queue.bodies, town.poison.bodies) == (2, [], [])


def _trip(*_: object) -> None:
    raise ValueError("a bug of ours")


async def test_a_runner_s_letter_that_one_job_refuses_is_no_poison_while_it_looks_out_for_another():
    town = await two_jobs_of_a_runner()
    refuse_all_of(town, "github.com/jobs/501")
    await town.take([late_of_the_runner(seconds=9)])
    assert len(town.queue.bodies) == 1
    for number in range(60):
        town.now += timedelta(seconds=10)
        other = event_of(job_body(id=700 + number, runner_name="other"), f"other-{number}")
        await town.take([other])

    assert len(town.poison.bodies) == 1
    assert town.newest["github.com/jobs/502"].measurements["revision"] == 3_000_007


def refuse_all_of(town: Town, job: str) -> None:
    emit = town.sink.emit

    async def emit_others(rows: Sequence[Row]) -> Receipt:
        refused = [
            row
            for row in rows
            if isinstance(row, EventRow) and row.properties["record_id"].startswith(job)
        ]
        await emit([row for row in rows if row not in refused])
        return Receipt(refused=refused, complaint="never")

    town.sink.emit = emit_others  # type: ignore[method-assign]


async def two_jobs_of_a_runner() -> Town:
    """The second was corrected often, so its next letter waits for long; the first never."""
    town = Town()
    await town.take([event_of(job_body(id=502), "second", -600)])
    for seconds in range(1, 7):
        await town.take([late_of_the_runner(seconds)])
        await town.wait(700)
    await town.take([event_of(job_body(id=501), "first", -600)])
    return town


def late_of_the_runner(seconds: int) -> Event:
    [batch] = sampled.batches(1, job={"runner_name": "runner-9"})
    return sampled.event(batch, RUNNER, seconds=seconds)
