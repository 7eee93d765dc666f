"""A home in, its queue filled, emptied by others or counted: what tables know of SQLite."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from src.shared import messages
from src.shared.queues.sqlite import SqliteQueue

QUEUE_NAME = "github-webhook-events"
PUTS_AT_ONCE = 500
POLL_SECONDS = 0.01
LONGEST_SECONDS = 600.0
LOOK_EVERY = 10  # messages


def put_all(home: Path, events: Sequence[messages.Event]) -> None:
    """Put each event as a message of its own."""
    asyncio.run(_put_all(home, [messages.encode([event]) for event in events]))


def await_empty(home: Path) -> None:
    """Return when no message is left, leased ones included.

    Raises:
        TimeoutError: there are some, after a long time.
    """
    asyncio.run(_await_empty(home))


def depth(home: Path) -> int:
    """How many messages there are."""
    return asyncio.run(_depth(home))


def put_steadily(home: Path, events: Sequence[messages.Event], seconds: float) -> float:
    """Put each when it is due, evenly over so many seconds; the oldest message's age at worst."""
    bodies = [messages.encode([event]) for event in events]
    return asyncio.run(_put_steadily(home, bodies, seconds / len(bodies)))


async def _put_steadily(home: Path, bodies: Sequence[bytes], every_seconds: float) -> float:
    worst_seconds, began = 0.0, time.monotonic()
    async with _opened(home) as queue:
        for number, body in enumerate(bodies):
            await asyncio.sleep(began + number * every_seconds - time.monotonic())
            await queue.put(body)
            if number % LOOK_EVERY == 0 and (oldest := await queue.oldest_enqueued_at()):
                age = datetime.now(UTC) - oldest
                worst_seconds = max(worst_seconds, age.total_seconds())
    return worst_seconds


async def _put_all(home: Path, bodies: Sequence[bytes]) -> None:
    async with _opened(home) as queue:
        for i in range(0, len(bodies), PUTS_AT_ONCE):
            await asyncio.gather(*(queue.put(body) for body in bodies[i : i + PUTS_AT_ONCE]))


async def _await_empty(home: Path) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    async with _opened(home) as queue:
        while await queue.depth():
            if time.monotonic() > deadline:
                raise TimeoutError("the worker does not come to an end")
            await asyncio.sleep(POLL_SECONDS)


async def _depth(home: Path) -> int:
    async with _opened(home) as queue:
        return await queue.depth()


@asynccontextmanager
async def _opened(home: Path) -> AsyncIterator[SqliteQueue]:
    queue = SqliteQueue(home / "queue.sqlite", QUEUE_NAME)
    try:
        yield queue
    finally:
        await queue.close()
