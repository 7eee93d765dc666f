"""A job of one command, as measured, and its own use in; the same without the others, out.

Others on the machine are not the command's to answer for: what may as well be theirs is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, Optional

from ..analysis.figures import percent
from ..analysis.usage import BY_PROCESS, JobUsage, Machine, ProcessUse, Usage

if TYPE_CHECKING:
    from .own_use import OwnUse, ProcessesOfAName

LONE_PERCENT = 5.0
"""Of the machine's CPU: where others use less, a command has it to itself."""

IDLE_CORES = 0.005
"""Who uses less CPU does nothing, not even on the network."""

_OWN_DISK_PERCENT = 50.0
_OWN_DISK_LONE_PERCENT = 25.0  # a filesystem's journal writes much of it once more
_OWN_MEMORY_PERCENT = 10.0
_MOST_PROCESSES = 5
_OF_DISK = (
    *("disk_utilisation_percent", "disk_await_ms"),
    *("disk_queue_depth", "disk_operations_per_second"),
)
_OF_NETWORK = ("network_received_bytes_per_second", "network_sent_bytes_per_second")


def alone(used: JobUsage, own: OwnUse, cores_max: Optional[float], disk_bytes: int = 0) -> JobUsage:
    """With what the command used for what the machine did in the only step.

    `disk_bytes` is what it is known to have read and written, be it more than its processes tell.
    """
    [only] = used.steps
    machine, usage = used.machine, only.usage
    if machine is None or usage.cpu_seconds is None or not usage.covered_seconds:
        return used
    others_seconds = max(usage.cpu_seconds - own.cpu_seconds, 0.0)
    others_percent = _percent_of_cores(others_seconds / usage.covered_seconds, machine)
    told = _own(usage, machine, own, cores_max)._replace(
        alone_percent=100.0 if others_percent < LONE_PERCENT else 0.0
    )
    moved_bytes = max(own.disk_bytes, disk_bytes)
    unknown: dict[str, Any] = dict.fromkeys(_of_others(told, machine, moved_bytes))
    steps = (only._replace(usage=told._replace(**unknown)),)
    return used._replace(steps=steps, cpu_others_percent=others_percent)


def leading(processes: Iterable[ProcessesOfAName]) -> list[ProcessesOfAName]:
    """Those that used most CPU time; of two that used as much, the larger."""
    by_use = sorted(processes, key=lambda each: (each.cpu_seconds, each.memory_max_bytes))
    return by_use[::-1][:_MOST_PROCESSES]


def _own(usage: Usage, machine: Machine, own: OwnUse, cores_max: Optional[float]) -> Usage:
    most = tuple(map(_use, leading(own.processes.values())))
    return usage._replace(
        attribution=BY_PROCESS,
        cpu_seconds=own.cpu_seconds,
        cpu_seconds_by_time=0.0,
        cpu_percent_mean=_percent_of_cores(own.cpu_seconds / usage.covered_seconds, machine),
        cpu_percent_max=None if cores_max is None else _percent_of_cores(cores_max, machine),
        cpu_one_core_percent=percent(own.one_core_ms, own.counted_ms),
        memory_own_max_bytes=own.memory_max_bytes,
        top_by_cpu=most,
        top_by_memory=tuple(sorted(most, key=lambda each: -each.memory_max_bytes)),
    )


def _percent_of_cores(cores: float, machine: Machine) -> float:
    return min(cores / machine.cores_allowed * 100, 100.0)


def _of_others(told: Usage, machine: Machine, disk_bytes: int) -> Iterable[str]:
    """The figures that are more likely the others' than the command's."""
    moved_bytes = (told.disk_read_bytes or 0) + (told.disk_written_bytes or 0)
    enough_percent = _OWN_DISK_LONE_PERCENT if told.alone_percent else _OWN_DISK_PERCENT
    if (percent(disk_bytes, moved_bytes) or 0.0) < enough_percent:
        yield from _OF_DISK
    if (told.cpu_seconds or 0.0) < IDLE_CORES * told.covered_seconds:
        yield from _OF_NETWORK
    held = percent(told.memory_own_max_bytes, machine.memory_allowed_bytes) or 0.0
    if not told.alone_percent and held < _OWN_MEMORY_PERCENT:
        yield "out_of_memory_kills"


def _use(process: ProcessesOfAName) -> ProcessUse:
    return ProcessUse(
        process.name,
        process.seen,
        process.cpu_seconds,
        process.memory_max_bytes,
        process.read_bytes,
        process.written_bytes,
        process.cpu_seconds,
    )
