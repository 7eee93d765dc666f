"""The sample batch: what a sampler saw on a runner, in columns, for queue and judge.

A column has one value a sample, in the order of time: a *counter* as the kernel gives it, ever
rising, or a *gauge* as read; None where it could not be read. A batch stands for itself: host facts
and absolute values are in each, so that any batch may be lost or come twice. (sampler, sequence)
names it.

CPU time and memory of processes are summed by their *owner*, the step in whose environment they
were born, for all processes, however short-lived. Which processes those were, by name, is in
a segment of its own, for the ten that did most: most readers never decode it.

On the collecting path of a sampler, so without dataclasses and typing: they double its start.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Optional, Union

    Column = list[Optional[int]]
    Processes = Union[str, dict[str, Any]]
    """A JSON text, or the table that it is, its values checked: see `process_groups`."""

SAMPLES = "samples"
"""The kind of event that a batch is, beside GitHub's workflow_run and workflow_job."""

VERSION = 1

LONGEST_NAME = 256  # of a disk, a mount point, an owner, a process
MOST_OWNERS = 1_000
MOST_DISKS = MOST_FILESYSTEMS = 64
MOST_SAMPLES = 3_600  # of a batch

# Columns of the whole machine. CPU in ticks (Host.ticks_per_second), machine-wide.
CPU_USER = "cpu_user"  # with nice; guest is inside
CPU_SYSTEM = "cpu_system"  # with irq and softirq
CPU_IDLE = "cpu_idle"
CPU_IOWAIT = "cpu_iowait"  # idle too; may run backwards
CPU_STEAL = "cpu_steal"
MEMORY_USED_KB = "memory_used_kb"  # MemTotal - MemAvailable
SWAP_USED_KB = "swap_used_kb"
OOM_KILLS = "oom_kills"  # /proc/vmstat
NETWORK_RECEIVED_BYTES = "network_received_bytes"  # of the interfaces that lead out
NETWORK_SENT_BYTES = "network_sent_bytes"
STALLED_CPU_US = "stalled_cpu_us"  # /proc/pressure: "some" totals …
STALLED_MEMORY_US = "stalled_memory_us"
STALLED_IO_US = "stalled_io_us"
STALLED_MEMORY_FULL_US = "stalled_memory_full_us"  # … and "full" ones
STALLED_IO_FULL_US = "stalled_io_full_us"
# Columns of the control group that limits the job, where there is one.
CGROUP_CPU_US = "cgroup_cpu_us"
CGROUP_THROTTLED_US = "cgroup_throttled_us"
CGROUP_MEMORY_KB = "cgroup_memory_kb"  # memory.current - cached files
CGROUP_OOM_KILLS = "cgroup_oom_kills"
CGROUP_STALLED_CPU_US = "cgroup_stalled_cpu_us"  # its own cpu.pressure and the like, as above
CGROUP_STALLED_MEMORY_US = "cgroup_stalled_memory_us"
CGROUP_STALLED_IO_US = "cgroup_stalled_io_us"
CGROUP_STALLED_MEMORY_FULL_US = "cgroup_stalled_memory_full_us"
CGROUP_STALLED_IO_FULL_US = "cgroup_stalled_io_full_us"
# Columns of the sampler itself, since it began.
SAMPLER_CPU_US = "sampler_cpu_us"
SAMPLER_MISSED_TICKS = "sampler_missed_ticks"  # it was too late for

# Columns of one disk: a whole device, as /proc/diskstats counts. A sector is 512 bytes.
READS = "reads"
READ_SECTORS = "read_sectors"
READ_MS = "read_ms"
WRITES = "writes"
WRITTEN_SECTORS = "written_sectors"
WRITE_MS = "write_ms"
IO_MS = "io_ms"  # time with something under way
WEIGHTED_MS = "weighted_ms"  # that, times what was under way

GAUGES = frozenset({MEMORY_USED_KB, SWAP_USED_KB, CGROUP_MEMORY_KB})
_STALLED = (
    *(STALLED_CPU_US, STALLED_MEMORY_US, STALLED_IO_US),
    *(STALLED_MEMORY_FULL_US, STALLED_IO_FULL_US),
)
_CGROUP_STALLED = (
    *(CGROUP_STALLED_CPU_US, CGROUP_STALLED_MEMORY_US, CGROUP_STALLED_IO_US),
    *(CGROUP_STALLED_MEMORY_FULL_US, CGROUP_STALLED_IO_FULL_US),
)
COLUMNS = (
    *(CPU_USER, CPU_SYSTEM, CPU_IDLE, CPU_IOWAIT, CPU_STEAL),
    *(MEMORY_USED_KB, SWAP_USED_KB, OOM_KILLS, NETWORK_RECEIVED_BYTES, NETWORK_SENT_BYTES),
    *_STALLED,
    *(CGROUP_CPU_US, CGROUP_THROTTLED_US, CGROUP_MEMORY_KB, CGROUP_OOM_KILLS),
    *_CGROUP_STALLED,
    *(SAMPLER_CPU_US, SAMPLER_MISSED_TICKS),
)
DISK_COLUMNS = (
    *(READS, READ_SECTORS, READ_MS, WRITES, WRITTEN_SECTORS, WRITE_MS),
    *(IO_MS, WEIGHTED_MS),
)

_MIB = 1024  # in KiB
_TICK_US = 10_000  # no finer than CPU time is counted
QUANTA = {
    **dict.fromkeys((MEMORY_USED_KB, SWAP_USED_KB, CGROUP_MEMORY_KB), _MIB),
    **dict.fromkeys((NETWORK_RECEIVED_BYTES, NETWORK_SENT_BYTES), 1024),
    **dict.fromkeys((*_STALLED, *_CGROUP_STALLED), _TICK_US),
    **dict.fromkeys((CGROUP_CPU_US, CGROUP_THROTTLED_US), _TICK_US),
    SAMPLER_CPU_US: 100,
    **dict.fromkeys((READ_SECTORS, WRITTEN_SECTORS), 32),
    **dict.fromkeys((READ_MS, WRITE_MS, IO_MS, WEIGHTED_MS), 10),
}
"""What a column is told to the multiple of, rounded down; others exactly. Sums do not drift by it,
since the counters themselves are rounded. Another quantum is another VERSION."""
FREE_QUANTUM_KB = _MIB
OWNER_RESIDENT_QUANTUM_KB = _MIB
GROUP_RESIDENT_QUANTUM_KB = 2 * _MIB
GROUP_IO_QUANTUM_KB = _MIB


def batch_id(sampler_id: str, sequence: int) -> str:
    """`3f2a…-17`: the 17th batch of this sampler, whose id is hexadecimal."""
    return f"{sampler_id}-{sequence}"


class Host:
    """What does not change while a machine runs; None where unknown or unlimited.

    `boot_id` tells one boot from the next, `filesystems` maps a mount point to its size in KiB,
    `interval_ms` is how often the sampler means to look. `is_container`: the machine's own columns
    (CPU, disks, memory) show more than the job may use or is to blame for.
    """

    __slots__ = (
        "boot_id",
        "cpu_limit_cores",
        "cpus",
        "filesystems",
        "interval_ms",
        "is_container",
        "memory_limit_kb",
        "memory_total_kb",
        "swap_total_kb",
        "system",
        "ticks_per_second",
    )

    def __init__(
        self,
        *,
        cpus: int,
        memory_total_kb: int,
        interval_ms: int = 1000,
        ticks_per_second: int = 100,
        boot_id: str = "",
        cpu_limit_cores: Optional[float] = None,
        memory_limit_kb: Optional[int] = None,
        swap_total_kb: Optional[int] = None,
        filesystems: Optional[dict[str, int]] = None,
        is_container: bool = False,
        system: str = "",
    ) -> None:
        """Facts as read once."""
        self.cpus = cpus
        self.memory_total_kb = memory_total_kb
        self.interval_ms = interval_ms
        self.ticks_per_second = ticks_per_second
        self.boot_id = boot_id
        self.cpu_limit_cores = cpu_limit_cores
        self.memory_limit_kb = memory_limit_kb
        self.swap_total_kb = swap_total_kb
        self.filesystems = filesystems or {}
        self.is_container = is_container
        self.system = system


class Owner:
    """All processes that were born in one step's environment, and those that they bore.

    `key` is the step's GITHUB_ACTION; `born_ms` when the first of them was born, epoch
    milliseconds. `cpu_ticks` counts since the sampler began, dead processes included; it is exact
    at each sample. `resident_kb` is what the living ones hold.
    """

    __slots__ = ("born_ms", "cpu_ticks", "key", "resident_kb")

    def __init__(
        self, key: str, born_ms: int, cpu_ticks: Sequence[int], resident_kb: Sequence[int]
    ) -> None:
        """Columns as long as the batch's."""
        self.key = key
        self.born_ms = born_ms
        self.cpu_ticks = cpu_ticks
        self.resident_kb = resident_kb


class ProcessGroup:
    """Processes of one owner and one name; recorded only when they are among those that do most.

    `owner` is the owner's key, "" for processes without one. `at` are the indices of the samples
    that the other columns speak of; between them nothing is known. `cpu_ticks`, `read_kb`,
    `written_kb` and `seen` (how many processes) rise since the sampler began; what was read and
    written is None where it may not be seen.
    """

    __slots__ = (
        "at",
        "cpu_ticks",
        "name",
        "owner",
        "read_kb",
        "resident_kb",
        "seen",
        "written_kb",
    )

    def __init__(
        self,
        owner: str,
        name: str,
        *,
        at: Sequence[int],
        cpu_ticks: Sequence[int],
        resident_kb: Sequence[int],
        seen: Sequence[int],
        read_kb: Sequence[Optional[int]],
        written_kb: Sequence[Optional[int]],
    ) -> None:
        """All columns are as long as `at`."""
        self.owner = owner
        self.name = name
        self.at = at
        self.cpu_ticks = cpu_ticks
        self.resident_kb = resident_kb
        self.seen = seen
        self.read_kb = read_kb
        self.written_kb = written_kb


class Batch:
    """Some samples of one sampler, in the order of time.

    `time_ms` is the wall clock (epoch), `uptime_ms` the monotonic one since boot: differences are
    taken from that. `disks` and `filesystems` (free KiB) are by name; `job` is what the sampler
    knows of the job it runs in: host, repository_id, run_id, run_attempt, job_id, runner_name.
    `processes` is the segment's JSON text; `batches.decode_processes` reads it.
    """

    __slots__ = (
        "columns",
        "disks",
        "filesystems",
        "final",
        "host",
        "job",
        "owners",
        "processes",
        "sampler",
        "sequence",
        "time_ms",
        "uptime_ms",
    )

    def __init__(
        self,
        *,
        sampler: str,
        sequence: int,
        host: Host,
        time_ms: Sequence[int],
        uptime_ms: Sequence[int],
        final: bool = False,
        job: Optional[dict[str, object]] = None,
        columns: Optional[dict[str, Column]] = None,
        disks: Optional[dict[str, dict[str, Column]]] = None,
        filesystems: Optional[dict[str, Column]] = None,
        owners: Sequence[Owner] = (),
        processes: str = "{}",
    ) -> None:
        """All columns are as long as `time_ms`."""
        self.sampler = sampler
        self.sequence = sequence
        self.host = host
        self.time_ms = time_ms
        self.uptime_ms = uptime_ms
        self.final = final
        self.job = job or {}
        self.columns = columns or {}
        self.disks = disks or {}
        self.filesystems = filesystems or {}
        self.owners = owners
        self.processes = processes

    @property
    def segments(self) -> Sequence[tuple[int, Processes]]:
        """All segments of processes: of how many samples, and what `read_groups` takes."""
        return [(len(self.time_ms), self.processes)]
