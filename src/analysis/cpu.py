"""A series in; the CPU time that all its processes and the rest of the machine used by each sample.

In microseconds.
"""

from __future__ import annotations

from itertools import accumulate
from operator import add, sub

from ..model.named_tuples import NamedTuple
from ..model.samples import CGROUP_CPU_US, CPU_SYSTEM, CPU_USER, Host
from .segments import Rises
from .series import Counter, Series, Span, machine_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Optional, Sequence

_SECOND_US = 1_000_000


class Cpu(NamedTuple):
    """What the owners' processes used in the intervals, and what all had used by each sample.

    `known` and `looked` are of the rest, beside the owners' processes, and as in Counter.
    """

    owners: dict[str, list[Rises]]
    total_us: list[float]
    tick_us: float
    known: list[Span]
    looked: list[Span]


def cpu_of(series: Series) -> Optional[Cpu]:
    """None where neither the machine nor its processes were looked at."""
    tick_us = _SECOND_US / series.host.ticks_per_second
    owners = {key: series.owner_ticks(key) for key in series.owner_births_ms()}
    machine = _machine(series, tick_us)
    if machine is None and not owners:
        return None
    owned = [0] * len(series.lengths_ms)
    for part in owners.values():
        for first, ticks in part:
            where = slice(first, first + len(ticks))
            owned[where] = map(add, owned[where], ticks)
    owned_us = [used * tick_us for used in accumulate(owned, initial=0)]
    machine_us = _completed(machine, owned_us, series) if machine else owned_us
    # Where the rest can never be seen, as in a container without its group, there is none.
    whole = _whole(series)
    known, looked = (machine.known, machine.looked) if machine else (whole, whole)
    return Cpu(owners, reconciled(machine_us, owned_us), tick_us, known, looked)


def _whole(series: Series) -> list[Span]:
    return [Span(part.times_ms[0], part.times_ms[-1]) for part in series.segments]


def reconciled(machine: Sequence[float], owned: Sequence[float]) -> list[float]:
    """What was used by each sample: never less within an interval than by its processes.

    Processes may seem to use more than the machine: a reaped child's whole life counts at its end,
    and the kernel rounds. Then that was the machine's rest shortly before, which is taken back, so
    that nothing counts twice; where no rest is left to take, the processes are believed.
    """
    rests = list(map(sub, machine, owned))
    filled = list(map(sub, rests, accumulate(rests, min)))  # raised by what was lacking so far
    kept = list(accumulate(reversed(filled), min))[::-1]
    return [part - owned[0] + rest for part, rest in zip(owned, kept)]


def _completed(machine: Counter, owned_us: list[float], series: Series) -> list[float]:
    """Where the machine was not looked at, its processes' use is all that is known of it."""
    if machine.known == [series.seen]:
        return machine.values
    seen = [False] * len(series.lengths_ms)
    for span in machine.known:
        inner = series.mostly_within(span)
        seen[inner.start : inner.stop] = [True] * len(inner)
    pairs = zip(seen, rises(machine.values), rises(owned_us))
    return list(accumulate((told if known else own for known, told, own in pairs), initial=0.0))


def rises(counts: Sequence[float]) -> Iterator[float]:
    """How much was counted in each interval."""
    return (after - before for before, after in zip(counts, counts[1:]))


def _machine(series: Series, tick_us: float) -> Optional[Counter]:
    """What the control group used where one limits the job, else the whole machine.

    What may use a part of the machine is not known from the machine's use, which is others', too.
    """
    host = series.host
    if is_limited(host):
        group = series.counter(machine_column(CGROUP_CPU_US))
        if group:
            return group
    if host.is_container or host.cpu_limit_cores is not None:
        return None
    user, system = (series.counter(machine_column(name)) for name in (CPU_USER, CPU_SYSTEM))
    if not (user and system):
        return None
    ticks = zip(user.values, system.values)
    return Counter([(one + two) * tick_us for one, two in ticks], user.known, user.looked)


def is_limited(host: Host) -> bool:
    """Whether a control group stands for what the job may use and is to blame for."""
    limits = (host.cpu_limit_cores, host.memory_limit_kb)
    return host.is_container or any(limit is not None for limit in limits)
