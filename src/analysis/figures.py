"""What a span used in; the figures that rules judge by, by name, out; None where unknown.

Most are usage's own. The others relate them to what the machine allows, and to one another.
"""

from __future__ import annotations

from .rules import ALONE_PERCENT
from .usage import BY_PROCESS, Machine, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_OF_USAGE = {
    "covered_seconds": "s",
    "alone_percent": "%",
    "cpu_percent_mean": "%",
    "cpu_one_core_percent": "%",
    "cpu_stolen_percent": "%",
    "cpu_throttled_seconds": "s",
    "cpu_throttled_percent": "%",
    "memory_max_bytes": "By",
    "out_of_memory_kills": "{kill}",
    "disk_utilisation_percent": "%",
    "disk_await_ms": "ms",
    "disk_queue_depth": "{operation}",
    "disk_operations_per_second": "{operation}/s",
    "disk_free_min_bytes": "By",
    "disk_free_min_percent": "%",
    "disk_free_fell_bytes": "By",
    "network_received_bytes": "By",
    "network_received_bytes_per_second": "By/s",
    "network_sent_bytes": "By",
    "network_sent_bytes_per_second": "By/s",
    "stalled_cpu_percent": "%",
    "stalled_memory_percent": "%",
    "stalled_io_percent": "%",
}
_RELATED = {
    "cores_allowed": "{core}",
    "cpu_cores_mean": "{core}",
    "cpu_own_percent": "%",
    "cpu_own_cores_mean": "{core}",
    "cpu_others_percent": "%",
    "cpu_in_all_percent": "%",
    "memory_allowed_bytes": "By",
    "memory_mean_percent": "%",
    "memory_max_percent": "%",
    "memory_own_percent": "%",
    "disk_own_percent": "%",
    "disk_wait_percent": "%",
    "disk_stalled_percent": "%",
    "network_bytes_per_second": "By/s",
    "top_process_percent": "%",
}
UNITS = {**_OF_USAGE, **_RELATED}
"""Every figure's unit, as a UCUM code."""

FORMULAS = {
    "cores_allowed": "the machine's cores, or the control group's limit",
    "cpu_cores_mean": "cpu_percent_mean / 100 * cores_allowed",
    "cpu_own_percent": "what its own processes have of cpu_percent_mean, beside other steps",
    "cpu_own_cores_mean": "cpu_own_percent / 100 * cores_allowed",
    "cpu_others_percent": "what others on the machine kept busy beside a command (`run`)",
    "cpu_in_all_percent": "cpu_percent_mean + cpu_others_percent",
    "memory_allowed_bytes": "the machine's memory, or the control group's limit",
    "memory_mean_percent": "memory_mean_bytes / memory_allowed_bytes",
    "memory_max_percent": "memory_max_bytes / memory_allowed_bytes",
    "memory_own_percent": "memory_own_max_bytes / memory_allowed_bytes, where found by process or"
    " beside other steps",
    "disk_own_percent": "what its own of the top processes read and wrote /"
    " (disk_read_bytes + disk_written_bytes), beside other steps",
    "disk_wait_percent": "disk_utilisation_percent, or else stalled_io_percent",
    "disk_stalled_percent": "stalled_io_percent, inside a container",
    "network_bytes_per_second": "the sum of what was received and sent per second",
    "top_process_percent": "CPU seconds of the first in top_by_cpu / cpu_seconds",
}
"""How those come about that are not Usage's own; a percent is 100 times the quotient.

`beside other steps`: known only of a step that ran alone for less than half of its time.
"""

OF_THE_HOST = frozenset(
    {
        *("disk_utilisation_percent", "disk_await_ms", "disk_queue_depth"),
        *("disk_operations_per_second", "cpu_stolen_percent"),
    }
)
"""Seen from inside a container, these tell of everybody on the host."""


def figures(
    usage: Usage, machine: Optional[Machine], cpu_others_percent: Optional[float] = None
) -> dict[str, Optional[float]]:
    """All of `UNITS`; inside a container those `OF_THE_HOST` are not known."""
    own: dict[str, Optional[float]] = {name: getattr(usage, name) for name in _OF_USAGE}
    known = {**own, **_shares(usage, machine), **_own(usage, machine)}
    known["cpu_others_percent"] = cpu_others_percent
    if cpu_others_percent is not None:
        # Of a command the disk's figures are told only where they are its own.
        known["disk_own_percent"] = None
    known["cpu_in_all_percent"] = _sum(usage.cpu_percent_mean, cpu_others_percent)
    known["network_bytes_per_second"] = _sum(
        usage.network_received_bytes_per_second, usage.network_sent_bytes_per_second
    )
    is_container = machine is not None and machine.is_container
    if is_container:
        known.update(dict.fromkeys(OF_THE_HOST))
    busy, stalled = known["disk_utilisation_percent"], known["stalled_io_percent"]
    known["disk_wait_percent"] = stalled if busy is None else busy
    known["disk_stalled_percent"] = stalled if is_container else None
    return known


def is_beside_others(usage: Usage) -> bool:
    """Whether others ran for most of its time: a step's other steps, a command's neighbours."""
    return usage.alone_percent is not None and usage.alone_percent < ALONE_PERCENT


def _shares(usage: Usage, machine: Optional[Machine]) -> dict[str, Optional[float]]:
    """Of what is allowed, and of what the span itself used."""
    cores = machine.cores_allowed if machine else None
    memory = machine.memory_allowed_bytes if machine else None
    top = usage.top_by_cpu[0].cpu_seconds if usage.top_by_cpu else None
    return {
        "cores_allowed": cores,
        "cpu_cores_mean": _part(cores, usage.cpu_percent_mean),
        "memory_allowed_bytes": memory,
        "memory_mean_percent": percent(usage.memory_mean_bytes, memory),
        "memory_max_percent": percent(usage.memory_max_bytes, memory),
        "top_process_percent": percent(top, usage.cpu_seconds),
    }


def _own(usage: Usage, machine: Optional[Machine]) -> dict[str, Optional[float]]:
    """What a step's own processes had; they are asked where the machine's figures blame nobody."""
    cores = machine.cores_allowed if machine else None
    memory = machine.memory_allowed_bytes if machine else None
    # A daemon that works for a step (a container's, say) holds memory that is not the step's own.
    held = usage.memory_own_max_bytes if usage.attribution == BY_PROCESS else None
    cpu = disk = None
    if is_beside_others(usage):
        cpu, disk = _own_cpu_percent(usage), _own_disk_percent(usage)
        held = usage.memory_own_max_bytes or 0
    return {
        "cpu_own_percent": cpu,
        "cpu_own_cores_mean": _part(cores, cpu),
        "memory_own_percent": percent(held, memory),
        "disk_own_percent": disk,
    }


def _own_cpu_percent(usage: Usage) -> float:
    own_seconds = (usage.cpu_seconds or 0.0) - (usage.cpu_seconds_by_time or 0.0)
    own_share = _ratio(own_seconds, usage.cpu_seconds) or 0.0
    return own_share * (usage.cpu_percent_mean or 0.0)


def _own_disk_percent(usage: Usage) -> float:
    """Of its share by time. Others' processes are in the top too: it is whose work most was."""
    top = dict.fromkeys((*usage.top_by_cpu, *usage.top_by_memory))
    own = [process for process in top if process.own_cpu_seconds * 2 > process.cpu_seconds]
    moved_bytes = sum((process.read_bytes or 0) + (process.written_bytes or 0) for process in own)
    return percent(moved_bytes, _sum(usage.disk_read_bytes, usage.disk_written_bytes)) or 0.0


def percent(part: Optional[float], whole: Optional[float]) -> Optional[float]:
    """`part` of `whole` in percent; None where either is unknown or there is no whole."""
    ratio = _ratio(part, whole)
    return None if ratio is None else 100 * ratio


def _ratio(part: Optional[float], whole: Optional[float]) -> Optional[float]:
    return None if part is None or not whole else part / whole


def _part(whole: Optional[float], share: Optional[float]) -> Optional[float]:
    return None if whole is None or share is None else whole * share / 100


def _sum(first: Optional[float], second: Optional[float]) -> Optional[float]:
    return None if first is None or second is None else first + second
