"""Rounds in, tables out: what it costs the worker to join samples with jobs, and to keep up.

    python -m bench join

An hour has 240 batches of 15 samples, 30 steps, 200 groups of processes: see `hour`.
"""

import json
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median

from src.shared.messages import Event

from .join_cases import CASES
from .machine import cpu_seconds, served_core
from .processes import output_of, python
from .queue import await_empty, put_steadily
from .sampled_hours import BATCH_SECONDS, sampled
from .tables import figure, markdown
from .worker import believing_sink, running_worker

JOBS, LOAD_SECONDS = 1_000, 30
FIRST_BATCH = 4  # of the hour: two steps are at work
_IMPORT_JSON = "import time; a = time.process_time(); import json; print(time.process_time() - a)"
_TITLES = {
    "reading": "json.loads of its batches (floor)",
    "batches": "its 240 batches, one after the other",
    "completion": "**its completion, joined** with all of them",
    "minutes": "the same with 60 batches of a minute, as our sampler sends them",
    "unsampled": "the completion of a job without samples",
}


# --- an hour ----------------------------------------------------------------------------------


def hour_table(rounds: int) -> str:
    """What each part of a job's hour costs."""
    spent: dict[str, list[float]] = {case: [] for case in CASES}
    for _ in range(rounds):
        for case, values in spent.items():
            values.append(_case_ms(case))
    floor = median(spent["reading"])
    rows = [
        [_TITLES[case], figure(median(values)), figure(median(values) / floor)]
        for case, values in spent.items()
    ]
    about = f"`import json` took {figure(_import_ms(rounds))} ms of CPU."
    return f"{about}\n\n{markdown(('a job of an hour', 'CPU ms', 'of the first'), rows)}"


def _case_ms(case: str) -> float:
    said = json.loads(output_of(python("bench.join_cases", case), served_core()))
    return float(said["cpu_seconds"]) * 1e3


def _import_ms(rounds: int) -> float:
    command = [sys.executable, "-c", _IMPORT_JSON]
    return 1e3 * median(float(output_of(command, served_core())) for _ in range(rounds))


# --- keeping up -------------------------------------------------------------------------------


def load_table(jobs: int = JOBS, seconds: int = LOAD_SECONDS) -> str:
    """What share of a core so many jobs cost that push all the time, and how far it lags behind."""
    events = _pushed(jobs, seconds)
    with ExitStack() as stack:
        url = stack.enter_context(believing_sink())
        worker = stack.enter_context(running_worker(url))
        before, began = cpu_seconds(worker.pid), time.monotonic()
        worst_seconds = put_steadily(worker.home, events, seconds)
        await_empty(worker.home)
        took = time.monotonic() - began
        spent = cpu_seconds(worker.pid) - before
    row = [
        f"{jobs:,}",
        figure(len(events) / seconds),
        f"{100 * spent / took:.0f} %",
        figure(1e3 * spent / len(events)),
        figure(worst_seconds),
    ]
    heads = ("jobs", "batches a second", "of a core", "CPU ms a batch", "worst lag s")
    return f"For {seconds} s, into one worker on SQLite and a folder.\n\n{markdown(heads, [row])}"


def _pushed(jobs: int, seconds: int) -> list[Event]:
    """One batch of each job after the other, as often as they come in that time.

    The job 0 is over: it was the worker's first.
    """
    turns = -(-seconds // BATCH_SECONDS)
    which = slice(FIRST_BATCH, FIRST_BATCH + turns)
    started = datetime.now(UTC) - timedelta(seconds=BATCH_SECONDS * which.stop)
    by_job = [list(sampled(number, started, which)) for number in range(1, jobs + 1)]
    return [events[turn] for turn in range(turns) for events in by_job]
