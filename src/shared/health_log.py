"""A service's health in; one log line a minute out, with what changed since the line before.

It also keeps known how deep and how old the queue is, by cheap questions every few seconds, and
warns when the queue cannot be asked: at a start, that is the first sign of a wrong setting.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import count

from ..model.semconv import PREFIX
from .beside import beside
from .errors import QueueUnavailableError
from .health import Health
from .queues.base import Queue

DEPTH_SECONDS = 15.0
LOOKS_PER_LINE = 4
DEPTH_DEADLINE_SECONDS = 5.0
LAST_DEPTH_DEADLINE_SECONDS = 0.5  # whoever waits for the service's end waits for it too

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
    reporter = _Reporter(health, queue)
    try:
        async with beside(reporter.run()):
            yield
    finally:
        await reporter.measure(LAST_DEPTH_DEADLINE_SECONDS)
        reporter.write()


class _Reporter:
    """Measures, then tells: a line has the depth of its own moment, or none."""

    def __init__(self, health: Health, queue: Queue) -> None:
        self._health = health
        self._queue = queue
        self._lines = HealthLog(health)
        self._is_away = False

    async def run(self) -> None:
        """Measure every few seconds, and tell every few times."""
        for look in count():
            await self.measure(DEPTH_DEADLINE_SECONDS)
            if look and look % LOOKS_PER_LINE == 0:
                self.write()
            await asyncio.sleep(DEPTH_SECONDS)

    async def measure(self, within_seconds: float) -> None:
        """How deep and how old the queue is, where it says so in time; an outage is told once."""
        was_away, self._is_away = self._is_away, True
        try:
            async with asyncio.timeout(within_seconds):
                depth = await self._queue.depth()
                self._health.queue_depth, self._is_away = depth, False
                self._health.oldest_waiting_at = await self._queue.oldest_enqueued_at()
        except (QueueUnavailableError, TimeoutError) as exc:
            self._forget()
            if not was_away:
                log.warning("queue unavailable", extra={"error": str(exc) or "took too long"})
        except Exception:
            self._forget()
            log.exception("queue depth unknown")

    def _forget(self) -> None:
        """What was known a while ago is not known now."""
        self._health.queue_depth = self._health.oldest_waiting_at = None

    def write(self) -> None:
        """A line; nothing that is wrong with it ends the service or the next line."""
        try:
            log.info("health", extra=self._lines.line(datetime.now(UTC)))
        except Exception:
            log.exception("no health line")
