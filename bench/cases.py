"""A part of the worker's work in, its CPU time out: `python -m bench.cases CASE COUNT [URL]`.

Prints `{"cpu_seconds", "count"}` of this process, all threads and the kernel's share included,
from the moment when everything that the case needs is at hand.

    reading      messages to typed deliveries: what has to be done whatever is decided (the floor)
    deciding     messages to decisions, what is known being given
    remembering  messages out of SQLite to rows, with state in a folder, to acknowledgement
    exporting    rows of jobs to an ingestion endpoint through the sink alone (the floor of `rows`)
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from src.backend.arrivals import arrive
from src.backend.batch import plan, read_letters
from src.backend.decide import Known, decide
from src.backend.rows import rows_of
from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import Row
from src.backend.state import State
from src.backend.worker import Pace
from src.shared import messages
from src.shared.github_events import parse_delivery
from src.shared.object_store import folder_store
from src.shared.queues.sqlite import SqliteQueue

from .bodies import event, job_body

STEPS = 12
LIFE = ("queued", "in_progress", "completed")
"""The deliveries of a job, in equal parts."""

MESSAGES_PER_BATCH = Pace().messages_per_batch

Case = Callable[[], Awaitable[None]]


def life_of_jobs(count: int, now: datetime) -> list[messages.Event]:
    """So many events: each job is queued, then in progress, then completed with 12 steps."""
    bodies = (job_body(n // 3, LIFE[n % 3], STEPS, now) for n in range(count))
    return [event(body, n, now) for n, body in enumerate(bodies)]


async def read(encoded: Sequence[bytes]) -> None:
    """Decode and parse."""
    for message in encoded:
        for found in messages.decode(message):
            parse_delivery(found.kind, found.body)


async def decide_known(encoded: Sequence[bytes]) -> None:
    """Decode, parse and decide, by what a job's own deliveries would have left behind."""
    for message in encoded:
        for found in messages.decode(message):
            arrival = arrive(found)
            decide(arrival, Known(gates=(arrival.gate,) if arrival.gate else ()))


async def remember(queue: SqliteQueue, state: State) -> None:
    """What the worker does around its decisions, the sinks left out."""
    while taken := await queue.receive(MESSAGES_PER_BATCH, Pace().lease_seconds):
        letters = [x for m in taken for x in read_letters(m.body, datetime.now(UTC))]
        arrivals = [letter.arrival for letter in letters if letter.arrival]
        await state.note(arrivals)
        known = await state.recall(arrival.subject for arrival in arrivals)
        planned = plan(letters, known, datetime.now(UTC)).planned
        await state.remember((p.subject, p.emission.name) for p in planned)
        await queue.delete(taken)


async def export(sink: ApplicationInsightsSink, batches: Sequence[Sequence[Row]]) -> None:
    """Send the rows as the worker does, a batch of messages at a time."""
    for rows in batches:
        await sink.emit(rows)


async def cpu_seconds_of(case: Case) -> float:
    """CPU time of this process while the case runs."""
    before = time.process_time()
    await case()
    return time.process_time() - before


async def measure(name: str, count: int, url: str, folder: Path) -> float:
    """CPU seconds of the case by this name."""
    now = datetime.now(UTC)
    if name == "exporting":
        sink = ApplicationInsightsSink(connection_string(url))
        return await cpu_seconds_of(partial(export, sink, _rows_of_jobs(count, now)))
    encoded = [messages.encode([found]) for found in life_of_jobs(count, now)]
    if name == "remembering":
        queue = SqliteQueue(folder / "queue.sqlite", "bench")
        await asyncio.gather(*(queue.put(message) for message in encoded))
        state = State(folder_store(folder / "objects"))
        spent = await cpu_seconds_of(partial(remember, queue, state))
        await queue.close()
        return spent
    return await cpu_seconds_of(partial({"reading": read, "deciding": decide_known}[name], encoded))


def connection_string(url: str) -> str:
    """What names the endpoint to a worker; any key will do."""
    return f"InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint={url}"


def _rows_of_jobs(count: int, now: datetime) -> list[list[Row]]:
    """The rows of completed jobs, those of a batch of messages together."""
    arrivals = [arrive(event(job_body(n, "completed", STEPS, now), n, now)) for n in range(count)]
    emissions = [emission for arrival in arrivals for emission in decide(arrival, Known())]
    size = MESSAGES_PER_BATCH
    batches = [emissions[i : i + size] for i in range(0, count, size)]
    return [[row for e in batch for row in rows_of(e, now)] for batch in batches]


def main() -> None:
    """Run the case on the command line."""
    name, count = sys.argv[1], int(sys.argv[2])
    url = sys.argv[3] if len(sys.argv) > 3 else ""
    with TemporaryDirectory() as folder:
        spent = asyncio.run(measure(name, count, url, Path(folder)))
    print(json.dumps({"cpu_seconds": spent, "count": count}))


if __name__ == "__main__":
    main()
