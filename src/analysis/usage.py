"""What a job and its steps used: the figures, by name and unit; None where unknown. Values only."""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .timeline import Job, Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

COMPLETE, PARTIAL, NONE = "complete", "partial", "none"
BY_PROCESS, BY_TIME, MIXED = "process", "time", "mixed"


class ProcessUse(NamedTuple):
    """What processes of one name did within a step; `seen` of them there were.

    Bytes read and written are None where they could not be seen. `own_cpu_seconds` is the part of
    `cpu_seconds` that is the step's own processes', the rest was split by time.
    """

    name: str
    seen: int
    cpu_seconds: float
    memory_max_bytes: int
    read_bytes: Optional[int]
    written_bytes: Optional[int]
    own_cpu_seconds: float = 0.0


class Usage(NamedTuple):
    """What was used within a span: a step, a job, or what lies between a job's steps.

    Sums (CPU seconds, bytes, operations, steal, throttled) of all steps and of what lies between
    them make the job's. The rest says how the machine was while the span lasted. `samples` says how
    much of the span was seen (`covered_seconds` of `seconds`), `attribution` how its CPU was found:
    by process, by time, or some of each; `cpu_seconds_by_time` is the part of `cpu_seconds` that
    was split among the steps that ran at the time. `alone_percent` is the share of a step's time in
    which it was the only one that ran. What a second brought, and every share of time, is of the
    time in which it was looked at; None where that is less than half.

    Percent of CPU and headroom of memory are of what the control group or else the machine allows.
    Disk figures are of all whole devices, but utilisation is the busiest one's. What was free at
    least is told of one filesystem, that which ran full or else was fullest: in bytes, as a share
    of its size, and how far it had fallen since the span's beginning.
    """

    seconds: Optional[float] = None
    covered_seconds: float = 0.0
    samples: str = NONE
    attribution: Optional[str] = None
    alone_percent: Optional[float] = None

    cpu_seconds: Optional[float] = None
    cpu_seconds_by_time: Optional[float] = None
    cpu_percent_mean: Optional[float] = None
    cpu_percent_max: Optional[float] = None
    cpu_one_core_percent: Optional[float] = None
    cpu_steal_seconds: Optional[float] = None
    cpu_stolen_percent: Optional[float] = None
    cpu_throttled_seconds: Optional[float] = None
    cpu_throttled_percent: Optional[float] = None
    cpu_iowait_seconds: Optional[float] = None

    memory_mean_bytes: Optional[int] = None
    memory_max_bytes: Optional[int] = None
    memory_delta_bytes: Optional[int] = None
    memory_headroom_bytes: Optional[int] = None
    memory_own_max_bytes: Optional[int] = None
    swap_max_bytes: Optional[int] = None
    out_of_memory_kills: Optional[int] = None

    disk_read_bytes: Optional[int] = None
    disk_written_bytes: Optional[int] = None
    disk_reads: Optional[float] = None
    disk_writes: Optional[float] = None
    disk_read_bytes_per_second: Optional[float] = None
    disk_written_bytes_per_second: Optional[float] = None
    disk_operations_per_second: Optional[float] = None
    disk_utilisation_percent: Optional[float] = None
    disk_await_ms: Optional[float] = None
    disk_queue_depth: Optional[float] = None
    disk_free_min_bytes: Optional[int] = None
    disk_free_min_percent: Optional[float] = None
    disk_free_fell_bytes: Optional[int] = None

    network_received_bytes: Optional[int] = None
    network_sent_bytes: Optional[int] = None
    network_received_bytes_per_second: Optional[float] = None
    network_sent_bytes_per_second: Optional[float] = None

    stalled_cpu_seconds: Optional[float] = None
    stalled_memory_seconds: Optional[float] = None
    stalled_io_seconds: Optional[float] = None
    stalled_memory_full_seconds: Optional[float] = None
    stalled_io_full_seconds: Optional[float] = None
    stalled_cpu_percent: Optional[float] = None
    stalled_memory_percent: Optional[float] = None
    stalled_io_percent: Optional[float] = None

    top_by_cpu: tuple[ProcessUse, ...] = ()
    top_by_memory: tuple[ProcessUse, ...] = ()


class Machine(NamedTuple):
    """What a job may use: cores and memory as the control group or else the machine allows.

    `is_container`: figures of disks are the host's, so others may be to blame for them.
    """

    cpus: int
    cores_allowed: float
    memory_total_bytes: int
    memory_allowed_bytes: int
    system: str = ""
    is_container: bool = False


class StepUsage(NamedTuple):
    """A step and what it used; `owner` is the GITHUB_ACTION whose processes are its own."""

    step: Step
    usage: Usage
    owner: Optional[str] = None


class JobUsage(NamedTuple):
    """A job, what it used, and who: its steps in the order of their numbers, and between them.

    `cpu_others_percent` is known of a single command on a machine that others use, too: what they
    kept busy meanwhile of the CPU that is allowed.
    """

    job: Job
    machine: Optional[Machine]
    usage: Usage
    steps: tuple[StepUsage, ...]
    between: Usage
    cpu_others_percent: Optional[float] = None
