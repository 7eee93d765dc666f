"""Crash points in, real workers that die there out, and then one that is left alone.

    python -m tests.integration.mortal_worker FOLDER CONNECTION_STRING

For each point a process of its own fills a queue with a run's deliveries and works on them with
the real queue, store and sink, until that point of their I/O, where it kills itself. Points are
counted before and after each call; the first process that outlives its point ends the list. The
last process finishes what lies in all those queues. Written to stdout: how many were killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count, takewhile
from pathlib import Path
from typing import Any

from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import Row
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.frontend.webhook import judge
from src.shared import messages
from src.shared.object_store import folder_store
from src.shared.queues.sqlite import SqliteQueue
from src.simulate.deliveries import Delivery
from tests.integration.small_runs import small_run

# The real one's least is 30 s: a dead worker's messages would come back no earlier.
LEASE_SECONDS = 0.5
EVENTS, POISON = "events", "events-poison"
NOT_AN_ENVELOPE = b"no envelope"


class Fate:
    """Counts the steps of a process, and kills it at the last."""

    def __init__(self, last: int) -> None:
        self._left = last

    def step(self) -> None:
        """One step further."""
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= 1


class Mortal:
    """A queue or a store; fate stands before and behind each of its calls."""

    def __init__(self, part: Any, fate: Fate) -> None:
        self._part = part
        self._fate = fate

    max_message_bytes = None

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*arguments: Any) -> Any:
            self._fate.step()
            result = await getattr(self._part, name)(*arguments)
            self._fate.step()
            return result

        return call


class MortalSink(ApplicationInsightsSink):
    """The real sink; fate stands before and behind each of its requests."""

    def __init__(self, connection_string: str, fate: Fate) -> None:
        super().__init__(connection_string)
        self._fate = fate

    def _export(self, rows: Sequence[Row]) -> bool:
        self._fate.step()
        succeeded = super()._export(rows)
        self._fate.step()
        return succeeded


def queue_in(home: Path, name: str) -> SqliteQueue:
    """A queue of this home."""
    return SqliteQueue(home / "queue.sqlite", name)


async def fill(home: Path, deliveries: Sequence[Delivery]) -> None:
    """Put what the frontend would have put, and something that nobody understands."""
    queue = queue_in(home, EVENTS)
    for body in [*map(_message, deliveries), NOT_AN_ENVELOPE]:
        await queue.put(body)
    await queue.close()


def _message(delivery: Delivery) -> bytes:
    headers = {
        b"content-type": b"application/json",
        b"x-github-event": delivery.event.encode(),
        b"x-github-delivery": delivery.delivery_id.encode(),
    }
    event = judge(headers, delivery.body, (), datetime.now(UTC)).event
    assert event
    return messages.encode([event])


async def work(home: Path, connection_string: str, fate: Fate) -> None:
    """Take batch after batch until the queue is empty."""
    queue, poison = queue_in(home, EVENTS), queue_in(home, POISON)
    parts: list[Any] = [Mortal(p, fate) for p in (queue, poison, folder_store(home / "objects"))]
    sink = MortalSink(connection_string, fate)
    worker = Worker(parts[0], parts[1], State(parts[2]), [sink], Pace(lease_seconds=LEASE_SECONDS))
    while await queue.depth():
        if not (await worker.work()).messages:
            await queue.wait(LEASE_SECONDS)
    assert await poison.depth()
    for part in (queue, poison, sink):
        await part.close()


async def live(home: Path, connection_string: str, point: int) -> None:
    """One life, up to this point."""
    await fill(home, small_run(seed=point).deliveries)
    await work(home, connection_string, Fate(point))


async def finish(homes: Sequence[Path], connection_string: str) -> None:
    """What the dead left."""
    for home in homes:
        await work(home, connection_string, Fate(sys.maxsize))


def dies(task: Callable[[], Coroutine[Any, Any, None]]) -> bool:
    """Whether a process of its own is killed over this task."""
    child = os.fork()
    if child == 0:
        asyncio.run(task())
        os._exit(0)
    exit_code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert exit_code in {0, -signal.SIGKILL}
    return exit_code != 0


def main(folder: Path, connection_string: str) -> int:
    """Live until no point is left; returns how many lives ended at theirs."""
    points = count()
    killed = list(
        takewhile(lambda p: dies(partial(live, folder / str(p), connection_string, p)), points)
    )
    asyncio.run(finish([folder / str(point) for point in killed], connection_string))
    return len(killed)


if __name__ == "__main__":
    sys.stdout.write(str(main(Path(sys.argv[1]), sys.argv[2])))
