"""A folder in, running readers of processes out: the floor in C, our samples alone, a session.

They share a core and read once a second, each a third of a second after the other, so that what
else the machine does meets all of them alike.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from .machine import cpu_seconds, memory_mib, served_core
from .processes import ROOT, running

C_FLOOR = "C, files kept open"
SAMPLES = "**GitHub Telemetry**, samples alone"
SESSION = "**GitHub Telemetry**, a session with its files"

ISOLATED = (sys.executable, "-I", "-S")
SETTLE_SECONDS = 3.0  # until who was read at every sample, being new, is known to be idle

_OF_A_PROCESS = re.compile(r"/proc/\d+/(stat|statm|io)")


@dataclass
class Reader:
    """A running one: what it used in each second that it was watched, and held after the last."""

    name: str
    pid: int
    cpu_seconds: list[float] = field(default_factory=list)
    memory_mib: float = 0.0

    @property
    def microseconds(self) -> float:
        """CPU time of a sample: the median."""
        return median(self.cpu_seconds) * 1e6

    @property
    def percent(self) -> float:
        """Of a core, all that it did counted."""
        return mean(self.cpu_seconds) * 100


@contextmanager
def readers_in(folder: Path) -> Iterator[list[Reader]]:
    """All of them, without the floor where there is no compiler; `folder` is the session's."""
    (folder / "marks").mkdir(parents=True)
    daemon = (*ISOLATED, str(ROOT / "action" / "sampler.py"), "daemon", "0", "--dir", str(folder))
    alone = (*ISOLATED, str(ROOT / "bench" / "sampler_alone.py"), str(ROOT))
    with ExitStack() as stack:
        found = [_begin(stack, SESSION, daemon), _begin(stack, SAMPLES, alone)]
        if floor := _built(folder):
            found.insert(0, _begin(stack, C_FLOOR, (str(floor), *_kept_open(found[1].pid))))
        time.sleep(SETTLE_SECONDS)
        yield found


def watch(readers: Sequence[Reader], seconds: int) -> None:
    """Note what each uses, second by second, for so long."""
    for reader in readers:
        reader.cpu_seconds.clear()
    began = time.monotonic()
    before = [cpu_seconds(reader.pid) for reader in readers]
    for number in range(1, seconds + 1):
        time.sleep(max(0.0, began + number - time.monotonic()))
        now = [cpu_seconds(reader.pid) for reader in readers]
        for reader, later, earlier in zip(readers, now, before, strict=True):
            reader.cpu_seconds.append(later - earlier)
        before = now
    for reader in readers:
        reader.memory_mib = memory_mib(reader.pid)


def _begin(stack: ExitStack, name: str, command: Sequence[str]) -> Reader:
    process = stack.enter_context(running(command, served_core()))
    time.sleep(1 / 3 + 1)
    return Reader(name, process.pid)


def _kept_open(pid: int) -> list[str]:
    """The files that a reader of ours reads at every sample, but those of single processes."""
    links = (str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())
    kernels = (path for path in links if path.startswith(("/proc/", "/sys/")))
    return [path for path in kernels if not _OF_A_PROCESS.fullmatch(path)]


def _built(folder: Path) -> Path | None:
    """The floor in C, compiled; None where that cannot be done here."""
    compiler, source = shutil.which("cc"), ROOT / "bench" / "floors" / "sampler.c"
    program = folder / "floor"
    if compiler is None:
        return None
    command = [compiler, "-O2", str(source), "-o", str(program)]
    built = subprocess.run(command, check=False, capture_output=True)
    return program if built.returncode == 0 else None
