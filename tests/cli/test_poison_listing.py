"""What is looked at in a poison queue while it is leased, and for how long."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from src.backend import poison
from src.backend.poison import Poisoned
from src.cli.poison_listing import LEASE_SECONDS, lease_anew, open_listing
from src.shared.queues.base import Message
from tests.backend.memory_parts import MemoryQueue
from tests.backend.virtual_time import BEGINNING

pytestmark = pytest.mark.anyio

RECEIVE_SECONDS = 4.0


class SlowQueue(MemoryQueue):
    """Each receive takes its time, by the queue's own clock."""

    def __init__(self) -> None:
        self.now = BEGINNING
        self.receives = 0
        clock: Callable[[], datetime] = lambda: self.now  # noqa: E731 -- the queue's own
        super().__init__(clock)

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        self.receives += 1
        assert self.receives < 100, "no end"
        self.now += timedelta(seconds=RECEIVE_SECONDS)
        return await super().receive(limit, lease_seconds)


async def test_what_takes_longer_than_a_lease_comes_to_an_end_and_shows_each_once():
    queue = SlowQueue()
    for number in range(640):
        await queue.put(b"%d" % number)

    async with open_listing(queue) as listing:
        bodies = [found.body for found in listing.found]

    assert sorted(map(int, bodies)) == list(range(640))
    assert listing.held_by_others == 0


async def test_the_order_is_by_age_then_by_id_as_numbers():
    queue = SlowQueue()
    for hours in (1, *[2] * 10, 0):
        at = BEGINNING + timedelta(hours=hours)
        await queue.put(poison.encode(Poisoned(1, at, "bug", "oh", "7", at, b"")))

    async with open_listing(queue) as listing:
        ids = [found.message.id for found in listing.found]

    assert ids == ["12", "1", *map(str, range(2, 12))]


async def test_what_another_command_has_by_now_is_not_ours():
    queue = SlowQueue()
    await queue.put(b"one")

    async with open_listing(queue) as listing:
        [found] = listing.found
        queue.now += timedelta(seconds=LEASE_SECONDS)
        await queue.receive(1, LEASE_SECONDS)

        assert await lease_anew(queue, found) is None


async def test_what_is_leased_anew_can_be_deleted():
    queue = SlowQueue()
    await queue.put(b"one")

    async with open_listing(queue) as listing:
        ours = await lease_anew(queue, listing.found[0])
        assert ours
        await queue.delete([ours])

    assert queue.bodies == []


async def test_an_empty_queue_releases_nothing():
    queue = SlowQueue()
    queue.release = None  # type: ignore[assignment,method-assign]

    async with open_listing(queue) as listing:
        assert listing.found == []
