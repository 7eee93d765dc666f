"""Leases that last out, in virtual time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from src.backend import hand
from src.backend.batch import Letter
from src.backend.hand import Hand
from src.shared import messages
from src.shared.queues.base import Message
from tests.backend.memory_parts import MemoryQueue
from tests.backend.scene import job
from tests.backend.virtual_time import BEGINNING, VirtualLoop

LEASE_SECONDS = 30.0


class CountingQueue(MemoryQueue):
    """Counts what was renewed, which takes it a second."""

    renewed = 0

    async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
        self.renewed += len(messages)
        renewed = await super().renew(messages, lease_seconds)
        await asyncio.sleep(1)
        return renewed


def hold_for(seconds: float, *, by_two: bool = False) -> tuple[CountingQueue, Hand]:
    """A queue of one message, and the hand that took it and held it for so long."""
    loop = VirtualLoop()
    queue = CountingQueue(loop.now)
    ours = Hand(queue, LEASE_SECONDS)

    async def hold() -> None:
        await queue.put(messages.encode([job()]))
        await ours.take(32, loop.now())
        if by_two:
            await queue.release([held.message for held in ours.held])
            await queue.receive(32, 1_000)
        keeping = asyncio.create_task(ours.keep_leases())
        await asyncio.sleep(seconds)
        assert by_two or await queue.receive(32, LEASE_SECONDS) == []
        await ours.delete(ours.held)
        keeping.cancel()

    loop.run_until_complete(hold())
    loop.close()
    return queue, ours


def test_what_is_held_for_long_stays_ours_and_can_be_acknowledged():
    queue, held = hold_for(10 * LEASE_SECONDS)

    assert (queue.bodies, len(held)) == ([], 0)
    assert queue.renewed > 10


def test_what_is_settled_while_its_lease_is_being_renewed_is_gone_all_the_same():
    queue, _ = hold_for(LEASE_SECONDS * 2 / 3 + 0.5)

    assert (queue.renewed, queue.bodies) == (1, [])


def test_what_is_done_with_soon_is_never_renewed():
    queue, _ = hold_for(LEASE_SECONDS / 3)

    assert (queue.renewed, queue.bodies) == (0, [])


def test_what_somebody_else_has_by_now_is_dropped():
    queue, held = hold_for(LEASE_SECONDS, by_two=True)

    assert (len(held), held.next(9)) == (0, [])
    assert len(queue.bodies) == 1


def test_whatever_a_renewal_raises_the_next_is_tried(caplog: pytest.LogCaptureFixture):
    class OddQueue(CountingQueue):
        async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
            if not self.renewed:
                self.renewed = 1
                raise ValueError("odd answer")
            return await super().renew(messages, lease_seconds)

    loop = VirtualLoop()
    queue = OddQueue(loop.now)
    ours = Hand(queue, LEASE_SECONDS)

    async def hold() -> None:
        await queue.put(messages.encode([job()]))
        await ours.take(32, loop.now())
        keeping = asyncio.create_task(ours.keep_leases())
        await asyncio.sleep(3 * LEASE_SECONDS)
        keeping.cancel()

    loop.run_until_complete(hold())
    loop.close()

    assert queue.renewed > 2
    [record] = [r for r in caplog.records if r.getMessage() == "leases not renewed"]
    assert record.exc_info


def test_an_empty_hand_is_no_call_of_the_queue():
    ours = Hand(None, LEASE_SECONDS)  # type: ignore[arg-type]

    asyncio.run(ours.release([]))
    asyncio.run(ours.delete([]))


def hand_of(*numbers: int) -> tuple[VirtualLoop, Hand]:
    """A message for each number, with so many letters."""
    loop = VirtualLoop()
    queue = MemoryQueue(loop.now)
    ours = Hand(queue, LEASE_SECONDS)
    for place, number in enumerate(numbers):
        events = [job(100 * place + each) for each in range(number)]
        loop.run_until_complete(queue.put(messages.encode(events)))
    loop.run_until_complete(ours.take(32, loop.now()))
    return loop, ours


def test_letters_take_turns_however_many_a_message_holds():
    loop, ours = hand_of(3, 2)
    loop.close()

    turns = [[letter.event.id for letter in ours.next(2)] for _ in range(3)]

    assert turns == [
        ["delivery-0", "delivery-1"],
        ["delivery-2", "delivery-100"],
        ["delivery-101", "delivery-0"],
    ]


@pytest.mark.parametrize(("first", "number"), [(True, 9), (False, 0)])
def test_newcomers_come_first_where_they_shall_show_something(*, first: bool, number: int):
    loop, ours = hand_of(2)
    loop.run_until_complete(ours._queue.put(messages.encode([job(9)])))
    loop.run_until_complete(ours.take(32, loop.now(), first=first))
    loop.close()

    assert [letter.event.id for letter in ours.next(1)] == [f"delivery-{number}"]


def test_a_message_that_trips_us_while_it_is_read_is_in_hand_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
):
    def buggy(body: bytes, _: datetime) -> list[Letter]:
        return [] if body == b"fine" else [1 // 0]  # type: ignore[list-item]

    monkeypatch.setattr(hand, "read_letters", buggy)
    messages = [Message(body.decode(), body, "receipt", 1, BEGINNING) for body in (b"fine", b"bad")]

    errors = [hand.hold(message, BEGINNING).error for message in messages]

    assert [type(error) for error in errors] == [type(None), ZeroDivisionError]
