"""Rounds in, a table out: what it costs a runner to send a batch of a minute to the real frontend.

    python -m bench push

A push is a process of its own: Python's start, HTTP, gzip and the key's signature are in its cost.
"""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from src.model.batches import encode

from .batch import busy_batch
from .processes import ROOT
from .queue import depth
from .sampler_readers import ISOLATED
from .serving import serving
from .tables import figure, markdown

REPOSITORY, KEY = "812345671", "a key of the bench"  # the batch's own repository
EVERY_SECONDS = 60  # so often one is started in the course of a job

_BARE = (*ISOLATED, "-c", "")
_PUSH = (*ISOLATED, str(ROOT / "action" / "sampler.py"), "push", "--dir")
_HEADS = ("a process", "CPU ms", "of bare", f"% of a core, one in {EVERY_SECONDS} s")


def push_table(rounds: int) -> str:
    """Medians of CPU time, the kernel's share included, in alternating rounds."""
    kinds: dict[str, Callable[[Path, int], Sequence[str]]] = {
        "bare `python3 -I -S`": lambda _, __: _BARE,
        "a push with nothing to send": lambda folder, _: (*_PUSH, str(folder)),
        "a push of a busy minute": _with_a_batch,
    }
    found: dict[str, list[float]] = {name: [] for name in kinds}
    with TemporaryDirectory() as name, _frontend(Path(name)) as environment:
        home = Path(name)
        for number in range(rounds):
            for kind, (what, command) in enumerate(kinds.items()):
                folder = home / f"{number}-{kind}"
                folder.mkdir()
                (folder / "batches.jsonl").touch()
                found[what].append(_cpu_ms(command(folder, number), environment))
        queued = depth(home)
    told = f"Of {rounds} rounds; {queued} batches came. Load average {os.getloadavg()[0]:.1f}."
    return f"{told}\n\n{markdown(_HEADS, _rows(found))}"


def _rows(found: dict[str, list[float]]) -> Iterator[list[str]]:
    medians = {name: median(each) for name, each in found.items()}
    bare = next(iter(medians.values()))
    for name, cpu_ms in medians.items():
        percent = cpu_ms / (EVERY_SECONDS * 1000) * 100
        yield [name, figure(cpu_ms), figure(cpu_ms / bare), figure(percent)]


def _with_a_batch(folder: Path, seed: int) -> Sequence[str]:
    (folder / "batches.jsonl").write_bytes(encode(busy_batch(seed)) + b"\n")
    return (*_PUSH, str(folder))


def _cpu_ms(command: Sequence[str], environment: dict[str, str]) -> float:
    """Of the command, which succeeds."""
    process = subprocess.Popen(command, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return (used.ru_utime + used.ru_stime) * 1000


@contextmanager
def _frontend(home: Path) -> Iterator[dict[str, str]]:
    """One that takes batches; the environment of those who send them."""
    with serving(home, None, SAMPLES_KEYS=f"{REPOSITORY}:{KEY}") as (port, _):
        yield {
            "PATH": os.environ["PATH"],
            "GITHUB_REPOSITORY_ID": REPOSITORY,
            "TELEMETRY_PUSH_URL": f"http://127.0.0.1:{port}",
            "TELEMETRY_PUSH_SECRET": KEY,
        }
