"""A sample of the machine and its processes in; a line of the raw telemetry file out, as a dict.

Seven keys are as they have long been: `timestamp` (UTC), `processes_memory`, `processes_cpu`,
`disk_space`, `network`, `system_load`, `memory_stats`. Beside them stand `time_ms`, `cpu`,
`disk_io`, `pressure`, `cgroup`, `steps`, `sampler`, and in a sampler's first line `host`. Counters
count since boot, but those of `steps` and `sampler` since the sampler began; rates are those since
the line before. What could not be read is null.
"""

from __future__ import annotations

import time

from ...model import samples
from .top_processes import by_cpu, by_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Optional

    from ...analysis.process import Reading
    from ...model.samples import Host, Owner
    from ..moment import Moment

    Told = dict[str, object]

_CPU_NAMES = ("user", "system", "idle", "iowait", "steal")
_STALLED, _CGROUP_STALLED = "stalled_", "cgroup_stalled_"
_KIB = 1024
_US = 1_000_000


class Looked:
    """All that a line is made of; `readings` are those of all processes, `loads` the load averages.

    `thinned` is how often every second line before this one was left out, `every` is of how many
    samples one is written.
    """

    __slots__ = ("every", "loads", "moment", "owners", "readings", "thinned")

    def __init__(
        self,
        moment: Moment,
        *,
        readings: Sequence[Reading],
        owners: Sequence[Owner],
        loads: Optional[tuple[float, float, float]] = None,
        every: int = 1,
        thinned: int = 0,
    ) -> None:
        """As it was at one moment."""
        self.moment = moment
        self.readings = readings
        self.owners = owners
        self.loads = loads
        self.every = every
        self.thinned = thinned


def line(now: Looked, before: Optional[Looked], host: Host, sampler: str) -> Told:
    """One line; `before` is what the line before it was made of, None for a sampler's first."""
    moment = now.moment
    told: Told = {
        "timestamp": _timestamp(moment.time_ms),
        "processes_memory": by_memory(now.readings, host),
        "processes_cpu": _by_cpu(now, before, host),
        "disk_space": _disk_space(moment, host),
        "network": _network(moment, before),
        "system_load": _system_load(now, before, host),
        "memory_stats": _memory_stats(moment, host),
        "time_ms": moment.time_ms,
        "uptime_ms": moment.uptime_ms,
        "cpu": _cpu(moment, host),
        "disk_io": {
            name: dict(zip(samples.DISK_COLUMNS, counters))
            for name, counters in moment.disks.items()
        },
        "pressure": _pressure(moment, _STALLED),
        "cgroup": _cgroup(moment),
        "steps": _steps(now.owners, host),
        "sampler": _sampler(now, host, sampler),
    }
    if before is None:
        told["host"] = {name: getattr(host, name) for name in host.__slots__}
    return told


def _timestamp(time_ms: int) -> str:
    seconds, ms = divmod(time_ms, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(seconds))}.{ms:03}000"


def _by_cpu(now: Looked, before: Optional[Looked], host: Host) -> list[Told]:
    """Since the line before; what was before the first is not told."""
    if before is None:
        return []
    return by_cpu(now.readings, before.readings, _seconds_between(before, now), host)


def _disk_space(moment: Moment, host: Host) -> list[Told]:
    spaces = ((point, size, moment.free_kb[point]) for point, size in host.filesystems.items())
    return [
        {
            "mount": point,
            "total_bytes": size_kb * _KIB,
            "free_bytes": _bytes(free_kb),
            "used_percent": None if free_kb is None else _percent(size_kb - free_kb, size_kb),
        }
        for point, size_kb, free_kb in spaces
    ]


def _network(moment: Moment, before: Optional[Looked]) -> list[Told]:
    """All interfaces that lead out of the machine, together."""
    names = ("received_bytes", "sent_bytes")
    told: Told = {"interface": "all"}
    for name in names:
        now = moment.columns[f"network_{name}"]
        was = before.moment.columns[f"network_{name}"] if before else None
        told[name] = now
        told[f"{name}_per_second"] = _rate(now, was, moment, before)
    return [told]


def _system_load(now: Looked, before: Optional[Looked], host: Host) -> Told:
    one, five, fifteen = now.loads or (None, None, None)
    return {
        "load_1m": one,
        "load_5m": five,
        "load_15m": fifteen,
        "cpu_count": host.cpus,
        "cpu_percent": _cpu_percent(now, before, host),
    }


def _cpu_percent(now: Looked, before: Optional[Looked], host: Host) -> Optional[float]:
    """Of all CPUs together, since the line before."""
    if before is None:
        return None
    used = 0
    for name in (samples.CPU_USER, samples.CPU_SYSTEM):
        ticks, earlier = now.moment.columns[name], before.moment.columns[name]
        if ticks is None or earlier is None:
            return None
        used += max(0, ticks - earlier)
    allowed = _seconds_between(before, now) * host.ticks_per_second * host.cpus
    return min(100.0, _percent(used, allowed) or 0.0)


def _memory_stats(moment: Moment, host: Host) -> Told:
    """Used is what is not available: without what caches would give back."""
    total_kb, used_kb = host.memory_total_kb, moment.columns[samples.MEMORY_USED_KB]
    return {
        "total_bytes": total_kb * _KIB,
        "used_bytes": _bytes(used_kb),
        "available_bytes": _bytes(None if used_kb is None else total_kb - used_kb),
        "used_percent": None if used_kb is None else _percent(used_kb, total_kb),
        "swap_total_bytes": _bytes(host.swap_total_kb),
        "swap_used_bytes": _bytes(moment.columns[samples.SWAP_USED_KB]),
        "oom_kills": moment.columns[samples.OOM_KILLS],
    }


def _cpu(moment: Moment, host: Host) -> Told:
    """Seconds of all CPUs together, since boot."""
    found = ((name, moment.columns[f"cpu_{name}"]) for name in _CPU_NAMES)
    return {
        f"{name}_seconds": None if ticks is None else ticks / host.ticks_per_second
        for name, ticks in found
    }


def _cgroup(moment: Moment) -> Told:
    """Of the control group that limits the job; nulls where there is none."""
    columns = moment.columns
    return {
        "cpu_seconds": _seconds_of_us(columns[samples.CGROUP_CPU_US]),
        "throttled_seconds": _seconds_of_us(columns[samples.CGROUP_THROTTLED_US]),
        "memory_bytes": _bytes(columns[samples.CGROUP_MEMORY_KB]),
        "oom_kills": columns[samples.CGROUP_OOM_KILLS],
        **{f"{_STALLED}{of}": told for of, told in _pressure(moment, _CGROUP_STALLED).items()},
    }


def _pressure(moment: Moment, prefix: str) -> Told:
    """How long work stood still for want of each: some of it, or all (`full`), since boot."""
    names = (name for name in moment.columns if name.startswith(prefix))
    return {
        f"{name[len(prefix) : -len('_us')]}_seconds": _seconds_of_us(moment.columns[name])
        for name in names
    }


def _steps(owners: Iterable[Owner], host: Host) -> Told:
    """By the runner's id of each step: what its processes have used, and hold."""
    return {
        owner.key: {
            "born_ms": owner.born_ms,
            "cpu_seconds": owner.cpu_ticks[-1] / host.ticks_per_second,
            "memory_bytes": owner.resident_kb[-1] * _KIB,
        }
        for owner in owners
        if owner.cpu_ticks
    }


def _sampler(now: Looked, host: Host, sampler: str) -> Told:
    columns: Mapping[str, Optional[int]] = now.moment.columns
    return {
        "id": sampler,
        "interval_seconds": host.interval_ms / 1000,
        "cpu_seconds": _seconds_of_us(columns[samples.SAMPLER_CPU_US]),
        "missed_ticks": columns[samples.SAMPLER_MISSED_TICKS],
        "every": now.every,
        "thinned": now.thinned,
    }


def _seconds_between(before: Looked, now: Looked) -> float:
    return max(1, now.moment.uptime_ms - before.moment.uptime_ms) / 1000


def _rate(
    now: Optional[int], was: Optional[int], moment: Moment, before: Optional[Looked]
) -> Optional[float]:
    if now is None or was is None or before is None:
        return None
    ms = max(1, moment.uptime_ms - before.moment.uptime_ms)
    return round(max(0, now - was) * 1000 / ms, 1)


def _percent(part: float, whole: float) -> Optional[float]:
    return round(100 * part / whole, 2) if whole else None


def _bytes(kb: Optional[int]) -> Optional[int]:
    return None if kb is None else kb * _KIB


def _seconds_of_us(us: Optional[int]) -> Optional[float]:
    return None if us is None else us / _US
