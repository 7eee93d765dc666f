"""Rounds in, a table out: how soon a sampler has its first sample, and how long `start` takes.

Wall time. A fresh checkout has no .pyc files, as an action's that a runner has just fetched.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from .processes import ROOT
from .sampler_readers import ISOLATED
from .tables import figure, markdown

_PACKED = ("action", *(f"src/{room}" for room in ("model", "analysis", "charts", "sampler")))
_HEADS = ("start of a sampler", "median ms", "least", "most")


BARE = "bare `python3 -I -S`"
FIRST_SAMPLE = "from exec to the first sample"
START = "`start`, to its return"
FRESH_START = "`start` in a fresh checkout"


def start_table(rounds: int) -> str:
    """How long each takes: medians, and what they lie between."""
    rows = [
        [name, *(figure(told) for told in (median(each), min(each), max(each)))]
        for name, each in starts_ms(rounds).items()
    ]
    load = os.getloadavg()[0]
    return f"Of {rounds} starts; load average {load:.1f}.\n\n{markdown(_HEADS, rows)}"


def starts_ms(rounds: int) -> dict[str, list[float]]:
    """One kind after another, round by round, so that noise meets all."""
    kinds: dict[str, Callable[[Path], float]] = {
        BARE: _bare_ms,
        FIRST_SAMPLE: _first_sample_ms,
        START: _start_ms,
        FRESH_START: _fresh_start_ms,
    }
    found: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, kind in kinds.items():
            with TemporaryDirectory() as folder:
                found[name].append(kind(Path(folder)))
    return found


def _bare_ms(_: Path) -> float:
    began = time.perf_counter()
    subprocess.run([*ISOLATED, "-c", ""], check=True)
    return (time.perf_counter() - began) * 1000


def _first_sample_ms(folder: Path) -> float:
    """What is in the background, which says when it has it."""
    (folder / "marks").mkdir()
    began = time.perf_counter()
    command = [*_sampler(ROOT), "daemon", "0", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"sampling\n"
        took = time.perf_counter() - began
        process.terminate()
    return took * 1000


def _start_ms(folder: Path, root: Path = ROOT) -> float:
    options = ("--dir", str(folder / "telemetry"))
    began = time.perf_counter()
    subprocess.run([*_sampler(root), "start", *options], check=True)
    took = time.perf_counter() - began
    subprocess.run([*_sampler(root), "stop", *options], check=True)
    return took * 1000


def _fresh_start_ms(folder: Path) -> float:
    return _start_ms(folder, fresh_checkout(folder / "checkout"))


def fresh_checkout(folder: Path) -> Path:
    """What a runner fetches of us, as far as the action needs it: nothing of it is compiled."""
    for room in _PACKED:
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, folder / room, ignore=without)
    shutil.copy(ROOT / "src" / "__init__.py", folder / "src")
    shutil.copy(ROOT / "action.yml", folder)
    return folder


def _sampler(root: Path) -> list[str]:
    return [*ISOLATED, str(root / "action" / "sampler.py")]
