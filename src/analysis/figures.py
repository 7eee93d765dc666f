"""What a span used in; the figures that rules judge by, by name, out; None where unknown.

Most are usage's own. The others relate them: to the time that was seen, to what the machine allows.
"""

from __future__ import annotations

from .usage import BY_PROCESS, Machine, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_OF_USAGE = {
    "covered_seconds": "s",
    "cpu_percent_mean": "%",
    "cpu_throttled_seconds": "s",
    "memory_max_bytes": "By",
    "out_of_memory_kills": "{kill}",
    "disk_utilisation_percent": "%",
    "disk_await_ms": "ms",
    "disk_queue_depth": "{operation}",
    "disk_free_min_bytes": "By",
    "disk_free_min_percent": "%",
    "disk_free_fell_bytes": "By",
    "network_received_bytes": "By",
    "network_received_bytes_per_second": "By/s",
}
_RELATED = {
    "cores_allowed": "{core}",
    "cpu_cores_mean": "{core}",
    "cpu_cores_max": "{core}",
    "cpu_stolen_percent": "%",
    "cpu_throttled_percent": "%",
    "memory_allowed_bytes": "By",
    "memory_mean_percent": "%",
    "memory_max_percent": "%",
    "memory_own_percent": "%",
    "disk_operations_per_second": "{operation}/s",
    "network_bytes_per_second": "By/s",
    "stalled_cpu_percent": "%",
    "stalled_memory_percent": "%",
    "stalled_io_percent": "%",
    "top_process_percent": "%",
}
UNITS = {**_OF_USAGE, **_RELATED}
"""Every figure's unit, as a UCUM code."""

FORMULAS = {
    "cores_allowed": "the machine's cores, or the control group's limit",
    "cpu_cores_mean": "cpu_percent_mean / 100 * cores_allowed",
    "cpu_cores_max": "cpu_percent_max / 100 * cores_allowed",
    "cpu_stolen_percent": "cpu_steal_seconds / (cpu_steal_seconds + cpu_seconds)",
    "cpu_throttled_percent": "cpu_throttled_seconds / (covered_seconds * max(cores_allowed, 1))",
    "memory_allowed_bytes": "the machine's memory, or the control group's limit",
    "memory_mean_percent": "memory_mean_bytes / memory_allowed_bytes",
    "memory_max_percent": "memory_max_bytes / memory_allowed_bytes",
    "memory_own_percent": "memory_own_max_bytes / memory_allowed_bytes, where found by process",
    "disk_operations_per_second": "(disk_reads + disk_writes) / covered_seconds",
    "network_bytes_per_second": "the sum of what was received and sent per second",
    "stalled_cpu_percent": "stalled_cpu_seconds / covered_seconds",
    "stalled_memory_percent": "stalled_memory_seconds / covered_seconds",
    "stalled_io_percent": "stalled_io_seconds / covered_seconds",
    "top_process_percent": "CPU seconds of the first in top_by_cpu / cpu_seconds",
}
"""How those come about that are not Usage's own; a percent is 100 times the quotient."""

OF_THE_HOST = frozenset(
    {
        *("disk_utilisation_percent", "disk_await_ms", "disk_queue_depth"),
        *("disk_operations_per_second", "cpu_stolen_percent"),
        *("stalled_cpu_percent", "stalled_memory_percent", "stalled_io_percent"),
    }
)
"""Seen from inside a container, these tell of everybody on the host."""


def figures(usage: Usage, machine: Optional[Machine]) -> dict[str, Optional[float]]:
    """All of `UNITS`; inside a container those `OF_THE_HOST` are not known."""
    own: dict[str, Optional[float]] = {name: getattr(usage, name) for name in _OF_USAGE}
    known = {**own, **_rates(usage), **_shares(usage, machine)}
    if machine is not None and machine.is_container:
        known.update(dict.fromkeys(OF_THE_HOST))
    return known


def _rates(usage: Usage) -> dict[str, Optional[float]]:
    """Per second that was seen."""
    seconds = usage.covered_seconds
    network = _sum(usage.network_received_bytes_per_second, usage.network_sent_bytes_per_second)
    return {
        "disk_operations_per_second": _ratio(_sum(usage.disk_reads, usage.disk_writes), seconds),
        "network_bytes_per_second": network,
        "stalled_cpu_percent": percent(usage.stalled_cpu_seconds, seconds),
        "stalled_memory_percent": percent(usage.stalled_memory_seconds, seconds),
        "stalled_io_percent": percent(usage.stalled_io_seconds, seconds),
    }


def _shares(usage: Usage, machine: Optional[Machine]) -> dict[str, Optional[float]]:
    """Of what is allowed, and of what the span itself used."""
    cores = machine.cores_allowed if machine else None
    memory = machine.memory_allowed_bytes if machine else None
    # A daemon that works for a step (a container's, say) holds memory that is not the step's own.
    own = usage.memory_own_max_bytes if usage.attribution == BY_PROCESS else None
    top = usage.top_by_cpu[0].cpu_seconds if usage.top_by_cpu else None
    return {
        "cores_allowed": cores,
        "cpu_cores_mean": _part(cores, usage.cpu_percent_mean),
        "cpu_cores_max": _part(cores, usage.cpu_percent_max),
        "cpu_stolen_percent": percent(
            usage.cpu_steal_seconds, _sum(usage.cpu_steal_seconds, usage.cpu_seconds)
        ),
        # The kernel adds up the throttling of all CPUs.
        "cpu_throttled_percent": percent(
            usage.cpu_throttled_seconds, usage.covered_seconds * max(cores or 1, 1)
        ),
        "memory_allowed_bytes": memory,
        "memory_mean_percent": percent(usage.memory_mean_bytes, memory),
        "memory_max_percent": percent(usage.memory_max_bytes, memory),
        "memory_own_percent": percent(own, memory),
        "top_process_percent": percent(top, usage.cpu_seconds),
    }


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
