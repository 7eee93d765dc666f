"""Rounds in, a table out: what it costs to measure a job of one hour, beside reading its batches.

python -m bench judge
"""

import json
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from statistics import median

from src.analysis.measure import measure
from src.model.batches import decode, encode

from .hour import hour_batches, hour_job
from .tables import figure, markdown

IMPORTS = {
    "import json": "import json",
    "import src.analysis.judge": "import src.analysis.judge",
}
_IMPORT_MS = "import time; a = time.process_time(); {}; print((time.process_time() - a) * 1000)"


def judge_table(rounds: int) -> str:
    """Medians of CPU time, each as a multiple of a floor of the same run; and memory."""
    job, texts = hour_job(), [encode(batch) for batch in hour_batches()]
    batches = [decode(text) for text in texts]
    work = {
        "json.loads of its batches": lambda: [json.loads(text) for text in texts],
        "decoding them": lambda: [decode(text) for text in texts],
        "measure": lambda: measure(job, batches),
    }
    timed = _medians({name: _timed(part) for name, part in work.items()}, rounds)
    starts = _medians({name: _import_ms(line) for name, line in IMPORTS.items()}, rounds)
    rows = [*_rows(timed), *_rows(starts)]
    memory_mib = _peak_mib(lambda: measure(job, batches))
    told = (
        f"Of {rounds} rounds. Beside its batches, `measure` held {figure(memory_mib)} MiB at most."
    )
    return f"{told}\n\n{markdown(('a job of an hour', 'CPU ms', 'of the first'), rows)}"


def _medians(parts: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """One part after another, round by round, so that noise meets all."""
    turns = [{name: part() for name, part in parts.items()} for _ in range(rounds)]
    return {name: median(turn[name] for turn in turns) for name in parts}


def _rows(medians: dict[str, float]) -> list[list[str]]:
    floor = next(iter(medians.values()))
    return [[name, figure(value), figure(value / floor)] for name, value in medians.items()]


def _timed(part: Callable[[], object]) -> Callable[[], float]:
    def cpu_ms() -> float:
        started = time.process_time()
        part()
        return (time.process_time() - started) * 1000

    return cpu_ms


def _import_ms(line: str) -> Callable[[], float]:
    command = [sys.executable, "-c", _IMPORT_MS.format(line)]
    return lambda: float(subprocess.run(command, check=True, capture_output=True).stdout)


def _peak_mib(part: Callable[[], object]) -> float:
    tracemalloc.start()
    part()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20
