"""The group commit: who hears of what, how much goes into one message, and who holds up whom."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
import pytest

from src.frontend import enqueue as module
from src.frontend.enqueue import MOST_EVENTS, MOST_IN_FLIGHT, Enqueuer
from src.shared import messages
from src.shared.errors import QueueUnavailableError
from src.shared.queues.sqlite import SqliteQueue
from tests.frontend.serving import ListQueue

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A put that is under way is waited for, however busy the machine is."""
    monkeypatch.setattr(module, "PATIENCE_SECONDS", PATIENCE_SECONDS)


PATIENCE_SECONDS = 5.0


class CloudQueue(ListQueue):
    """Limits its messages; a put ends when and as the test says."""

    max_message_bytes: int | None = 49_152

    def __init__(self) -> None:
        super().__init__()
        self.puts: list[tuple[bytes, asyncio.Future[None]]] = []

    async def put(self, body: bytes) -> None:
        end = asyncio.get_running_loop().create_future()
        self.puts.append((body, end))
        await end
        self.bodies.append(body)

    def ids(self, number: int) -> list[str]:
        """The events of a put, finished or not."""
        return [event.id for event in messages.decode(self.puts[number][0])]

    def end(self, number: int, error: Exception | None = None) -> None:
        if error is None:
            self.puts[number][1].set_result(None)
        else:
            self.puts[number][1].set_exception(error)


class PromptQueue(ListQueue):
    """Limits its messages, and takes them at once."""

    max_message_bytes: int | None = 49_152


def event(number: int, size: int = 100) -> messages.Event:
    """Random digits, which compress to about half."""
    noise = "".join(random.Random(number).choices("0123456789", k=size))  # noqa: S311 -- seeded
    body = msgspec.Raw(b'"%s"' % noise.encode())
    return messages.Event("workflow_job", str(number), datetime(2026, 5, 1, tzinfo=UTC), body)


def put(enqueuer: Enqueuer, *numbers: int) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(enqueuer.put(event(number))) for number in numbers]


async def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < deadline
        await asyncio.sleep(0.001)


async def end_of(work: Coroutine[Any, Any, None] | asyncio.Task[None]) -> BaseException | None:
    [end] = await asyncio.gather(work, return_exceptions=True)
    return end


async def test_while_a_put_is_under_way_the_next_message_fills():
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    first = put(enqueuer, 1)
    await until(lambda: len(queue.puts) == 1)
    others = put(enqueuer, 2, 3, 4)
    await asyncio.sleep(0.01)
    assert len(queue.puts) == 1

    queue.end(0)
    await asyncio.gather(*first)
    await until(lambda: len(queue.puts) == 2)
    assert [queue.ids(0), queue.ids(1)] == [["1"], ["2", "3", "4"]]
    assert not any(other.done() for other in others), "theirs is not durable yet"
    queue.end(1)
    await asyncio.gather(*others)


async def test_what_arrives_at_once_goes_at_once_together():
    queue = CloudQueue()
    tasks = put(Enqueuer(queue), *range(10))
    await until(lambda: len(queue.puts) == 1)

    assert len(queue.ids(0)) == 10
    queue.end(0)
    await asyncio.gather(*tasks)


async def test_a_put_that_fails_fails_its_own_events_only():
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    first = put(enqueuer, 1, 2)
    await until(lambda: len(queue.puts) == 1)
    second = put(enqueuer, 3)
    queue.end(0, QueueUnavailableError("away"))
    ends = [await end_of(task) for task in first]
    await until(lambda: len(queue.puts) == 2)
    queue.end(1)

    assert [type(end) for end in ends] == [QueueUnavailableError] * 2
    assert await end_of(second[0]) is None
    assert len(queue.bodies) == 1


async def test_a_fault_of_our_own_reaches_the_caller_too():
    queue = CloudQueue()
    [task] = put(Enqueuer(queue), 1)
    await until(lambda: len(queue.puts) == 1)
    queue.end(0, RuntimeError("a bug"))

    assert isinstance(await end_of(task), RuntimeError)


async def test_events_whose_callers_gave_up_are_left_out():
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    first = put(enqueuer, 1)
    await until(lambda: len(queue.puts) == 1)
    gone, stays = put(enqueuer, 2, 3)
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.wait([gone])
    queue.end(0)
    await until(lambda: len(queue.puts) == 2)
    assert queue.ids(1) == ["3"]
    queue.end(1)
    await asyncio.gather(*first, stays)


async def test_a_caller_that_goes_while_his_put_is_under_way_harms_no_other():
    queue = CloudQueue()
    gone, stays = put(Enqueuer(queue), 1, 2)
    await until(lambda: len(queue.puts) == 1)
    gone.cancel()
    await asyncio.wait([gone])
    queue.end(0)

    assert await end_of(stays) is None
    assert queue.ids(0) == ["1", "2"]


async def test_a_stuck_put_holds_nobody_for_long_and_few_are_started(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.075)
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    tasks = put(enqueuer, 0)
    await until(lambda: len(queue.puts) == 1)
    began = monotonic()
    tasks += put(enqueuer, 1, 2)
    await until(lambda: len(queue.puts) == 2)

    assert monotonic() - began > module.PATIENCE_SECONDS * 0.9
    assert queue.ids(1) == ["1", "2"]
    for number in range(3, 6):
        tasks += put(enqueuer, number)
        await asyncio.sleep(module.PATIENCE_SECONDS * 1.5)
    assert len(queue.puts) == MOST_IN_FLIGHT
    queue.end(2)
    await until(lambda: len(queue.puts) == 5)
    assert queue.ids(4) == ["5"]
    for number in (0, 1, 3, 4):
        queue.end(number)
    await asyncio.gather(*tasks)


async def test_a_lone_caller_waits_for_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LINGER_SECONDS", 1.0)
    queue = PromptQueue()
    enqueuer = Enqueuer(queue)
    began = monotonic()
    for number in range(50):
        await enqueuer.put(event(number))

    assert monotonic() - began < 10, "not a second each"
    assert len(queue.bodies) == 50


async def test_where_many_come_again_at_once_they_share_the_next_message(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.1)
    queue = PromptQueue()
    enqueuer = Enqueuer(queue)

    async def come_again(number: int) -> None:
        for _ in range(5):
            await enqueuer.put(event(number))
            await asyncio.sleep(0.001 * (number % 3))

    await asyncio.gather(*map(come_again, range(30)))
    assert len(queue.bodies) < 10


async def test_a_full_message_waits_for_no_other():
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    tasks = put(enqueuer, 0)
    await until(lambda: len(queue.puts) == 1)
    tasks += put(enqueuer, *range(1, MOST_EVENTS + 2))
    for _ in range(10):
        await asyncio.sleep(0)

    assert len(queue.puts) == 2
    assert len(queue.ids(1)) == MOST_EVENTS
    queue.end(1)
    await until(lambda: len(queue.puts) == 3)
    for number in (0, 2):
        queue.end(number)
    await asyncio.gather(*tasks)


async def test_a_put_that_never_ends_gives_its_place_back(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "PUT_DEADLINE_SECONDS", 0.05)
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    ends = [await end_of(enqueuer.put(event(number))) for number in range(MOST_IN_FLIGHT + 1)]

    assert {type(end) for end in ends} == {QueueUnavailableError}
    [task] = put(enqueuer, 9)
    await until(lambda: len(queue.puts) == MOST_IN_FLIGHT + 2)
    queue.end(-1)
    assert await end_of(task) is None


@pytest.mark.parametrize(
    ("sizes", "over"),
    [([20_000] * 12, []), ([60_000, 10, 60_000, 10], []), ([10, 300_000, 10], [["1"]])],
    ids=["more than a message holds", "large and small", "one that fits no message"],
)
async def test_no_message_is_over_the_limit_that_could_be_split(
    sizes: list[int], over: list[list[str]]
):
    queue = PromptQueue()
    enqueuer = Enqueuer(queue)
    events = [event(number, size) for number, size in enumerate(sizes)]
    await asyncio.gather(*(enqueuer.put(each) for each in events))

    assert queue.max_message_bytes is not None
    ids = {body: [each.id for each in messages.decode(body)] for body in queue.bodies}
    found = [number for numbers in ids.values() for number in numbers]
    assert sorted(found) == sorted(each.id for each in events)
    assert len(ids) > 1
    assert [ids[body] for body in ids if len(body) > queue.max_message_bytes] == over


async def test_close_finishes_what_was_accepted():
    queue = CloudQueue()
    enqueuer = Enqueuer(queue)
    tasks = put(enqueuer, 0, 1)
    await until(lambda: len(queue.puts) == 1)
    tasks += put(enqueuer, 2)
    await asyncio.sleep(0)
    closing = asyncio.create_task(enqueuer.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    queue.end(0)
    await until(lambda: len(queue.puts) == 2)
    queue.end(1)
    await closing
    assert all(task.done() for task in tasks)
    assert len(queue.bodies) == 2


async def test_sqlite_gets_each_event_as_a_message(tmp_path: Path):
    queue = SqliteQueue(tmp_path / "queue.sqlite", "events")
    enqueuer = Enqueuer(queue)
    await asyncio.gather(*(enqueuer.put(event(number)) for number in range(20)))
    found = await queue.receive(32, lease_seconds=60)
    await enqueuer.close()
    await queue.close()

    assert sorted(len(messages.decode(message.body)) for message in found) == [1] * 20
