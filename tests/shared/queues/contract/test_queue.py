import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest

from src.shared.queues.base import Message, Queue
from tests.shared.queues.contract.places import Place

pytestmark = pytest.mark.anyio

LEASE_SECONDS = 60.0
CLOCK_GRAIN = timedelta(seconds=2)  # a service may tell whole seconds only


async def receive_all(queue: Queue) -> list[Message]:
    taken: list[Message] = []
    while batch := await queue.receive(32, LEASE_SECONDS):
        taken += batch
    return taken


async def lease_that_ran_out(place: Place, queue: Queue) -> Message:
    """The only message, under a lease that is over."""
    [message] = await queue.receive(1, place.kind.shortest_lease_seconds)
    await asyncio.sleep(place.kind.shortest_lease_seconds * 1.2)
    return message


async def test_a_message_comes_out_as_it_went_in(queue: Queue):
    before = datetime.now(UTC)
    await queue.put(b"one")

    [message] = await queue.receive(1, LEASE_SECONDS)

    assert (message.body, message.dequeue_count) == (b"one", 1)
    assert before - CLOCK_GRAIN < message.enqueued_at < datetime.now(UTC) + CLOCK_GRAIN


@pytest.mark.parametrize(
    "body",
    [b"", bytes(range(256)), b"\0", b"\xff\xfe", "ü 🚀".encode(), b"x" * 1_000_000],
    ids=["empty", "every byte", "nul", "no text", "unicode", "1 MB"],
)
async def test_any_bytes_pass(queue: Queue, body: bytes):
    await queue.put(body)

    [message] = await queue.receive(1, LEASE_SECONDS)

    assert message.body == body


async def test_nothing_comes_out_of_an_empty_queue(queue: Queue):
    assert await queue.receive(32, LEASE_SECONDS) == []
    assert await queue.depth() == 0


async def test_the_oldest_message_tells_since_when_something_waits(queue: Queue):
    assert await queue.oldest_enqueued_at() is None
    await queue.put(b"one")
    await asyncio.sleep(1.1)  # a service may tell whole seconds only
    await queue.put(b"other")

    oldest = await queue.oldest_enqueued_at()

    [first, _] = sorted(await receive_all(queue), key=lambda message: message.enqueued_at)
    assert (first.body, first.enqueued_at) == (b"one", oldest)


async def test_a_lease_hides_a_message_and_a_delete_removes_it(queue: Queue):
    await queue.put(b"one")

    taken = await queue.receive(32, LEASE_SECONDS)

    assert await queue.receive(32, LEASE_SECONDS) == []
    assert await queue.depth() == 1, "leased is still there"
    await queue.delete(taken)
    assert await queue.depth() == 0


async def test_a_lease_that_ran_out_shows_the_message_again(place: Place, queue: Queue):
    await queue.put(b"one")
    first = await lease_that_ran_out(place, queue)

    [second] = await queue.receive(32, LEASE_SECONDS)

    assert (second.id, second.body, second.enqueued_at) == (first.id, b"one", first.enqueued_at)
    assert second.dequeue_count == 2
    assert second.receipt != first.receipt


async def test_a_stale_receipt_neither_deletes_nor_releases(place: Place, queue: Queue):
    await queue.put(b"one")
    stale = await lease_that_ran_out(place, queue)
    held = await queue.receive(1, LEASE_SECONDS)

    await queue.delete([stale])
    await queue.release([stale])

    assert await queue.depth() == 1
    assert await queue.receive(1, LEASE_SECONDS) == [], "still hidden by the lease that holds"
    await queue.delete(held)
    assert await queue.depth() == 0


async def test_a_stale_receipt_does_not_keep_the_others_from_being_deleted(
    place: Place, queue: Queue
):
    await queue.put(b"lost")
    stale = await lease_that_ran_out(place, queue)
    [again] = await queue.receive(1, LEASE_SECONDS)
    await queue.put(b"held")
    [held] = await queue.receive(1, LEASE_SECONDS)

    await queue.delete([stale, held])

    assert await queue.depth() == 1
    await queue.delete([again])
    assert await queue.depth() == 0


async def test_released_is_visible_at_once(queue: Queue):
    await queue.put(b"one")
    first = await queue.receive(1, LEASE_SECONDS)

    await queue.release(first)

    [second] = await queue.receive(1, LEASE_SECONDS)
    assert (second.body, second.dequeue_count) == (b"one", 2)


async def test_released_with_a_delay_is_visible_after_it(place: Place, queue: Queue):
    delay = place.kind.shortest_lease_seconds
    await queue.put(b"one")

    await queue.release(await queue.receive(1, LEASE_SECONDS), delay)

    assert await queue.receive(1, LEASE_SECONDS) == []
    await asyncio.sleep(delay * 1.2)
    assert len(await queue.receive(1, LEASE_SECONDS)) == 1


async def test_a_renewed_lease_lasts_and_its_new_receipt_holds(place: Place, queue: Queue):
    lease = place.kind.shortest_lease_seconds
    await queue.put(b"one")
    taken = await queue.receive(1, lease)

    held = await queue.renew(taken, LEASE_SECONDS)

    await asyncio.sleep(lease * 1.2)
    assert await queue.receive(1, LEASE_SECONDS) == []
    assert [(m.id, m.body) for m in held] == [(taken[0].id, b"one")]
    await queue.delete(held)
    assert await queue.depth() == 0


async def test_a_lease_that_went_to_somebody_else_is_not_renewed(place: Place, queue: Queue):
    await queue.put(b"lost")
    stale = await lease_that_ran_out(place, queue)
    [again] = await queue.receive(1, LEASE_SECONDS)
    await queue.put(b"held")
    [held] = await queue.receive(1, LEASE_SECONDS)

    renewed = await queue.renew([stale, held], LEASE_SECONDS)

    assert [message.id for message in renewed] == [held.id]
    await queue.delete([again, *renewed])
    assert await queue.depth() == 0


@pytest.mark.parametrize("body", [b"shorter", b"\0" * 100_000], ids=["small", "100 KB"])
async def test_a_replaced_message_comes_back_with_its_new_body(
    place: Place, queue: Queue, body: bytes
):
    delay = place.kind.shortest_lease_seconds
    await queue.put(b"one")
    [first] = await queue.receive(1, LEASE_SECONDS)

    await queue.replace(first, body, delay)

    assert await queue.receive(1, LEASE_SECONDS) == []
    await asyncio.sleep(delay * 1.2)
    [second] = await queue.receive(1, LEASE_SECONDS)
    assert (second.id, second.body, second.dequeue_count) == (first.id, body, 2)
    assert second.enqueued_at == first.enqueued_at
    await queue.delete([second])
    assert await queue.depth() == 0


async def test_a_stale_receipt_replaces_nothing(place: Place, queue: Queue):
    await queue.put(b"one")
    stale = await lease_that_ran_out(place, queue)
    held = await queue.receive(1, LEASE_SECONDS)

    await queue.replace(stale, b"other")

    assert await queue.receive(1, LEASE_SECONDS) == []
    await queue.release(held)
    [message] = await queue.receive(1, LEASE_SECONDS)
    assert message.body == b"one"


async def test_no_messages_at_all_can_be_deleted_and_released(queue: Queue):
    await queue.put(b"one")

    await queue.delete([])
    await queue.release([])

    assert await queue.depth() == 1


async def test_a_receive_gives_no_more_than_its_limit(queue: Queue):
    await asyncio.gather(*(queue.put(b"%d" % number) for number in range(5)))

    sizes = [len(await queue.receive(3, LEASE_SECONDS)) for _ in range(3)]

    assert sizes == [3, 2, 0]


async def test_names_do_not_meet(place: Place, queue: Queue):
    other = place.open("events-poison")
    try:
        await other.put(b"poison")
        await queue.put(b"event")

        assert (await queue.depth(), await other.depth()) == (1, 1)
        assert [m.body for m in await receive_all(queue)] == [b"event"]
        [poison] = await other.receive(32, LEASE_SECONDS)
        assert poison.body == b"poison"
    finally:
        await other.close()


async def test_many_puts_at_once_are_all_there(queue: Queue):
    bodies = [b"%d" % number for number in range(300)]

    await asyncio.gather(*map(queue.put, bodies))

    assert await queue.depth() == 300
    assert sorted(m.body for m in await receive_all(queue)) == sorted(bodies)


async def test_a_reopened_queue_has_what_was_put(place: Place):
    first = place.open()
    await first.put(b"one")
    await first.close()

    second = place.open()
    try:
        assert [m.body for m in await receive_all(second)] == [b"one"]
    finally:
        await second.close()


async def test_a_queue_that_was_never_used_closes(place: Place):
    await place.open().close()


async def test_close_finishes_what_was_accepted(place: Place):
    queue = place.open()
    puts = [asyncio.create_task(queue.put(b"%d" % number)) for number in range(600)]
    await asyncio.sleep(0)

    await queue.close()

    assert await asyncio.gather(*puts) == [None] * 600
    reopened = place.open()
    assert await reopened.depth() == 600
    await reopened.close()


async def test_wait_returns_after_its_time_where_nothing_comes(queue: Queue):
    began = monotonic()

    await queue.wait(0.2)

    assert 0.19 < monotonic() - began < 5


async def test_wait_is_not_ended_by_what_is_leased_or_elsewhere(place: Place, queue: Queue):
    other = place.open("events-poison")
    await other.put(b"poison")
    await other.close()
    await queue.put(b"one")
    await queue.receive(1, LEASE_SECONDS)
    began = monotonic()

    await queue.wait(0.2)

    assert monotonic() - began > 0.19


async def test_wait_can_be_cancelled_and_nothing_is_lost(queue: Queue):
    waiting = asyncio.create_task(queue.wait(20))
    await asyncio.sleep(0.02)
    putting = asyncio.create_task(queue.put(b"one"))
    waiting.cancel()
    await putting

    with pytest.raises(asyncio.CancelledError):
        await waiting
    [message] = await queue.receive(1, LEASE_SECONDS)
    assert (message.body, message.dequeue_count) == (b"one", 1)
