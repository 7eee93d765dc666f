"""Real processes watched, written down, and watched again from paper.

    python -m tests.analysis.real.recording     makes the recording anew

A recording is a JSON file: what was read anew at each tick and who was alive, beside what
getrusage said of each step.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.analysis.real import burners
from tests.analysis.real.proc import TICKS_PER_SECOND, Tree, uptime_ms

RECORDED = Path(__file__).parent / "burners.json"
INTERVAL_SECONDS = 0.25
LONGEST_SECONDS = 120


@dataclass(frozen=True)
class Told:
    """What getrusage says of a step, or of the daemon that one left behind, which has no times."""

    name: str
    key: str
    cpu_seconds: float
    memory_max_kb: int
    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True)
class Tick:
    """Everybody's reading at a moment."""

    time_ms: int
    uptime_ms: int
    readings: list[tuple]


@dataclass(frozen=True)
class Recording:
    """Ticks in the order of time; one line of truth a step, and one for the daemon."""

    ticks: list[Tick]
    truth: list[Told]
    ticks_per_second: int

    def save(self, path: Path) -> None:
        """Only what changed is written."""
        last: dict[int, tuple] = {}
        ticks = []
        for tick in self.ticks:
            fresh = [reading for reading in tick.readings if last.get(reading[0]) != reading]
            last = {reading[0]: reading for reading in tick.readings}
            ticks.append([tick.time_ms, tick.uptime_ms, list(last), fresh])
        truth = [{k: v for k, v in vars(told).items() if v is not None} for told in self.truth]
        whole = {"ticks_per_second": self.ticks_per_second, "truth": truth, "ticks": ticks}
        path.write_text(json.dumps(whole, separators=(",", ":")) + "\n", encoding="utf-8")


def load(path: Path) -> Recording:
    """As it was saved; who was not read anew has the same tuple again."""
    found = json.loads(path.read_text(encoding="utf-8"))
    last: dict[int, tuple] = {}
    ticks = []
    for time_ms, uptime, alive, fresh in found["ticks"]:
        last |= {reading[0]: tuple(reading) for reading in fresh}
        ticks.append(Tick(time_ms, uptime, [last[pid] for pid in alive]))
    truth = [Told(**told) for told in found["truth"]]
    return Recording(ticks, truth, found["ticks_per_second"])


def record(folder: Path, interval_seconds: float = INTERVAL_SECONDS) -> Recording:
    """Run the town and watch it, once before its end and once after."""
    command = [sys.executable, "-I", "-S", burners.__file__, "town", str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as town:
        try:
            ticks = list(_watch(Tree(town.pid), folder / "done", interval_seconds))
        finally:
            town.stdin.close()
    truth = [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]
    return Recording(ticks, [Told(**told) for told in truth], TICKS_PER_SECOND)


def _watch(tree: Tree, done: Path, interval_seconds: float) -> Iterator[Tick]:
    begin = time.monotonic()
    is_done = False
    for number in range(int(LONGEST_SECONDS / interval_seconds)):
        time.sleep(max(0.0, begin + number * interval_seconds - time.monotonic()))
        yield Tick(time.time_ns() // 10**6, uptime_ms(), tree.read())
        if is_done:
            return
        is_done = done.exists()
    raise TimeoutError("the town does not come to an end")


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        record(Path(folder)).save(RECORDED)
