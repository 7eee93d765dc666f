"""Marks that are due in, what is no longer needed of their runs deleted out; the archive stays.

Samples go when nothing has come to a run's for a week, all else that is remembered of it after five
weeks. Whoever finds something younger marks the run for later. What comes late for a job whose
samples are gone makes it no worse: with fewer batches its revision is lower than what was told.

Any number of workers may sweep at once, and stop anywhere: what is left is found again by its mark,
which goes last. One object after another, so that messages never wait for it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from ..shared.beside import beside
from ..shared.errors import TelemetryError
from ..shared.object_store import ObjectStore
from .sweep_marks import MARKS, SAMPLES_KEPT, STATE_KEPT, mark_key

PAUSE_SECONDS = 900.0
MOST_RUNS = 1_000  # at a time: a hundred thousand a day
KEPT = {"samples": SAMPLES_KEPT, "state": STATE_KEPT}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """How many runs were looked at, and how many of their objects are gone."""

    runs: int = 0
    objects: int = 0


class Sweeper:
    """Deletes what is due."""

    def __init__(self, store: ObjectStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._trouble = ""

    async def run(self) -> None:
        """Sweep now and then, until cancelled; what goes wrong is said once, and tried again."""
        while True:
            try:
                swept = await self.sweep()
            except Exception as exc:  # noqa: BLE001 -- it costs space, and nothing else
                self._say(exc)
            else:
                self._trouble = ""
                if swept.runs:
                    log.info("swept", extra={"runs": swept.runs, "objects": swept.objects})
            await asyncio.sleep(PAUSE_SECONDS)

    def _say(self, error: Exception) -> None:
        if str(error) != self._trouble:
            self._trouble = str(error)
            traceback = None if isinstance(error, TelemetryError) else error
            log.warning("not swept", extra={"reason": self._trouble}, exc_info=traceback)

    async def sweep(self) -> Swept:
        """Look at runs that are due, the longest due first, but not at too many.

        Raises:
            ObjectStoreUnavailableError: the store does not answer.
        """
        runs = objects = 0
        async for mark, run in self._due():
            objects += await self._look_at(run)
            await self._store.delete(mark)
            runs += 1
            if runs == MOST_RUNS:
                break
        return Swept(runs, objects)

    async def _due(self) -> AsyncIterator[tuple[str, str]]:
        """Marks, and their runs as `HOST/RUN`."""
        today = f"{MARKS}{self._now().astimezone(UTC).date()}/"
        for day in sorted(await self._store.folders(MARKS)):
            if day <= today:
                for mark in sorted(await self._store.keys(day)):
                    yield mark, mark.removeprefix(day)

    async def _look_at(self, run: str) -> int:
        """How many objects of the run were deleted; marks it for when the others may be."""
        count = 0
        for room, kept in KEPT.items():
            written = await self._store.written(f"{room}/{run}/")
            latest = max(written.values(), default=None)
            if latest and self._now() - latest < kept:
                await self._store.create(mark_key(run, latest, kept), b"")
                continue
            for key in written:
                await self._store.delete(key)
            count += len(written)
        return count


@asynccontextmanager
async def sweeping(store: ObjectStore, now: Callable[[], datetime]) -> AsyncIterator[None]:
    """While the block runs, sweep."""
    async with beside(Sweeper(store, now).run()):
        yield
