"""Seconds and rounds in, two tables out: what sampling costs beside a reader in C; how it begins.

python -m bench sampler
"""

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory

from src.sampler.stored import stored_batches

from .crowd import crowd
from .machine import loading_core
from .processes import ROOT, running
from .sampler_readers import C_FLOOR, ISOLATED, Reader, readers_in, watch
from .tables import figure, markdown

SECONDS = 24
CROWDS = (50, 300)  # processes in all, at least
FORKS = 500  # a second
OWNER = "bench"

_HEADS = ("reader", "processes", "forks/s", "CPU µs a sample", "of C", "% of a core", "RSS MiB")


@dataclass(frozen=True)
class Churn:
    """What forks used by the kernel's word, and by that of the session's files."""

    cpu_seconds: float
    accounted_seconds: float

    @property
    def percent(self) -> float:
        """How much of it was accounted for."""
        return 100 * self.accounted_seconds / self.cpu_seconds


def sampler_table(seconds: int = SECONDS) -> str:
    """Two crowds that sleep, each for so long, and the smaller one beside a process that forks."""
    rows = [row for count in CROWDS for row in _rows(*watch_crowd(count, seconds), forks=0)]
    readers, processes, churn = watch_churn(CROWDS[0], seconds)
    rows += _rows(readers, processes, forks=FORKS)
    has_floor = any(row[0] == C_FLOOR for row in rows)
    skipped = "" if has_floor else " The floor in C needs cc: left out."
    about = f"Medians of {seconds} s each; of a core: means. Load average {os.getloadavg()[0]:.1f}."
    forked = f"Of the forks' {churn.cpu_seconds:.1f} s of CPU {churn.percent:.1f} % were seen."
    return f"{about} {forked}{skipped}\n\n{markdown(_HEADS, rows)}"


def watch_crowd(count: int, seconds: int) -> tuple[list[Reader], int]:
    """What each reader used, and how many processes there were."""
    with TemporaryDirectory() as folder, crowd(count) as there:
        with readers_in(Path(folder)) as readers:
            watch(readers, seconds)
        return readers, there


def watch_churn(count: int, seconds: int) -> tuple[list[Reader], int, Churn]:
    """The same beside a process that forks; and what became of its CPU time."""
    with TemporaryDirectory() as folder, crowd(count) as there:
        with readers_in(Path(folder)) as readers, _forking(seconds + 1) as forking:
            watch(readers, seconds)
            said = json.loads(forking.communicate()[0])
        last = stored_batches(str(Path(folder) / "batches.jsonl"))[-1]
    [ticks] = [owner.cpu_ticks[-1] for owner in last.owners if owner.key == OWNER]
    return readers, there, Churn(said["cpu_seconds"], ticks / last.host.ticks_per_second)


def _forking(seconds: int) -> AbstractContextManager["Popen[bytes]"]:
    """As a step's own command."""
    script = str(ROOT / "bench" / "crowd.py")
    command = (*ISOLATED, script, str(FORKS), str(seconds))
    return running(command, loading_core(), {"GITHUB_ACTION": OWNER})


def _rows(readers: list[Reader], processes: int, *, forks: int) -> Iterator[list[str]]:
    floor = next((reader.microseconds for reader in readers if reader.name == C_FLOOR), None)
    for reader in readers:
        yield [
            reader.name,
            str(processes),
            str(forks),
            figure(reader.microseconds),
            "" if floor is None else f"{reader.microseconds / floor:.2f}",
            f"{reader.percent:.2f}",
            figure(reader.memory_mib),
        ]
