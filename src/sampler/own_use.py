"""Batches in, one after another; what the processes of one owner used and held, out."""

from __future__ import annotations

from ..analysis.one_core import LEAST_CORES, MOST_CORES
from ..model.samples import SAMPLER_CPU_US

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ..model.samples import Batch, Host, Owner, ProcessGroup

_KIB = 1024
_MS_PER_SECOND = 1000
_US_PER_SECOND = 1_000_000


class ProcessesOfAName:
    """What they did, all together; `seen` of them there were. None could not be seen."""

    __slots__ = ("cpu_seconds", "memory_max_bytes", "name", "read_bytes", "seen", "written_bytes")

    def __init__(self, name: str) -> None:
        """Nothing yet."""
        self.name = name
        self.seen = 0
        self.cpu_seconds = 0.0
        self.memory_max_bytes = 0
        self.read_bytes: Optional[int] = None
        self.written_bytes: Optional[int] = None

    def add(self, group: ProcessGroup, ticks_per_second: int) -> None:
        """Its counters go on from batch to batch."""
        self.seen = group.seen[-1]
        self.cpu_seconds = group.cpu_ticks[-1] / ticks_per_second
        self.memory_max_bytes = max(self.memory_max_bytes, max(group.resident_kb) * _KIB)
        self.read_bytes = _bytes(group.read_kb[-1])
        self.written_bytes = _bytes(group.written_kb[-1])


class OwnUse:
    """Of one owner; `cores_max` is where it used most, between two samples.

    `one_core_ms` of the `counted_ms` it kept about one core busy. `memory_max_bytes` is the most
    that was resident in all its processes at a sample.
    """

    def __init__(self, key: str) -> None:
        """The owner's key; nothing is known of it yet."""
        self._key = key
        self._last: Optional[tuple[int, int]] = None
        self.samples = 0
        self.cpu_seconds = 0.0
        self.cores_max: Optional[float] = None
        self.counted_ms = 0
        self.one_core_ms = 0
        self.memory_max_bytes = 0
        self.sampler_cpu_seconds = 0.0
        self.processes: dict[str, ProcessesOfAName] = {}

    @property
    def disk_bytes(self) -> int:
        """What its processes read and wrote, as far as that can be seen."""
        processes = self.processes.values()
        return sum((each.read_bytes or 0) + (each.written_bytes or 0) for each in processes)

    def add(self, batch: Batch) -> None:
        """The next batch of the same sampler."""
        from ..model.batches import decode_processes

        self.samples += len(batch.time_ms)
        self.sampler_cpu_seconds = (batch.columns[SAMPLER_CPU_US][-1] or 0) / _US_PER_SECOND
        for owner in batch.owners:
            if owner.key == self._key:
                self._add_owner(owner, batch)
        for group in decode_processes(batch.processes):
            if group.owner == self._key:
                named = self.processes.setdefault(group.name, ProcessesOfAName(group.name))
                named.add(group, batch.host.ticks_per_second)

    def _add_owner(self, owner: Owner, batch: Batch) -> None:
        self.cpu_seconds = owner.cpu_ticks[-1] / batch.host.ticks_per_second
        self.memory_max_bytes = max(self.memory_max_bytes, max(owner.resident_kb) * _KIB)
        for moment in zip(batch.uptime_ms, owner.cpu_ticks):
            if self._last:
                self._rise(self._last, moment, batch.host)
            self._last = moment

    def _rise(self, before: tuple[int, int], after: tuple[int, int], host: Host) -> None:
        """Between two samples; what lies closer than half an interval, ticks tell too little of."""
        elapsed_ms, used_ticks = after[0] - before[0], after[1] - before[1]
        if elapsed_ms * 2 < host.interval_ms:
            return
        cores = used_ticks / host.ticks_per_second * _MS_PER_SECOND / elapsed_ms
        self.cores_max = max(self.cores_max or 0.0, min(cores, host.cpus))
        self.counted_ms += elapsed_ms
        if LEAST_CORES <= cores <= MOST_CORES:
            self.one_core_ms += elapsed_ms


def _bytes(kb: Optional[int]) -> Optional[int]:
    return None if kb is None else kb * _KIB
