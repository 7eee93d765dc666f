"""Rounds in, tables out: the worker's CPU from message to decision, to acknowledged rows; memory.

The worker is the product's own process on a core of its own; messages are put into its SQLite
queue, and a round ends when the queue is empty, which is when every row was acknowledged.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from src.shared import messages

from .bodies import event, job_body
from .cases import STEPS, connection_string, life_of_jobs
from .machine import cpu_seconds, loading_core, memory_mib, served_core
from .processes import await_answer, free_port, output_of, python, running
from .queue import await_empty, put_all
from .tables import figure, markdown

DECISIONS, JOBS = 3_000, 150
MEMORY_AFTER = (5_000, 20_000)
MEMORY_AFTER_LONG = (5_000, 20_000, 50_000, 100_000)
ITEMS_PER_JOB = 2 * (1 + STEPS)  # an event and a span each


# --- from message to decision -----------------------------------------------------------------

_DECISION_CASES = {
    "reading": "reading alone (floor)",
    "deciding": "**to a decision**, what is known being given",
    "remembering": "**to rows and acknowledged**: SQLite, state in a folder; no sink",
}


def decision_table(rounds: int, count: int = DECISIONS) -> str:
    """What a job delivery costs from message to decision."""
    spent: dict[str, list[float]] = {name: [] for name in _DECISION_CASES}
    for _ in range(rounds):
        for name, values in spent.items():
            values.append(_case_microseconds(name, count))
    floor = median(spent["reading"])
    rows = [_case_row(title, median(spent[name]), floor) for name, title in _DECISION_CASES.items()]
    about = f"Deliveries of jobs of {STEPS} steps, a third each queued, in progress, completed."
    return f"{about}\n\n{markdown(('case', 'CPU µs a delivery', 'of floor', 'a second'), rows)}"


def _case_row(title: str, microseconds: float, floor: float) -> list[str]:
    return [
        title,
        figure(microseconds),
        figure(microseconds / floor),
        figure(1e6 / microseconds),
    ]


def _case_microseconds(name: str, count: int, *more: str) -> float:
    said = json.loads(output_of(python("bench.cases", name, str(count), *more), served_core()))
    return float(said["cpu_seconds"]) / count * 1e6


# --- from message to acknowledged rows --------------------------------------------------------


@dataclass
class RunningWorker:
    """A worker process with its home, its sink's URL, and what its rounds gave."""

    home: Path
    url: str
    pid: int
    put_so_far: int = 0
    job_microseconds: list[float] = field(default_factory=list)

    def process_events(self, events: Sequence[messages.Event]) -> float:
        """Let it work on these events until the queue is empty; the CPU seconds it took."""
        before = cpu_seconds(self.pid)
        put_all(self.home, events)
        await_empty(self.home)
        self.put_so_far += len(events)
        return cpu_seconds(self.pid) - before

    def complete_jobs(self, count: int) -> None:
        """One round: so many completed jobs, each unlike any before."""
        now, first = datetime.now(UTC), self.put_so_far
        numbers = range(first, first + count)
        events = [event(job_body(n, "completed", STEPS, now), n, now) for n in numbers]
        self.job_microseconds.append(self.process_events(events) / count * 1e6)


def rows_table(rounds: int, jobs: int = JOBS) -> str:
    """What a completed job costs the worker until its rows are acknowledged."""
    alone: list[float] = []
    with _workers() as (believing, real):
        for worker in (believing, real):
            worker.complete_jobs(jobs)
            worker.job_microseconds.clear()
        for _ in range(rounds):
            believing.complete_jobs(jobs)
            alone.append(_case_microseconds("exporting", jobs, believing.url))
            real.complete_jobs(jobs)
        floor = median(alone)
        measured = {
            "Azure's exporter alone, same rows (floor)": floor,
            "**worker**, to an endpoint that believes everything": median(
                believing.job_microseconds
            ),
            "**worker**, to the stand-in for Application Insights": median(real.job_microseconds),
        }
        memory = max(memory_mib(worker.pid) for worker in (believing, real))
    heads = ("case", "CPU ms a job", "of floor", "jobs/s a core", "CPU µs an item")
    rows = [_rows_row(title, spent, floor) for title, spent in measured.items()]
    share = 100 * floor / measured["**worker**, to an endpoint that believes everything"]
    return (
        f"Completed jobs of {STEPS} steps: {ITEMS_PER_JOB} items each. Share of the exporter:"
        f" {share:.0f} %. Worker's memory: {memory:.0f} MiB.\n\n{markdown(heads, rows)}"
    )


def _rows_row(title: str, microseconds: float, floor: float) -> list[str]:
    return [
        title,
        figure(microseconds / 1e3),
        f"{microseconds / floor:.2f}",
        figure(1e6 / microseconds),
        figure(microseconds / ITEMS_PER_JOB),
    ]


# --- memory -----------------------------------------------------------------------------------


def memory_table(marks: Sequence[int] = MEMORY_AFTER) -> str:
    """The worker's memory after so many deliveries."""
    rows = []
    with ExitStack() as stack:
        url = stack.enter_context(believing_sink())
        worker = stack.enter_context(running_worker(url))
        rows.append(["0", figure(memory_mib(worker.pid))])
        for mark in marks:
            events = life_of_jobs(mark, datetime.now(UTC))[worker.put_so_far :]
            worker.process_events(events)
            rows.append([f"{mark:,}", figure(memory_mib(worker.pid))])
    return markdown(("deliveries", "worker's RSS MiB"), rows)


# --- processes --------------------------------------------------------------------------------


@contextmanager
def _workers() -> Iterator[tuple[RunningWorker, RunningWorker]]:
    """Two workers: one sends to an endpoint that believes everything, one to the stand-in."""
    with ExitStack() as stack:
        believing = stack.enter_context(running_worker(stack.enter_context(believing_sink())))
        real = stack.enter_context(running_worker(stack.enter_context(_stand_in())))
        yield believing, real


@contextmanager
def running_worker(url: str) -> Iterator[RunningWorker]:
    """A worker that sends to this URL, and has had one completed job, number 0."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        settings = {
            "GITHUB_TELEMETRY_HOME": folder,
            "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(url),
        }
        with running(python("src", "backend"), served_core(), settings) as process:
            worker = RunningWorker(home, url, process.pid)
            worker.complete_jobs(1)  # it has started when this is done
            worker.job_microseconds.clear()
            yield worker


@contextmanager
def believing_sink() -> Iterator[str]:
    """The URL of an endpoint that takes all."""
    port = free_port()
    quiet = ("--port", str(port), "--no-access-log", "--log-level", "warning")
    with running(python("uvicorn", "bench.floors.sink:app", *quiet), loading_core()):
        await_answer(port)
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _stand_in() -> Iterator[str]:
    port = free_port()
    with TemporaryDirectory() as folder:
        settings = {"INSIGHTS_PORT": str(port), "GITHUB_TELEMETRY_HOME": folder}
        with running(python("src", "insights"), loading_core(), settings):
            await_answer(port, "/health")
            yield f"http://127.0.0.1:{port}"
