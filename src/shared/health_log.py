"""A service's health in; one log line a minute out, with what changed since the line before.

It also keeps the queue's depth known, by a cheap question every few seconds.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from ..model.semconv import PREFIX
from .errors import QueueUnavailableError
from .health import Health
from .queues.base import Queue

LINE_SECONDS = 60.0
DEPTH_SECONDS = 15.0
DEPTH_DEADLINE_SECONDS = 5.0


log = logging.getLogger(__name__)


class HealthLog:
    """Makes lines out of totals."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._told: Counter[tuple[str, str]] = Counter()

    def line(self, now: datetime) -> dict[str, float]:
        """The keys of the next line: what was added since the last one, and levels as they are."""
        counts = Counter(self._health.counts)
        added = counts - self._told
        self._told = counts
        keys: dict[str, float] = {_key(*named): number for named, number in sorted(added.items())}
        for name, durations in self._health.take_durations().items():
            keys[f"{_key(name)}_mean_seconds"] = round(durations.seconds / durations.count, 4)
            keys[f"{_key(name)}_longest_seconds"] = round(durations.longest_seconds, 4)
        keys |= {_key(name): round(level, 1) for name, level in self._health.levels(now).items()}
        return keys


def _key(name: str, value: str = "") -> str:
    """`github_telemetry.deliveries.refused` by `unsigned`: `deliveries_refused_unsigned`."""
    words = name.removeprefix(PREFIX).replace(".", "_")
    return f"{words}_{value}" if value else words


@asynccontextmanager
async def reporting(health: Health, queue: Queue) -> AsyncIterator[None]:
    """While the block runs, keep the depth known and write lines; a last one in the end."""
    lines = HealthLog(health)
    tasks = [
        asyncio.create_task(_write_lines(lines)),
        asyncio.create_task(_watch_depth(health, queue)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        _write(lines)


async def _write_lines(lines: HealthLog) -> None:
    while True:
        await asyncio.sleep(LINE_SECONDS)
        _write(lines)


def _write(lines: HealthLog) -> None:
    log.info("health", extra=lines.line(datetime.now(UTC)))


async def _watch_depth(health: Health, queue: Queue) -> None:
    while True:
        health.queue_depth = await _depth(queue)
        await asyncio.sleep(DEPTH_SECONDS)


async def _depth(queue: Queue) -> int | None:
    """How deep it is, where it says so in time."""
    try:
        async with asyncio.timeout(DEPTH_DEADLINE_SECONDS):
            return await queue.depth()
    except (QueueUnavailableError, TimeoutError):
        return None
