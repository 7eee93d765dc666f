"""Readers in; sample after sample, and what they make, a batch, out."""

from __future__ import annotations

import time

from ..model import samples
from . import clock, machine
from .filesystems import read_space_kb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Optional

    from ..analysis.ledger import Ledger
    from ..model.samples import Column
    from .machine import Disks, Machine
    from .proc.diskstats import Counters
    from .processes import Processes

_NS_PER_US = 1000
_COLUMNS = (*machine.COLUMNS, samples.SAMPLER_CPU_US, samples.SAMPLER_MISSED_TICKS)


class Collector:
    """A sampler but for when: all that it sees of the machine and of each process."""

    def __init__(
        self,
        *,
        sampler: str,
        host: samples.Host,
        machine_reader: Machine,
        disks: Disks,
        processes: Processes,
        ledger: Ledger,
    ) -> None:
        """`sampler` is a hexadecimal id, never used before."""
        self.host = host
        self._sampler = sampler
        self._machine = machine_reader
        self._disks = disks
        self._processes = processes
        self._ledger = ledger
        self._sequence = 0
        self._began_ns = time.process_time_ns()
        self._rows: list[_Row] = []

    @property
    def count(self) -> int:
        """Samples since the last batch."""
        return len(self._rows)

    def sample(self, *, missed_ticks: int = 0, all_of_them: bool = False) -> None:
        """Take one; `all_of_them` reads the idle processes, too, whose turn it is not."""
        row = _Row(clock.wall_ms(), clock.uptime_ms())
        if self._rows and row.uptime_ms <= self._rows[-1].uptime_ms:
            return  # two of one millisecond would be one
        machine_values = self._machine.read()
        row.disks = self._disks.read()
        row.free_kb = [_free_kb(point) for point in self.host.filesystems]
        self._ledger.tick(self._processes.read(all_of_them=all_of_them))
        cpu_us = (time.process_time_ns() - self._began_ns) // _NS_PER_US
        row.values = (*machine_values, cpu_us, missed_ticks)
        self._rows.append(row)

    def batch(self, *, final: bool = False) -> samples.Batch:
        """What was sampled since the last one, and begin the next."""
        from ..model.process_groups import encode_processes  # it brings json, late enough

        rows = self._rows
        batch = samples.Batch(
            sampler=self._sampler,
            sequence=self._sequence,
            host=self.host,
            final=final,
            time_ms=[row.time_ms for row in rows],
            uptime_ms=[row.uptime_ms for row in rows],
            columns=_known(zip(_COLUMNS, zip(*(row.values for row in rows)))),
            disks=_disk_columns([row.disks for row in rows]),
            filesystems=_known(zip(self.host.filesystems, zip(*(row.free_kb for row in rows)))),
            owners=self._ledger.owners(),
            processes=encode_processes(self._ledger.processes()),
        )
        self._sequence += 1
        self._ledger.start_window()
        self._rows = []
        return batch


class _Row:
    """One sample of the machine."""

    __slots__ = ("disks", "free_kb", "time_ms", "uptime_ms", "values")

    def __init__(self, time_ms: int, uptime_ms: int) -> None:
        self.time_ms = time_ms
        self.uptime_ms = uptime_ms
        self.values: tuple[Optional[int], ...] = ()
        self.disks: dict[str, Counters] = {}
        self.free_kb: list[Optional[int]] = []


def _free_kb(point: str) -> Optional[int]:
    space_kb = read_space_kb(point)
    return space_kb[1] if space_kb else None


def _known(columns: Iterable[tuple[str, Sequence[Optional[int]]]]) -> dict[str, Column]:
    """Without those in which there is nothing."""
    return {name: list(values) for name, values in columns if any(v is not None for v in values)}


def _disk_columns(rows: Sequence[dict[str, Counters]]) -> dict[str, dict[str, Column]]:
    """A disk may come and go; while it is away, nothing is known of it."""
    unknown = (None,) * len(samples.DISK_COLUMNS)
    disks = dict.fromkeys(name for row in rows for name in row)
    return {
        disk: _known(zip(samples.DISK_COLUMNS, zip(*(row.get(disk, unknown) for row in rows))))
        for disk in disks
    }
