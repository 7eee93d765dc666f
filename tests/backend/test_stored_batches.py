"""Batches that another version stored, or that no longer are what they were: what that costs."""

import json

import msgspec
import pytest

from src.shared import messages
from tests.backend import sampled
from tests.backend.test_join import COMPLETED, SAMPLES, Town, told

pytestmark = pytest.mark.anyio

HALF = len(SAMPLES) // 2


def stored(town: Town) -> list[str]:
    return [key for key in town.store.objects if key.startswith("samples/")]


def move(town: Town, key: str) -> None:
    """To the hour's folder, where earlier versions put it."""
    folder, time, name = key.rsplit("/", 2)
    town.store.objects[f"{folder}/{int(time) // 6}/{name}"] = town.store.objects.pop(key)


def spoil(town: Town, key: str) -> None:
    """It is whole, and yet no batch."""
    [event] = messages.decode(town.store.objects[key])
    body = json.loads(bytes(event.body))
    body["batch"]["clock_ms"] = "x"
    spoiled = msgspec.structs.replace(event, body=msgspec.Raw(json.dumps(body).encode()))
    town.store.objects[key] = messages.encode([spoiled], limit=0)


async def test_what_an_earlier_version_stored_in_another_folder_is_found_where_it_is():
    town = Town()
    await town.take(SAMPLES[:HALF])
    for key in stored(town):
        move(town, key)
    await town.take([*SAMPLES[HALF:], COMPLETED])
    await town.wait()

    assert (town.queue.bodies, town.poison.bodies) == ([], [])
    assert town.newest == (await told([*SAMPLES, COMPLETED])).newest


async def test_a_batch_that_two_versions_stored_is_one():
    town = Town()
    await town.take(SAMPLES[:HALF])
    for key in stored(town):
        move(town, key)
    await town.take([*SAMPLES, COMPLETED])
    await town.wait()

    assert len(stored(town)) == len(SAMPLES) + HALF
    assert town.job.properties["samples"] == "complete"
    whole = (await told([*SAMPLES, COMPLETED])).job
    assert town.job.measurements["cpu_seconds"] == whole.measurements["cpu_seconds"]


async def test_a_stored_batch_that_is_none_holds_up_neither_its_neighbours_nor_its_job(
    caplog: pytest.LogCaptureFixture,
):
    town = Town()
    short = [sampled.event(batch) for batch in sampled.batches(count=60)]
    await town.take(short[:30])
    for key in stored(town):
        spoil(town, key)
    town.restart()
    rows = len(town.sink.rows)
    await town.take([*short[30:], COMPLETED])
    await town.wait()

    assert "stored samples not read" in caplog.messages
    assert (town.queue.bodies, town.poison.bodies) == ([], [])
    assert len(town.sink.rows) > rows
    assert town.job.properties["status"] == "completed"
