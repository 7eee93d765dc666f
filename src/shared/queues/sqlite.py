"""The queue of one machine: a SQLite file that several processes read and write.

Nothing embedded offers a visibility timeout, so this is written here: a message has a moment from
which it is visible; a lease moves that moment into the future. WAL lets readers and one writer
work side by side; `synchronous=FULL` syncs the log at each commit, so a put that returned
survives a power cut. Puts that arrive while a commit is under way share the next one.
https://www.sqlite.org/wal.html
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from ..errors import QueueUnavailableError
from .base import Message

T = TypeVar("T")
_Put = tuple[bytes, asyncio.Future[None]]  # a body, and who waits for it

IDLE_POLL_SECONDS = 0.05
LOCK_WAIT_SECONDS = 5.0
LONGEST_LEASE_SECONDS = 7 * 24 * 3600.0  # and the longest delay; Azure Storage Queue allows as much
PUTS_PER_COMMIT = 256
PAGE_BYTES = 16_384  # holds several trimmed jobs (4 KB); a default page would spill each one

_SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body BLOB NOT NULL,
    enqueued_at REAL NOT NULL,
    visible_at REAL NOT NULL,
    dequeue_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS visible ON messages (queue, visible_at, id, dequeue_count);
"""
_PUT = "INSERT INTO messages (queue, body, enqueued_at, visible_at) VALUES (?, ?, ?, ?)"
# A clock that is set back must hide nothing for as long as it was ahead: what was never leased is
# visible whatever the clock says, and no lease reaches beyond the longest that may be asked for.
_IS_VISIBLE = "queue = ? AND (visible_at <= ? OR dequeue_count = 0 OR visible_at > ?)"
_VISIBLE = f"SELECT 1 FROM messages WHERE {_IS_VISIBLE} LIMIT 1"  # noqa: S608 -- a constant
_NEXT = (
    "SELECT id, body, dequeue_count + 1, enqueued_at FROM messages"  # noqa: S608 -- a constant
    f" WHERE {_IS_VISIBLE} ORDER BY visible_at, id LIMIT ?"
)
_LEASE = "UPDATE messages SET visible_at = ?, dequeue_count = ? WHERE id = ?"
# The count rises with each lease and so names it: an older lease matches no row any more.
_DELETE = "DELETE FROM messages WHERE id = ? AND dequeue_count = ?"
_RELEASE = "UPDATE messages SET visible_at = ? WHERE id = ? AND dequeue_count = ?"
_REPLACE = "UPDATE messages SET visible_at = ?, body = ? WHERE id = ? AND dequeue_count = ?"
_OLDEST = "SELECT min(enqueued_at) FROM messages WHERE queue = ?"
_DEPTH = "SELECT count(*) FROM messages WHERE queue = ?"


class SqliteQueue:
    """A queue by `name` in the SQLite file at `path`; other names may share the file."""

    max_message_bytes: int | None = None

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self._name = name
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"queue-{name}")
        self._connection: sqlite3.Connection | None = None
        self._waiting: deque[_Put] = deque()
        self._committing: asyncio.Task[None] | None = None

    async def put(self, body: bytes) -> None:
        """Join the next commit and return when it is synced to disk."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())
        await done

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        """Lease what is visible, the longest visible first."""
        return await self._run(partial(self._lease, limit, lease_seconds))

    async def wait(self, seconds: float) -> None:
        """Look at the file every 50 ms, which costs microseconds."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if await self._run(self._has_visible):
                return
            await asyncio.sleep(min(IDLE_POLL_SECONDS, left))

    async def delete(self, messages: Sequence[Message]) -> None:
        """Delete in one commit."""
        rows = [(int(m.id), int(m.receipt)) for m in messages]
        await self._run(lambda db: _write(db, _DELETE, rows))

    async def release(self, messages: Sequence[Message], delay_seconds: float = 0) -> None:
        """Make visible again in one commit."""
        at = time.time() + delay_seconds
        rows = [(at, int(m.id), int(m.receipt)) for m in messages]
        await self._run(lambda db: _write(db, _RELEASE, rows))

    async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
        """Move the ends of the leases in one commit; a receipt holds as long as its lease."""
        at = time.time() + lease_seconds
        rows = [(at, int(m.id), int(m.receipt)) for m in messages]
        changed = await self._run(lambda db: _write(db, _RELEASE, rows))
        return [m for m, count in zip(messages, changed, strict=True) if count]

    async def replace(self, message: Message, body: bytes, delay_seconds: float = 0) -> None:
        """Change the row in one commit."""
        at = time.time() + delay_seconds
        row = (at, body, int(message.id), int(message.receipt))
        await self._run(lambda db: _write(db, _REPLACE, [row]))

    async def depth(self) -> int:
        """Count by the index."""
        return await self._run(lambda db: int(db.execute(_DEPTH, (self._name,)).fetchone()[0]))

    async def oldest_enqueued_at(self) -> datetime | None:
        """Of all messages, leased ones included."""
        found = await self._run(lambda db: db.execute(_OLDEST, (self._name,)).fetchone()[0])
        return None if found is None else datetime.fromtimestamp(found, UTC)

    async def close(self) -> None:
        """Wait for the commit under way, then close the file."""
        if self._committing is not None:
            await self._committing
        await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
        self._thread.shutdown()

    async def _commit_waiting(self) -> None:
        """Commit batch after batch until nobody waits; each waiter hears of its own batch."""
        try:
            while batch := self._next_batch():
                await self._commit(batch)
        finally:
            self._committing = None

    def _next_batch(self) -> list[_Put]:
        """The oldest puts, without those whose callers gave up while the file was locked."""
        batch: list[_Put] = []
        while self._waiting and len(batch) < PUTS_PER_COMMIT:
            put = self._waiting.popleft()
            if not put[1].done():
                batch.append(put)
        return batch

    async def _commit(self, batch: list[_Put]) -> None:
        now = time.time()
        rows = [(self._name, body, now, now) for body, _ in batch]
        commit = self._run(lambda db: _write(db, _PUT, rows))
        [end] = await asyncio.gather(commit, return_exceptions=True)
        for _, done in batch:
            if done.done():  # its caller gave up; the message is in the queue all the same
                continue
            if isinstance(end, BaseException):
                done.set_exception(end)
            else:
                done.set_result(None)

    def _has_visible(self, db: sqlite3.Connection) -> bool:
        return db.execute(_VISIBLE, self._visible_at(time.time())).fetchone() is not None

    def _visible_at(self, now: float) -> tuple[str, float, float]:
        """The parameters of `_IS_VISIBLE`."""
        return self._name, now, now + LONGEST_LEASE_SECONDS

    def _lease(self, limit: int, lease_seconds: float, db: sqlite3.Connection) -> list[Message]:
        if not self._has_visible(db):
            return []  # an idle reader takes no lock and disturbs no writer
        now = time.time()
        db.execute("BEGIN IMMEDIATE")
        with db:
            rows = db.execute(_NEXT, (*self._visible_at(now), limit)).fetchall()
            db.executemany(_LEASE, [(now + lease_seconds, row[2], row[0]) for row in rows])
        return [
            Message(str(id_), body, str(count), count, datetime.fromtimestamp(enqueued_at, UTC))
            for id_, body, count, enqueued_at in rows
        ]

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in the queue's own thread, which owns the connection."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._try, work)

    def _try(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return work(self._connect())
        except sqlite3.Error as exc:
            raise QueueUnavailableError(f"queue {self._path}: {exc}") from exc
        except OSError as exc:
            raise QueueUnavailableError(f"queue {self._path}: {exc.strerror}") from exc

    def _connect(self) -> sqlite3.Connection:
        if self._connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Autocommit: transactions begin where the code says BEGIN.
            db = sqlite3.connect(self._path, timeout=LOCK_WAIT_SECONDS, isolation_level=None)
            try:
                db.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # heeded by a new file only
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.executescript(_SCHEMA)
            except sqlite3.Error:
                db.close()
                raise
            self._connection = db
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with closing(self._connection):
                self._connection = None


def _write(db: sqlite3.Connection, statement: str, rows: Sequence[tuple[object, ...]]) -> list[int]:
    """All rows in one transaction, taken for writing from its start: no upgrade, no deadlock.

    How many rows of the table each of them changed.
    """
    db.execute("BEGIN IMMEDIATE")
    with db:
        return [db.execute(statement, row).rowcount for row in rows]
