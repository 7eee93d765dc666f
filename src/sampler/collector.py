"""Readers in; sample after sample, and what they make, a batch, out."""

from __future__ import annotations

import time

from ..model import samples
from . import clock, machine
from .filesystems import read_space_kb
from .moment import Moment
from .unseen import Unseen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Optional

    from ..analysis.ledger import Ledger
    from ..analysis.process import Reading
    from ..model.samples import Column, Owner
    from .machine import Disks, Machine
    from .proc.diskstats import Counters
    from .processes import Processes

_NS_PER_US = 1000
_US_PER_SECOND = 1_000_000
_COLUMNS = (*machine.COLUMNS, samples.SAMPLER_CPU_US, samples.SAMPLER_MISSED_TICKS)


class Collector:
    """A sampler but for when: all that it sees of the machine and of each process.

    `readings` are those of all processes at the last sample.
    """

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
        self.sampler = sampler
        self.readings: Sequence[Reading] = ()
        self._machine = machine_reader
        self._disks = disks
        self._processes = processes
        self._ledger = ledger
        self._sequence = 0
        self._began_ns = time.process_time_ns()
        self._rows: list[Moment] = []
        self._unseen = Unseen()
        self._wants_all = False

    @property
    def count(self) -> int:
        """Samples since the last batch."""
        return len(self._rows)

    @property
    def owners(self) -> Sequence[Owner]:
        """Who owns processes; their columns grow until there is a batch."""
        return self._ledger.owners()

    def sample(self, *, missed_ticks: int = 0, all_of_them: bool = False) -> Moment:
        """Take one; `all_of_them` reads the idle processes, too, though it is not their turn.

        What it saw of the machine; two of one millisecond are one.
        """
        time_ms, uptime_ms = clock.wall_ms(), clock.uptime_ms()
        if self._rows and uptime_ms <= self._rows[-1].uptime_ms:
            return self._rows[-1]
        machine_values = self._machine.read()
        disks = self._disks.read()
        free_kb = {point: _free_kb(point) for point in self.host.filesystems}
        self.readings = self._processes.read(all_of_them=all_of_them or self._wants_all)
        self._ledger.tick(self.readings)
        cpu_us = (time.process_time_ns() - self._began_ns) // _NS_PER_US
        columns = dict(zip(_COLUMNS, (*machine_values, cpu_us, missed_ticks)))
        moment = Moment(time_ms, uptime_ms, columns=columns, disks=disks, free_kb=free_kb)
        self._rows.append(moment)
        self._wants_all = self._unseen.is_there(self._used_ticks(moment), self._ledger.cpu_ticks)
        return moment

    def _used_ticks(self, moment: Moment) -> Optional[int]:
        """By all processes that can be seen: those of a container are its control group's."""
        if self.host.is_container:
            used_us = moment.columns[samples.CGROUP_CPU_US]
            return used_us and used_us * self.host.ticks_per_second // _US_PER_SECOND
        user, system = moment.columns[samples.CPU_USER], moment.columns[samples.CPU_SYSTEM]
        return None if user is None or system is None else user + system

    def batch(self, *, final: bool = False) -> samples.Batch:
        """What was sampled since the last one, and begin the next."""
        from ..model.process_groups import encode_processes  # it brings json, late enough

        rows = self._rows
        batch = samples.Batch(
            sampler=self.sampler,
            sequence=self._sequence,
            host=self.host,
            final=final,
            time_ms=[row.time_ms for row in rows],
            uptime_ms=[row.uptime_ms for row in rows],
            columns=_known((name, [row.columns[name] for row in rows]) for name in _COLUMNS),
            disks=_disk_columns([row.disks for row in rows]),
            filesystems=_known(
                (point, [row.free_kb[point] for row in rows]) for point in self.host.filesystems
            ),
            owners=self._ledger.owners(),
            processes=encode_processes(self._ledger.processes()),
        )
        self._sequence += 1
        self._ledger.start_window()
        self._rows = []
        return batch


def _free_kb(point: str) -> Optional[int]:
    space_kb = read_space_kb(point)
    return space_kb[1] if space_kb else None


def _known(columns: Iterable[tuple[str, Sequence[Optional[int]]]]) -> dict[str, Column]:
    """Without those in which there is nothing."""
    return {name: list(values) for name, values in columns if any(v is not None for v in values)}


def _disk_columns(rows: Sequence[Mapping[str, Counters]]) -> dict[str, dict[str, Column]]:
    """A disk may come and go; while it is away, nothing is known of it."""
    unknown = (None,) * len(samples.DISK_COLUMNS)
    disks = dict.fromkeys(name for row in rows for name in row)
    return {
        disk: _known(zip(samples.DISK_COLUMNS, zip(*(row.get(disk, unknown) for row in rows))))
        for disk in disks
    }
