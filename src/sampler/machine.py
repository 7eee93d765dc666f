"""A mounted /proc in; the machine's columns of one moment out, as model.samples names them."""

from __future__ import annotations

from ..model import samples
from .files import KeptFile, list_folder
from .proc.diskstats import parse_disks, whole_disks
from .proc.meminfo import parse_memory_kb, parse_swap_kb
from .proc.net_dev import parse_network_bytes
from .proc.stat import parse_cpu_ticks
from .proc.vmstat import parse_oom_kills
from .stalls import Stalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from .cgroup.control_group import ControlGroup
    from .proc.diskstats import Counters

_NO_CPU = (None,) * 5
COLUMNS = (
    *(samples.CPU_USER, samples.CPU_SYSTEM, samples.CPU_IDLE),
    *(samples.CPU_IOWAIT, samples.CPU_STEAL),
    *(samples.MEMORY_USED_KB, samples.SWAP_USED_KB, samples.OOM_KILLS),
    *(samples.NETWORK_RECEIVED_BYTES, samples.NETWORK_SENT_BYTES),
    *(samples.STALLED_CPU_US, samples.STALLED_MEMORY_US, samples.STALLED_IO_US),
    *(samples.STALLED_MEMORY_FULL_US, samples.STALLED_IO_FULL_US),
    *(samples.CGROUP_CPU_US, samples.CGROUP_THROTTLED_US),
    *(samples.CGROUP_MEMORY_KB, samples.CGROUP_OOM_KILLS),
    *(samples.CGROUP_STALLED_CPU_US, samples.CGROUP_STALLED_MEMORY_US),
    samples.CGROUP_STALLED_IO_US,
    *(samples.CGROUP_STALLED_MEMORY_FULL_US, samples.CGROUP_STALLED_IO_FULL_US),
)
"""The columns that are filled here, in this order."""


class Machine:
    """What is read of the whole machine, and of the control group that limits a job on it."""

    def __init__(self, proc: str, network: str, group: ControlGroup) -> None:
        """`network` is the folder whose net/dev counts: /proc, or a process's in it."""
        self._group = group
        self._stat = KeptFile(f"{proc}/stat")
        self._meminfo = KeptFile(f"{proc}/meminfo")
        self._vmstat = KeptFile(f"{proc}/vmstat")
        self._network = KeptFile(f"{network}/net/dev")
        pressure = f"{proc}/pressure"
        self._stalls = Stalls(f"{pressure}/cpu", f"{pressure}/memory", f"{pressure}/io")

    def read(self) -> tuple[Optional[int], ...]:
        """A value for each of COLUMNS."""
        meminfo = self._meminfo.read()
        return (
            *(parse_cpu_ticks(self._stat.read()) or _NO_CPU),
            *(parse_memory_kb(meminfo)[1], parse_swap_kb(meminfo)[1]),
            parse_oom_kills(self._vmstat.read()),
            *(parse_network_bytes(self._network.read()) or (None, None)),
            *self._stalls.read_us(),
            *self._group.read_cpu_us(),
            *self._group.read_memory(),
            *self._group.read_stalled_us(),
        )


class Disks:
    """The whole disks that have done anything."""

    def __init__(self, proc: str, sys: str) -> None:
        """`sys` is where /sys is mounted."""
        self._stats = KeptFile(f"{proc}/diskstats")
        self._block = f"{sys}/block"
        self._whole: frozenset[str] = frozenset()
        self._lines = 0

    def read(self) -> dict[str, Counters]:
        """The counters of each by name, in the order of model.samples.DISK_COLUMNS."""
        text = self._stats.read()
        lines = text.count(b"\n")
        if lines != self._lines:  # a device has come or gone
            self._lines = lines
            self._whole = whole_disks(list_folder(self._block))
        disks = parse_disks(text, self._whole)
        return {name: counters for name, counters in disks.items() if any(counters)}
