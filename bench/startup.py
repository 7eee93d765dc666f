"""Rounds in, a table out: how long each part of the product takes from its start to being of use.

Wall time, and the CPU time that all its processes have used by then: where others work on the
machine, only that is told truly. Files warm, every start on a home of its own.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from .bodies import event, job_body
from .machine import cpu_seconds
from .processes import SECRET, await_answer, free_port, python, running
from .queue import await_empty, put_all
from .tables import figure, markdown

LAST_WORDS = b"Ctrl-C stops"  # ends what `up` has to say

Settings = Mapping[str, str]
Seconds = tuple[float, float]  # of the wall's clock and of CPU


def startup_table(rounds: int) -> str:
    """Medians of so many starts of each, one kind after another."""
    starts: dict[str, Callable[[Settings], Seconds]] = {
        "frontend, to answering /ready": _start_frontend,
        "worker, to its first delivery acknowledged": _start_worker,
        "`up`, all three, to its printed answer": partial(_start_all, demo="0"),
        "`up` with the demo day, to its printed answer": partial(_start_all, demo="1"),
    }
    seconds: dict[str, list[Seconds]] = {name: [] for name in starts}
    for _ in range(rounds):
        for name, start in starts.items():
            with TemporaryDirectory() as folder:
                seconds[name].append(start(_settings(folder)))
    rows = [[name, *_figures(values)] for name, values in seconds.items()]
    heads = ("start of", "median s", "least", "most", "CPU s")
    return f"Of {rounds} starts.\n\n{markdown(heads, rows)}"


def _figures(seconds: list[Seconds]) -> list[str]:
    took, used = zip(*seconds, strict=True)
    return [figure(each) for each in (median(took), min(took), max(took), median(used))]


def _settings(home: str) -> Settings:
    return {
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "INSIGHTS_PORT": str(free_port()),
        "GITHUB_TELEMETRY_HOME": home,
        "GITHUB_WEBHOOK_SECRET": SECRET,
    }


def _start_frontend(settings: Settings) -> Seconds:
    started = time.perf_counter()
    with running(python("src", "frontend"), None, settings) as process:
        await_answer(int(settings["PORT"]))
        return _since(started, process.pid)


def _start_worker(settings: Settings) -> Seconds:
    """A delivery waits for it; its rows go to a file, for they need not travel here."""
    home, now = Path(settings["GITHUB_TELEMETRY_HOME"]), datetime.now(UTC)
    put_all(home, [event(job_body(0, "queued", 0, now), 0, now)])
    started = time.perf_counter()
    with running(
        python("src", "backend"), None, {**settings, "JSONL_PATH": str(home / "rows.jsonl")}
    ) as process:
        await_empty(home)
        return _since(started, process.pid)


def _start_all(settings: Settings, demo: str) -> Seconds:
    started = time.perf_counter()
    with running(python("src", "up"), None, {**settings, "DEMO": demo}) as process:
        assert process.stdout is not None
        if not any(LAST_WORDS in line for line in process.stdout):
            raise RuntimeError("`up` ended without an answer")
        return _since(started, process.pid)


def _since(started: float, pid: int) -> Seconds:
    """How long it took, and what the process and its children have used."""
    took = time.perf_counter() - started
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return took, sum(map(cpu_seconds, (pid, *map(int, children))))
