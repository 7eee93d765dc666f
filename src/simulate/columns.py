"""A machine's own columns, as its kernel would give them: the activity and moments in, numbers out.

https://docs.kernel.org/filesystems/proc.html, https://docs.kernel.org/admin-guide/iostats.html,
https://docs.kernel.org/accounting/psi.html, https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from collections.abc import Iterator, Sequence
from math import floor
from random import Random

from ..model import samples as s
from . import activity as a
from .work import Work

TICKS, MS, US = 100, 1_000, 1_000_000  # in a second
SECTOR_BYTES, KIB_BYTES, MIB_KB = 512, 1 << 10, 1 << 10
GIB_KB = 1 << 20
SYSTEM_SHARE = 0.13  # of CPU time is the kernel's
FULL_SHARE = 0.4  # of the time in which something waits, everything does
BACKWARD_SHARE, BACKWARD_TICKS = 0.03, 2  # iowait runs back now and then
ROUNDING = 1e-6  # of sums of floats
JITTER_KB = 900  # of memory, from one look to the next
LEFT_KB = 1_300  # a full disk still has something left
BEFORE = 50_000_000  # counters have counted up to this before the job

Places = Sequence[tuple[int, float]]
Column = list[int | None]
_Sum = tuple[tuple[str, float], ...]  # quantities, and what one of each counts

_USER, _SYSTEM = TICKS * (1 - SYSTEM_SHARE), TICKS * SYSTEM_SHARE
_CPU: dict[str, _Sum] = {
    s.CPU_USER: ((a.JOB_CORES, _USER), (a.OTHER_CORES, _USER)),
    s.CPU_SYSTEM: ((a.JOB_CORES, _SYSTEM), (a.OTHER_CORES, _SYSTEM)),
    s.CPU_IOWAIT: ((a.IOWAIT, TICKS),),
    s.CPU_STEAL: ((a.STEAL, TICKS),),
}
_MACHINE: dict[str, _Sum] = {
    s.OOM_KILLS: ((a.KILLS, 1),),
    s.NETWORK_RECEIVED_BYTES: ((a.RECEIVED_BYTES, 1),),
    s.NETWORK_SENT_BYTES: ((a.SENT_BYTES, 1),),
    s.STALLED_CPU_US: ((a.CPU_STALLED, US),),
    s.STALLED_MEMORY_US: ((a.MEMORY_STALLED, US),),
    s.STALLED_IO_US: ((a.IO_STALLED, US),),
    s.STALLED_MEMORY_FULL_US: ((a.MEMORY_STALLED, US * FULL_SHARE),),
    s.STALLED_IO_FULL_US: ((a.IO_STALLED, US * FULL_SHARE),),
}
_GROUP: dict[str, _Sum] = {
    s.CGROUP_CPU_US: ((a.JOB_CORES, US),),
    s.CGROUP_THROTTLED_US: ((a.THROTTLED, US),),
    s.CGROUP_OOM_KILLS: ((a.KILLS, 1),),
}
_GROUP_STALLED: dict[str, _Sum] = {
    s.CGROUP_STALLED_CPU_US: _MACHINE[s.STALLED_CPU_US],
    s.CGROUP_STALLED_MEMORY_US: _MACHINE[s.STALLED_MEMORY_US],
    s.CGROUP_STALLED_IO_US: _MACHINE[s.STALLED_IO_US],
    s.CGROUP_STALLED_MEMORY_FULL_US: _MACHINE[s.STALLED_MEMORY_FULL_US],
    s.CGROUP_STALLED_IO_FULL_US: _MACHINE[s.STALLED_IO_FULL_US],
}
_DISK: dict[str, _Sum] = {
    s.READS: ((a.READS, 1),),
    s.READ_SECTORS: ((a.READ_BYTES, 1 / SECTOR_BYTES),),
    s.READ_MS: ((a.READ_WAIT, MS),),
    s.WRITES: ((a.WRITES, 1),),
    s.WRITTEN_SECTORS: ((a.WRITTEN_BYTES, 1 / SECTOR_BYTES),),
    s.WRITE_MS: ((a.WRITE_WAIT, MS),),
    s.IO_MS: ((a.DISK_BUSY, MS),),
    s.WEIGHTED_MS: ((a.READ_WAIT, MS), (a.WRITE_WAIT, MS)),
}


class Columns:
    """Makes the columns of one machine, batch by batch."""

    def __init__(self, rng: Random, work: Work) -> None:
        """`rng` draws what the counters had counted before, and the noise of looking."""
        self._rng = rng
        self._machine = work.machine
        self._activity = work.activity
        # The drawing has an order of its own, so that a batch does not depend on another's.
        counters = (*_CPU, s.CPU_IDLE, *_MACHINE, *_GROUP, *_DISK)
        self._before = {name: rng.randrange(BEFORE) for name in counters}
        self._before |= dict.fromkeys(_GROUP_STALLED, 0)  # a group is made for its job

    def machine(self, moments: Sequence[float], places: Places) -> dict[str, Column]:
        """The whole machine's and, where the job has one, its control group's."""
        tables = _MACHINE
        if self._machine.has_group:
            tables = tables | _GROUP | _GROUP_STALLED
        columns = self._cpu(moments, places)
        for name, terms in tables.items():
            columns[name] = [*self._counted(name, terms, places)]
        columns[s.MEMORY_USED_KB] = self._memory(a.MACHINE_MIB, places)
        columns[s.SWAP_USED_KB] = list(self._level_kb(a.SWAP_MIB, places))
        if self._machine.has_group:
            columns[s.CGROUP_MEMORY_KB] = self._memory(a.JOB_MIB, places)
        return columns

    def disk(self, places: Places) -> dict[str, Column]:
        """Its one disk's."""
        return {name: [*self._counted(name, terms, places)] for name, terms in _DISK.items()}

    def free_kb(self, places: Places) -> dict[str, Column]:
        """What the filesystem on it has left, and those that have had nothing all along."""
        at_first = self._machine.disk_free_gib * GIB_KB
        filled = self._activity.totals(a.FILLED_BYTES, places)
        free: Column = [max(round(at_first - now / KIB_BYTES), LEFT_KB) for now in filled]
        full: dict[str, Column] = {mount: [0] * len(free) for mount in self._machine.full_mounts}
        return {"/": free, **full}

    def _cpu(self, moments: Sequence[float], places: Places) -> dict[str, Column]:
        """Ticks; what is left of every core's is idle."""
        spent = {name: self._counted(name, terms, places) for name, terms in _CPU.items()}
        before = self._before[s.CPU_IDLE] + sum(self._before[name] for name in _CPU)
        ticks = self._machine.cpus * TICKS
        idle: Column = [
            before + round(ticks * at) - sum(now)
            for at, now in zip(moments, zip(*spent.values(), strict=True), strict=True)
        ]
        spent[s.CPU_IOWAIT] = [self._run_back(now) for now in spent[s.CPU_IOWAIT]]
        return {s.CPU_IDLE: idle} | {name: [*now] for name, now in spent.items()}

    def _run_back(self, ticks: int) -> int:
        if self._rng.random() < BACKWARD_SHARE:
            return max(ticks - self._rng.randint(1, BACKWARD_TICKS), 0)
        return ticks

    def _counted(self, name: str, terms: _Sum, places: Places) -> list[int]:
        before = self._before[name]
        amounts = [
            [factor * now for now in self._activity.totals(quantity, places)]
            for quantity, factor in terms
        ]
        return [before + floor(sum(now) + ROUNDING) for now in zip(*amounts, strict=True)]

    def _memory(self, quantity: str, places: Places) -> Column:
        gauss = self._rng.gauss
        return [max(kb + round(gauss(0, JITTER_KB)), 0) for kb in self._level_kb(quantity, places)]

    def _level_kb(self, quantity: str, places: Places) -> Iterator[int]:
        levels = self._activity.levels(quantity)
        return (round(levels[cell] * MIB_KB) for cell, _ in places)
