"""Batches without end, as somebody with a key may send them: they cost their own job alone."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from src.backend import join, state
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.test_join import COMPLETED, SAMPLES, Town, told

pytestmark = pytest.mark.anyio

SAMPLERS = 64


class Counting:
    """A store's listing, and which folders it was asked for."""

    def __init__(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folders: list[str] = []
        self._keys = town.store.keys
        monkeypatch.setattr(town.store, "keys", self.keys)

    async def keys(self, prefix: str) -> list[str]:
        self.folders.append(prefix)
        return await self._keys(prefix)


def of_many_samplers() -> list[Event]:
    """A batch of each, all of one job."""
    return [
        sampled.event(sampled.batches(sampler=f"{number:x}")[0])
        for number in range(1, 1 + SAMPLERS)
    ]


async def test_a_job_s_samples_are_listed_once_a_round_however_many_samplers_it_has(
    monkeypatch: pytest.MonkeyPatch,
):
    town = Town()
    counting = Counting(town, monkeypatch)
    await town.queue.put(messages.encode(of_many_samplers()))
    await town.workers[0].work()

    assert not town.queue.bodies
    listed = [folder for folder in counting.folders if folder.startswith("samples/")]
    assert listed
    assert len(listed) == len(set(listed))


async def test_a_runner_s_jobs_are_looked_for_once_a_round_however_many_batches_it_sends(
    monkeypatch: pytest.MonkeyPatch,
):
    town = Town()
    counting = Counting(town, monkeypatch)
    unnamed = replace(sampled.SIGNED, job_id=None)
    sent = [
        sampled.event(batch, unnamed) for batch in sampled.batches(50, job={"runner_name": "box"})
    ]
    await town.queue.put(messages.encode(sent))
    await town.workers[0].work()

    assert not town.queue.bodies
    assert counting.folders.count("state/github.com/301/jobs/") == 1


async def test_all_of_them_have_the_rows_that_each_has_alone():
    one, many = Town(), Town()
    for event in of_many_samplers():
        await one.take([event])
    await many.queue.put(messages.encode(of_many_samplers()))
    await many.workers[0].work()

    assert one.sink.rows
    assert sorted(map(repr, one.sink.rows)) == sorted(map(repr, many.sink.rows))


async def test_of_a_job_with_too_many_batches_the_first_are_judged_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    assert (await told([*SAMPLES, COMPLETED])).job.properties["samples"] == "complete"
    monkeypatch.setattr(join, "MOST_BATCHES", len(SAMPLES) - 1)
    with caplog.at_level(logging.WARNING):
        town = await told([*SAMPLES, COMPLETED])

    assert town.job.properties["samples"] == "partial"
    assert town.job.measurements["cpu_seconds"] > 0
    [record] = [each for each in caplog.records if each.message == "a job has too many batches"]
    assert (record.batches, record.judged) == (4, 3)  # type: ignore[attr-defined]


WHOLE = sampled.event(sampled.batches(1, sampler="a11")[0])


@pytest.mark.parametrize(
    ("limited", "name", "most"),
    [(join, "MOST_BATCHES", 1), (state, "MOST_BYTES", len(messages.encode([WHOLE])))],
)
async def test_that_is_said_even_where_the_first_cover_all_of_the_job(
    limited: object, name: str, most: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limited, name, most)

    assert (await told([WHOLE, COMPLETED])).job.properties["samples"] == "complete"
    assert (await told([WHOLE, *SAMPLES, COMPLETED])).job.properties["samples"] == "partial"


@pytest.mark.parametrize("at_once", [1, 3, 128])
async def test_of_a_job_with_too_large_batches_the_first_are_judged_and_that_is_said(
    at_once: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    sizes = [len(bytes(messages.encode([each]))) for each in SAMPLES]
    monkeypatch.setattr(state, "READ_AT_ONCE", at_once)
    monkeypatch.setattr(state, "MOST_BYTES", sum(sizes) - 1)
    with caplog.at_level(logging.WARNING):
        town = await told([*SAMPLES, COMPLETED])

    assert town.job.properties["samples"] == "partial"
    assert town.job.measurements["cpu_seconds"] > 0
    said = [each for each in caplog.records if each.message == "a job has too large batches"]
    assert {(each.batches, each.read) for each in said} == {(4, 3)}  # type: ignore[attr-defined]


async def test_a_job_whose_batches_are_just_not_too_large_is_judged_whole(
    monkeypatch: pytest.MonkeyPatch,
):
    sizes = [len(bytes(messages.encode([each]))) for each in SAMPLES]
    monkeypatch.setattr(state, "MOST_BYTES", sum(sizes))

    assert (await told([*SAMPLES, COMPLETED])).job.properties["samples"] == "complete"


def late_batches(count: int) -> list[Event]:
    """A batch of the job again and again: each push is a fact of its own."""
    [batch] = sampled.batches(1, sampler="1a7e")
    return [sampled.event(batch, seconds=number) for number in range(count)]


class Judgements:
    """How often jobs were judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._judge_job = join.judge_job
        monkeypatch.setattr(join, "judge_job", self._judge)

    def _judge(self, *given: Any, **named: Any) -> Any:
        self.count += 1
        return self._judge_job(*given, **named)


async def test_late_batches_without_end_have_their_job_judged_seldom_and_are_all_told(
    monkeypatch: pytest.MonkeyPatch,
):
    late = late_batches(60)
    town = await told([*SAMPLES, COMPLETED], workers=2)
    judgements = Judgements(monkeypatch)
    for event in late:  # for five minutes
        town.now += timedelta(seconds=5)
        await town.take([event])
        assert len(town.queue.bodies) <= 1, "one waits, the others are done with"
        await town.workers[1].work()
    await town.wait(1_200)

    assert judgements.count <= 7
    assert not town.queue.bodies
    assert town.newest == (await told([*SAMPLES, *late, COMPLETED])).newest


async def test_the_first_that_is_late_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    town = await told([*SAMPLES, COMPLETED])
    judgements = Judgements(monkeypatch)
    await town.take(late_batches(1))

    assert (judgements.count, town.queue.bodies) == (1, [])
    assert town.job.measurements["revision"] % 1_000_000 == len(SAMPLES) + 1
