"""A sampler's samples in; what each says of the machine, by its place among them, out. Pure.

A counter says something of the interval that ends with the sample, where that is known.
"""

from ..analysis.counters import risen_since
from ..analysis.cpu import is_limited
from ..analysis.series import disk_column, filesystem_column, machine_column
from ..model import samples as names
from .host_samples import Read, Samples

_KIB = 1024
_SECTOR_BYTES = 512
_MS_US = 1000
_SECOND_US = 1_000_000

ByPlace = dict[int, float]
"""A figure at the samples that know it, by their places."""


class HostLooks:
    """What the samples of one sampler say.

    Attributes:
        cpu_shares: of the cores allowed, how much was busy; of 1.
        cpu_room_us: the CPU time that there was to be had.
        memory_bytes: in use, never above what is allowed, as when a limit was lowered.
        memory_shares: of what is allowed; empty where nobody knows how much that is.
        disk_read_bytes, disk_written_bytes: of all disks that a sample knew.
        network_received_bytes, network_sent_bytes: by the interfaces that lead out.
        fullest_shares: of the filesystem that is the fullest, what is not free; of 1.
        fullest_mounts: where that is mounted.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = samples
        self._host = samples.host
        self._intervals_ms = dict(samples.intervals_ms())
        self.cpu_room_us = self._cpu_room_us()
        self.cpu_shares = {
            place: min(us / self.cpu_room_us[place], 1.0) for place, us in self._cpu_us().items()
        }
        self.memory_bytes, self.memory_shares = self._memory()
        self.disk_read_bytes = self._disk_bytes(names.READ_SECTORS)
        self.disk_written_bytes = self._disk_bytes(names.WRITTEN_SECTORS)
        self.network_received_bytes = self._rises(machine_column(names.NETWORK_RECEIVED_BYTES))
        self.network_sent_bytes = self._rises(machine_column(names.NETWORK_SENT_BYTES))
        self.fullest_shares: ByPlace = {}
        self.fullest_mounts: dict[int, str] = {}
        for mount, size_kb in sorted(samples.host.filesystems.items()):
            self._compare(mount, size_kb)

    def _cpu_room_us(self) -> ByPlace:
        """A tick that comes at once after a late one counts as half an interval at least.

        The kernel counts CPU time in ticks: in a few milliseconds one looks like many cores.
        """
        host = self._host
        cores = min(host.cpu_limit_cores or host.cpus, host.cpus)
        return {
            place: max(length_ms, host.interval_ms / 2) * _MS_US * cores
            for place, length_ms in self._intervals_ms.items()
        }

    def _cpu_us(self) -> ByPlace:
        """What the judge would look at: the control group where one limits, else the machine."""
        host = self._host
        group = self._rises(machine_column(names.CGROUP_CPU_US)) if is_limited(host) else {}
        if host.is_container or host.cpu_limit_cores is not None:
            return group
        user = self._rises(machine_column(names.CPU_USER))
        system = self._rises(machine_column(names.CPU_SYSTEM))
        tick_us = _SECOND_US / host.ticks_per_second
        both = user.keys() & system.keys()
        return {place: (user[place] + system[place]) * tick_us for place in both} | group

    def _memory(self) -> tuple[ByPlace, ByPlace]:
        """In bytes, and as shares; 0 is a machine of unknown size."""
        limit_kb, total_kb = self._host.memory_limit_kb, self._host.memory_total_kb
        allowed_kb = total_kb if limit_kb is None else min(limit_kb, total_kb)
        used_kb = {place: min(kb, allowed_kb or kb) for place, kb in self._memory_used_kb().items()}
        shares = {place: kb / allowed_kb for place, kb in used_kb.items()} if allowed_kb else {}
        return {place: kb * _KIB for place, kb in used_kb.items()}, shares

    def _memory_used_kb(self) -> ByPlace:
        """As for CPU time; where a limit holds and its group was not seen, nothing."""
        host = self._host
        group = self._gauge(machine_column(names.CGROUP_MEMORY_KB)) if is_limited(host) else {}
        if host.memory_limit_kb is not None:
            return group
        return self._gauge(machine_column(names.MEMORY_USED_KB)) | group

    def _disk_bytes(self, name: str) -> ByPlace:
        sectors: ByPlace = {}
        for disk in self._samples.disks:
            for place, rise in self._rises(disk_column(disk, name)).items():
                sectors[place] = sectors.get(place, 0) + rise
        return {place: rise * _SECTOR_BYTES for place, rise in sectors.items()}

    def _compare(self, mount: str, size_kb: int) -> None:
        """With those so far. One that has grown since its size was read has all free, no more."""
        free_kb = self._gauge(filesystem_column(mount)) if size_kb else {}
        for place, kb in free_kb.items():
            share = 1 - min(kb / size_kb, 1.0)
            if share > self.fullest_shares.get(place, -1):
                self.fullest_shares[place] = share
                self.fullest_mounts[place] = mount

    def _gauge(self, read: Read) -> ByPlace:
        column = self._samples.column(read)
        return {place: level for place, level in enumerate(column) if level is not None}

    def _rises(self, read: Read) -> ByPlace:
        """By how much a counter rose in each interval at both of whose ends it was read."""
        column = self._samples.column(read)
        rises: ByPlace = {}
        for place in self._intervals_ms:
            before, now = column[place - 1], column[place]
            if before is not None and now is not None:
                rises[place] = risen_since(before, now)
        return rises
