"""Odd batches among a job's stored ones: each costs its own samples alone."""

import json
import logging
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from src.backend.told_batches import read_told
from src.model.batches import encode
from src.shared import messages
from src.shared.messages import Event
from tests.backend import sampled
from tests.backend.test_join import COMPLETED, SAMPLES, Town

pytestmark = pytest.mark.anyio

Change = Callable[[dict[str, Any]], object]
ODD: dict[str, Change] = {
    "clocks that are a text": lambda batch: batch.update(clock_ms="x"),
    "a machine that is a list": lambda batch: batch.update(host=[]),
    "a number that is a text": lambda batch: batch.update(sequence="1"),
    "a column too short": lambda batch: batch.update(clock_ms=[1]),
    "no times": lambda batch: batch.pop("uptime_ms"),
}


def changed(event: Event, change: Change) -> Event:
    body = json.loads(bytes(event.body))
    change(body["batch"])
    return msgspec.structs.replace(event, body=msgspec.Raw(json.dumps(body).encode()))


def whole(count: int = 4) -> list[dict[str, Any]]:
    return [json.loads(encode(batch)) for batch in sampled.batches(count)]


@pytest.mark.parametrize("change", ODD.values(), ids=ODD)
def test_one_that_is_odd_is_left_out_and_named(change: Change, caplog: pytest.LogCaptureFixture):
    odd = whole()
    change(odd[1])
    with caplog.at_level(logging.WARNING):
        read = read_told(odd)

    assert [batch.sequence for batch in read.batches] == [0, 2, 3]
    assert read.odd_count == 1
    [record] = caplog.records
    assert record.batch == f"5eed-{odd[1]['sequence']}"  # type: ignore[attr-defined]


def test_one_that_leaves_out_what_may_be_left_out_is_none():
    lacking = whole()
    for name in ("disks", "filesystems", "owners", "processes", "job", "final"):
        del lacking[1][name]
    read = read_told(lacking)

    assert read.odd_count == 0
    assert [len(batch.time_ms) for batch in read.batches] == [31, 31, 31, 28]


async def test_a_job_with_an_odd_batch_is_told_by_the_others_and_as_partial(
    monkeypatch: pytest.MonkeyPatch,
):
    """As a foreign or an older writer may have stored it."""
    town = Town(workers=2)
    spoil(town, "-signed-1-", monkeypatch)
    await town.take(SAMPLES)  # the second, which is odd, by the other worker
    await town.take([COMPLETED])
    await town.wait()

    assert town.step.properties["samples"] == "partial"
    assert town.step.measurements["cpu_seconds"] == pytest.approx(1.9 * 600, rel=0.01)


async def test_it_is_told_as_partial_even_where_the_others_tell_of_all_its_time(
    monkeypatch: pytest.MonkeyPatch,
):
    town = Town()
    spoil(town, "0ddba11", monkeypatch)
    [odd] = sampled.batches(1, sampler="0ddba11")
    await town.take([*SAMPLES, sampled.event(odd)])
    town.restart()
    await town.take([COMPLETED])
    await town.wait()

    assert town.job.properties["samples"] == "partial"


def spoil(town: Town, part_of_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is stored under such a name from now on is whole, and no batch."""
    create = town.store.create

    async def spoiling(key: str, body: bytes) -> bool:
        if key.startswith("samples/") and part_of_name in key:
            [event] = messages.decode(body)
            body = messages.encode([changed(event, ODD["clocks that are a text"])], limit=0)
        return await create(key, body)

    monkeypatch.setattr(town.store, "create", spoiling)
