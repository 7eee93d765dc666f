"""A job of one command, as measured, and its own use in; the same without the others, out.

Others on the machine are not the command's to answer for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, Optional

from ..analysis.usage import JobUsage, Machine, ProcessUse, Usage

if TYPE_CHECKING:
    from .own_use import OwnUse, ProcessesOfAName

_MOST_PROCESSES = 5


def alone(used: JobUsage, own: OwnUse, cores_max: Optional[float]) -> JobUsage:
    """With the CPU time and the processes of the command for those of the only step."""
    [only] = used.steps
    usage = _own(only.usage, used.machine, own, cores_max)
    return used._replace(steps=(only._replace(usage=usage),))


def leading(processes: Iterable[ProcessesOfAName]) -> list[ProcessesOfAName]:
    """Those that used most CPU time; of two that used as much, the larger."""
    by_use = sorted(processes, key=lambda each: (each.cpu_seconds, each.memory_max_bytes))
    return by_use[::-1][:_MOST_PROCESSES]


def _own(
    usage: Usage, machine: Optional[Machine], own: OwnUse, cores_max: Optional[float]
) -> Usage:
    if machine is None or usage.cpu_seconds is None or not usage.covered_seconds:
        return usage
    percent = 100 / machine.cores_allowed
    most = tuple(map(_use, leading(own.processes.values())))
    return usage._replace(
        cpu_seconds=own.cpu_seconds,
        cpu_seconds_by_time=0.0,
        cpu_percent_mean=min(own.cpu_seconds / usage.covered_seconds * percent, 100.0),
        cpu_percent_max=None if cores_max is None else min(cores_max * percent, 100.0),
        cpu_one_core_percent=100 * own.one_core_ms / own.counted_ms if own.counted_ms else None,
        top_by_cpu=most,
        top_by_memory=tuple(sorted(most, key=lambda each: -each.memory_max_bytes)),
    )


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
