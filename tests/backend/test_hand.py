"""Leases that last out, in virtual time."""

import asyncio

from src.backend.hand import Hand
from src.shared import messages
from tests.backend.memory_parts import MemoryQueue
from tests.backend.scene import job
from tests.backend.virtual_time import VirtualLoop

LEASE_SECONDS = 30.0


class CountingQueue(MemoryQueue):
    """Counts what was renewed, which takes it a second."""

    renewed = 0

    async def renew(self, messages, lease_seconds):  # noqa: ANN001 -- as a queue's
        self.renewed += len(messages)
        renewed = await super().renew(messages, lease_seconds)
        await asyncio.sleep(1)
        return renewed


def hold_for(seconds: float, *, by_two: bool = False) -> tuple[CountingQueue, Hand]:
    """A queue of one message, and the hand that took it and held it for so long."""
    loop = VirtualLoop()
    queue = CountingQueue(loop.now)
    hand = Hand(queue, LEASE_SECONDS)

    async def hold() -> None:
        await queue.put(messages.encode([job()]))
        await hand.take(32, loop.now())
        if by_two:
            await queue.release([held.message for held in hand.held])
            await queue.receive(32, 1_000)
        keeping = asyncio.create_task(hand.keep_leases())
        await asyncio.sleep(seconds)
        assert by_two or await queue.receive(32, LEASE_SECONDS) == []
        await hand.delete(hand.held)
        keeping.cancel()

    loop.run_until_complete(hold())
    loop.close()
    return queue, hand


def test_what_is_held_for_long_stays_ours_and_can_be_acknowledged():
    queue, hand = hold_for(10 * LEASE_SECONDS)

    assert (queue.bodies, len(hand)) == ([], 0)
    assert queue.renewed > 10


def test_what_is_settled_while_its_lease_is_being_renewed_is_gone_all_the_same():
    queue, _ = hold_for(LEASE_SECONDS * 2 / 3 + 0.5)

    assert (queue.renewed, queue.bodies) == (1, [])


def test_what_is_done_with_soon_is_never_renewed():
    queue, _ = hold_for(LEASE_SECONDS / 3)

    assert (queue.renewed, queue.bodies) == (0, [])


def test_what_somebody_else_has_by_now_is_dropped():
    queue, hand = hold_for(LEASE_SECONDS, by_two=True)

    assert (len(hand), hand.next()) == (0, [])
    assert len(queue.bodies) == 1
