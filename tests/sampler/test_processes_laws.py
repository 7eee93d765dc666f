"""Whatever is born, reaped and orphaned while processes are read, nothing is shown twice."""

from random import Random
from unittest.mock import patch

from src.analysis.process import CHILDREN, CPU
from src.sampler import processes
from src.sampler.process_reader import Watched
from src.sampler.processes import Processes
from tests.analysis.kernel import RUNNER, TENTHS, Kernel

LIVES, TICKS, MOST_PROCESSES = 1000, 60, 12
QUIET = 0.95
"""How often nothing happens between one look and the next: most of the time all are idle."""


class BusyMachine:
    """A kernel on which something may happen before each look at a process; and its reader."""

    def __init__(self, random: Random) -> None:
        self.kernel = Kernel()
        self._random = random

    def meet(self, pid: str) -> Watched | None:
        process = Watched("/none", pid)
        return process if self.look(process) else None

    def look(self, process: Watched) -> bool:
        self._happen()
        task = self.kernel.tasks.get(int(process.pid))
        if task is None or process.start_ticks not in {-1, task.start}:
            return False
        last = process.reading
        reading = (
            *(task.pid, task.start, task.parent, task.key, task.name),
            *(task.own // TENTHS, task.waited_for // TENTHS, 0, None, None, 0),
        )
        process.has_reaped = last is not None and reading[CHILDREN] > last[CHILDREN]
        process.quiet = process.quiet + 1 if reading == last else 0
        process.start_ticks, process.parent = task.start, str(task.parent)
        process.reading = reading
        return True

    def pids(self, _: str) -> list[str]:
        return [str(pid) for pid in self.kernel.tasks]

    def last_pid(self, _: bytes) -> int:
        return self.kernel.forks

    def _happen(self) -> None:
        if self._random.random() < QUIET:
            return
        alive = [RUNNER, *(task.pid for task in self.kernel.alive())]
        pid = self._random.choice(alive)
        deeds = ["wait"] if pid == RUNNER else ["wait", "exit"]
        deed = self._random.choice(["fork", *deeds] if len(alive) < MOST_PROCESSES else deeds)
        if deed == "fork":
            self.kernel.burn(self.kernel.fork(pid, key="step"), 10 * TENTHS)
        else:
            getattr(self.kernel, deed)(pid)


def test_no_cpu_time_is_shown_twice():
    for seed in range(LIVES):
        machine = BusyMachine(Random(seed))  # noqa: S311 -- no secret
        with patch.multiple(processes, list_folder=machine.pids, parse_last_pid=machine.last_pid):
            seen = Processes("/none", machine, has_own_pids=True, most_open=0)
            for tick in range(TICKS):
                shown = sum(reading[CPU] + reading[CHILDREN] for reading in seen.read())
                assert shown * TENTHS <= sum(machine.kernel.truth.values()), (seed, tick)
