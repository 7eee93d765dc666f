import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from src.shared.errors import QueueUnavailableError
from src.shared.queues import sqlite
from src.shared.queues.base import Queue
from src.shared.queues.sqlite import LONGEST_LEASE_SECONDS, PUTS_PER_COMMIT, SqliteQueue

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 30.0
NOTICED_SECONDS = 1.0
LEASE_SECONDS = 60.0
FULL = 2  # what PRAGMA synchronous answers


@pytest.fixture
async def queue(tmp_path: Path) -> AsyncIterator[SqliteQueue]:
    queue = SqliteQueue(tmp_path / "deep" / "er" / "queue.sqlite", "events")
    yield queue
    await queue.close()


async def transactions_while(queue: SqliteQueue, work: Callable[[], Awaitable[object]]) -> int:
    """How many transactions the queue's connection began meanwhile."""
    statements: list[str] = []
    await queue._run(lambda db: db.set_trace_callback(statements.append))
    await work()
    return sum(statement.startswith("BEGIN") for statement in statements)


async def test_a_put_is_synced_to_disk(queue: SqliteQueue):
    await queue.put(b"one")

    def settings(db: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous")
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert await queue._run(settings) == ["wal", FULL]


async def test_puts_at_once_share_a_commit(queue: SqliteQueue):
    async def put_all() -> None:
        await asyncio.gather(*(queue.put(b"%d" % number) for number in range(200)))

    assert await transactions_while(queue, put_all) == 1
    assert await queue.depth() == 200


async def test_no_commit_grows_without_bounds(queue: SqliteQueue):
    async def put_all() -> None:
        puts = (queue.put(b"%d" % number) for number in range(2 * PUTS_PER_COMMIT + 1))
        await asyncio.gather(*puts)

    assert await transactions_while(queue, put_all) == 3


async def test_an_idle_receive_takes_no_lock(queue: SqliteQueue):
    assert await transactions_while(queue, lambda: queue.receive(32, 60)) == 0


async def test_a_put_that_its_caller_gave_up_does_not_hurt_the_others(queue: SqliteQueue):
    puts = [asyncio.create_task(queue.put(b"%d" % number)) for number in range(3)]
    await asyncio.sleep(0)
    puts[1].cancel()

    async with asyncio.timeout(PATIENCE_SECONDS):
        answers = await asyncio.gather(*puts, return_exceptions=True)
        await queue.put(b"later")

    assert [type(answer) for answer in answers] == [
        type(None),
        asyncio.CancelledError,
        type(None),
    ]
    bodies = {message.body for message in await queue.receive(32, 60)}
    assert bodies >= {b"0", b"2", b"later"}


async def test_puts_that_were_given_up_during_a_lock_are_not_made_later(queue: SqliteQueue):
    assert await queue.depth() == 0  # the file is there
    with closing(sqlite3.connect(queue._path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        first = asyncio.create_task(queue.put(b"under way"))
        await asyncio.sleep(0.05)
        rest = [asyncio.create_task(queue.put(b"given up")) for _ in range(2 * PUTS_PER_COMMIT)]
        await asyncio.sleep(0)
        for put in rest:
            put.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        other.execute("ROLLBACK")

    assert await transactions_while(queue, lambda: asyncio.gather(first, queue.put(b"new"))) == 1
    assert [message.body for message in await queue.receive(32, 60)] == [b"under way", b"new"]


# --- a clock that was wrong --------------------------------------------------------------------

HOUR_SECONDS = 3600.0
YEARS_SECONDS = 10 * 365 * 24 * HOUR_SECONDS


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the queue's wall clock so many seconds ahead of the true time."""

    def set_ahead(seconds: float) -> None:
        monkeypatch.setattr(sqlite, "time", SimpleNamespace(time=lambda: time.time() + seconds))

    return set_ahead


async def test_what_was_put_while_the_clock_was_ahead_is_visible_once_it_is_right(
    queue: SqliteQueue, clock: Callable[[float], None]
):
    clock(HOUR_SECONDS)
    await queue.put(b"one")
    clock(0)

    [message] = await queue.receive(32, 60)

    assert message.body == b"one"
    assert await queue.receive(32, 60) == [], "its lease counts by the right clock"


async def test_a_lease_by_a_clock_years_ahead_does_not_hide_for_years(
    queue: SqliteQueue, clock: Callable[[float], None]
):
    await queue.put(b"one")
    clock(YEARS_SECONDS)
    await queue.receive(1, 60)
    clock(0)

    assert [m.dequeue_count for m in await queue.receive(1, 60)] == [2]


async def test_the_longest_lease_holds(queue: SqliteQueue):
    await queue.put(b"one")
    await queue.receive(1, LONGEST_LEASE_SECONDS)

    assert await queue.receive(1, 60) == []


async def test_what_was_given_back_is_not_starved_by_what_is_new(queue: SqliteQueue):
    await queue.put(b"given back")
    await queue.release(await queue.receive(1, 60))
    for _ in range(3):
        await queue.put(b"new")

    [message] = await queue.receive(1, 60)

    assert message.body == b"given back"


# --- what it says where the file is of no use --------------------------------------------------


def directory(folder: Path) -> Path:
    (folder / "queue.sqlite").mkdir()
    return folder / "queue.sqlite"


def below_a_file(folder: Path) -> Path:
    (folder / "file").write_text("")
    return folder / "file" / "queue.sqlite"


def corrupt(folder: Path) -> Path:
    (folder / "queue.sqlite").write_bytes(b"no database, but long enough to look at" * 100)
    return folder / "queue.sqlite"


def read_only(_: Path) -> Path:
    return Path("/proc/queue.sqlite")  # refuses new files even to root


CALLS: dict[str, Callable[[Queue], Awaitable[object]]] = {
    "put": lambda queue: queue.put(b"one"),
    "receive": lambda queue: queue.receive(1, 60),
    "wait": lambda queue: queue.wait(1),
    "delete": lambda queue: queue.delete([]),
    "release": lambda queue: queue.release([]),
    "depth": lambda queue: queue.depth(),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("place", [directory, below_a_file, corrupt, read_only])
async def test_a_useless_file_makes_the_queue_unavailable(
    place: Callable[[Path], Path],
    call: Callable[[Queue], Awaitable[object]],
    tmp_path: Path,
):
    path = place(tmp_path)
    queue = SqliteQueue(path, "events")

    with pytest.raises(QueueUnavailableError, match=str(path)):
        await call(queue)

    await queue.close()


async def test_every_waiting_put_hears_that_it_failed(tmp_path: Path):
    queue = SqliteQueue(directory(tmp_path), "events")

    answers = await asyncio.gather(*(queue.put(b"one") for _ in range(5)), return_exceptions=True)

    assert [type(answer) for answer in answers] == [QueueUnavailableError] * 5
    await queue.close()


async def test_a_queue_works_again_when_its_file_does(tmp_path: Path):
    path = directory(tmp_path)
    queue = SqliteQueue(path, "events")
    with pytest.raises(QueueUnavailableError):
        await queue.put(b"too early")

    path.rmdir()
    await queue.put(b"one")

    assert await queue.depth() == 1
    await queue.close()


async def test_a_file_locked_for_too_long_is_unavailable_until_it_is_free(
    queue: SqliteQueue, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sqlite, "LOCK_WAIT_SECONDS", 0.1)
    await queue.put(b"one")
    with closing(sqlite3.connect(queue._path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        for call in (queue.put(b"two"), queue.receive(1, 60)):
            with pytest.raises(QueueUnavailableError, match="locked"):
                await call
        assert await queue.depth() == 1, "reading goes on beside a writer"
        other.execute("ROLLBACK")

    await queue.put(b"two")
    assert await queue.depth() == 2


async def test_wait_returns_at_once_where_something_is_there(queue: SqliteQueue):
    await queue.put(b"one")
    began = time.monotonic()

    await queue.wait(20)

    assert time.monotonic() - began < NOTICED_SECONDS


async def test_wait_notices_a_put_by_somebody_else(queue: SqliteQueue, tmp_path: Path):
    elsewhere = SqliteQueue(tmp_path / "deep" / "er" / "queue.sqlite", "events")
    delays = []
    try:
        for _ in range(5):
            waiting = asyncio.create_task(queue.wait(20))
            await asyncio.sleep(0.03)
            await elsewhere.put(b"one")
            began = time.monotonic()
            await waiting
            delays.append(time.monotonic() - began)
            await queue.delete(await queue.receive(1, LEASE_SECONDS))
    finally:
        await elsewhere.close()

    assert sorted(delays)[2] < NOTICED_SECONDS
