"""What a worker stored itself it need not read; what stands in the store is what counts."""

from collections.abc import Sequence

import pytest

from src.backend.recent_batches import RecentBatches
from src.shared import messages
from tests.backend import sampled
from tests.backend.test_join import COMPLETED, SAMPLES, Town, told

pytestmark = pytest.mark.anyio


def size(key: str, body: bytes) -> int:
    """How much room it takes."""
    return len(key) + len(body) + 300


def kept(recent: RecentBatches, keys: Sequence[str]) -> list[bytes | None]:
    return [recent.find(key) for key in keys]


def test_the_oldest_make_room_for_new_ones():
    recent = RecentBatches(room_bytes=2 * size("0", b"four"))
    for key in "0123":
        recent.keep(key, b"four")

    assert kept(recent, "0123") == [None, None, b"four", b"four"]


def test_one_that_is_too_large_for_all_room_is_not_kept():
    recent = RecentBatches(room_bytes=size("1", b"four"))
    recent.keep("1", b"longer")
    recent.keep("2", b"four")

    assert kept(recent, "12") == [None, b"four"]


def test_one_that_was_swept_and_comes_again_takes_its_room_once_and_is_the_newest():
    recent = RecentBatches(room_bytes=2 * size("1", b"four"))
    for key in "1211113":
        recent.keep(key, b"four")

    assert kept(recent, "123") == [b"four", None, b"four"]


async def test_a_worker_reads_no_batch_that_it_stored(monkeypatch: pytest.MonkeyPatch):
    town = Town()
    read: list[str] = []
    read_all = town.store.read_all

    async def noted(keys: list[str]) -> list[bytes]:
        read.extend(keys)
        return await read_all(keys)

    monkeypatch.setattr(town.store, "read_all", noted)
    await town.take([*SAMPLES, COMPLETED])
    await town.wait()
    by_itself = [*read]
    town.restart()
    await town.take([COMPLETED])

    assert town.job.properties["samples"] == "complete"
    assert by_itself == []
    assert {key.partition("/")[0] for key in read} == {"samples"}


async def test_what_another_stored_first_counts_for_everybody():
    """The same batches, told otherwise: a sampler that was cloned, or a forger who is late."""
    idle = sampled.batches()
    for batch in idle:
        batch.owners = []
    town = Town(2)
    for event, other in zip(SAMPLES, idle, strict=True):
        await town.queue.put(messages.encode([sampled.event(other)]))
        await town.workers[1].work()
        await town.queue.put(messages.encode([event]))
        await town.workers[0].work()
    await town.take([COMPLETED])
    await town.wait()

    assert town.step.properties["attribution"] == "time"
    assert (await told([*SAMPLES, COMPLETED])).step.properties["attribution"] == "process"
