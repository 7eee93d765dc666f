"""A series in; the CPU time that all its processes and the rest of the machine used by each sample.

In microseconds.
"""

from __future__ import annotations

from itertools import accumulate
from typing import NamedTuple, Optional, Sequence

from ..model.samples import CGROUP_CPU_US, CPU_SYSTEM, CPU_USER, Host
from .segments import Rises
from .series import Series, machine_column

_SECOND_US = 1_000_000


class Cpu(NamedTuple):
    """What the owners' processes used in the intervals, and what all had used by each sample."""

    owners: dict[str, list[Rises]]
    total_us: list[float]
    tick_us: float


def cpu_of(series: Series) -> Optional[Cpu]:
    """None where neither the machine nor its processes were looked at."""
    tick_us = _SECOND_US / series.host.ticks_per_second
    owners = {key: series.owner_ticks(key) for key in series.owner_births_ms()}
    machine_us = _machine_us(series, tick_us)
    if machine_us is None and not owners:
        return None
    owned = [0] * len(series.lengths_ms)
    for part in owners.values():
        for first, rises in part:
            for interval, rise in enumerate(rises, first):
                owned[interval] += rise
    owned_us = [ticks * tick_us for ticks in accumulate(owned, initial=0)]
    return Cpu(owners, reconciled(machine_us or owned_us, owned_us), tick_us)


def reconciled(machine: Sequence[float], owned: Sequence[float]) -> list[float]:
    """What was used by each sample: never less within an interval than by its processes.

    Processes may seem to use more than the machine: a reaped child's whole life counts at its end,
    and the kernel rounds. Then that was the machine's rest shortly before, which is taken back, so
    that nothing counts twice; where no rest is left to take, the processes are believed.
    """
    rests = [whole - part for whole, part in zip(machine, owned)]
    lacks = accumulate((rests[0] - rest for rest in rests), max)
    filled = [rest - rests[0] + lack for rest, lack in zip(rests, lacks)]
    kept = list(accumulate(reversed(filled), min))[::-1]
    return [part - owned[0] + rest for part, rest in zip(owned, kept)]


def _machine_us(series: Series, tick_us: float) -> Optional[list[float]]:
    """What the control group used where one limits the job, else the whole machine.

    A container's own use is not known from the machine's, which others use too.
    """
    if is_limited(series.host):
        group = series.counter(machine_column(CGROUP_CPU_US))
        if group:
            return [float(value) for value in group.values]
    if series.host.is_container:
        return None
    user, system = (series.counter(machine_column(name)) for name in (CPU_USER, CPU_SYSTEM))
    if not (user and system):
        return None
    return [(one + two) * tick_us for one, two in zip(user.values, system.values)]


def is_limited(host: Host) -> bool:
    """Whether a control group stands for what the job may use and is to blame for."""
    limits = (host.cpu_limit_cores, host.memory_limit_kb)
    return host.is_container or any(limit is not None for limit in limits)
