"""A part of an hour's join in, its CPU time out: `python -m bench.join_cases CASE`.

Prints `{"cpu_seconds", "count"}` of this process, all threads and the kernel's share included, for
one job of an hour: a real worker on SQLite, with state in a folder and a sink that believes all.

    batches      its batches, one after the other as they come
    completion   its completion, when all of them are there: the join itself
    minutes      the same, when each has a minute of samples, as our own sampler sends them
    unsampled    the completion of a job without samples
    reading      json.loads of its batches (the floor)
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from src.backend.app import spare_collector
from src.backend.extras import ALL, Extras
from src.backend.sinks.archive import Archive
from src.backend.sinks.base import Receipt, Row
from src.backend.state import State
from src.backend.worker import Pace, Worker, utc_now
from src.shared import messages
from src.shared.messages import Event
from src.shared.object_store import folder_store
from src.shared.queues.sqlite import SqliteQueue

from .cases import cpu_seconds_of
from .hour import SAMPLES
from .sampled_hours import BATCH_SECONDS, completion, sampled

ANOTHER = 100  # a job of another run: what is done for the first time costs more
CASES = ("reading", "batches", "completion", "minutes", "unsampled")
MINUTE = 60


class _Believing:
    """Takes every row."""

    async def emit(self, _: Sequence[Row]) -> Receipt:
        return Receipt()

    async def close(self) -> None:
        """Nothing is open."""


class Bench:
    """A worker that is asked for one round at a time."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self._queue = SqliteQueue(folder / "queue.sqlite", "bench")
        store = folder_store(folder / "objects")
        self._worker = Worker(
            self._queue,
            SqliteQueue(folder / "queue.sqlite", "bench-poison"),
            State(store),
            [_Believing()],
            Pace(),
            now=lambda: now,
            extras=Extras(Archive(store), ALL.host_metrics, ALL.traces, ALL.transitions),
        )

    async def take(self, events: Sequence[Event]) -> None:
        """Each as a message of its own, in a round of its own."""
        for event in events:
            await self._queue.put(messages.encode([event]))
            done = await self._worker.work()
            assert done.ended == 1, done.trouble


async def measure(case: str, folder: Path) -> float:
    """CPU seconds of this part of the hour."""
    now = utc_now()
    started = now - timedelta(seconds=SAMPLES)
    batch_seconds = MINUTE if case == "minutes" else BATCH_SECONDS
    bench, batches = Bench(folder, now), list(sampled(1, started, batch_seconds=batch_seconds))
    spare_collector()
    over = [completion(1, started)]
    if case == "reading":
        return await cpu_seconds_of(lambda: _read(batches))
    if case == "batches":
        return await cpu_seconds_of(lambda: bench.take(batches))
    if case in {"completion", "minutes"}:
        await bench.take([*sampled(ANOTHER, started), completion(ANOTHER, started), *batches])
    return await cpu_seconds_of(lambda: bench.take(over))


async def _read(batches: Sequence[Event]) -> None:
    for event in batches:
        json.loads(bytes(event.body))


def main() -> None:
    """Run the case on the command line."""
    with TemporaryDirectory() as folder:
        spent = asyncio.run(measure(sys.argv[1], Path(folder)))
    print(json.dumps({"cpu_seconds": spent, "count": 1}))


if __name__ == "__main__":
    main()
