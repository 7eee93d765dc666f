"""A series, and who owns what in it, in; what CPU time each step used, and what is between, out.

What an owner's processes use while its step lives is the step's. Everything else - what outlives
its step, what has no certain step, the rest of the machine - is split by time among the steps that
run. Steps and what lies between them make the job's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import truediv

from ..model.named_tuples import NamedTuple
from .cpu import Cpu, cpu_of, rises
from .known_time import KnownTime, common
from .matching import SECOND_MS
from .one_core import LEAST_CORES, MOST_CORES
from .roster import BETWEEN, JOB, Roster
from .segments import Rises
from .series import Series, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional, Sequence

_MS_US = 1000


class Claim(NamedTuple):
    """That what an owner's processes do within the span is one step's."""

    owner: str
    span: Span


class Used(NamedTuple):
    """CPU time in microseconds: of a step's own processes, and split by time.

    `rest_known_ms` is how long there was something to split to look at, None where that is too
    little. `most_cores` are those of an interval: 2.0 is two cores busy throughout;
    `one_core_share` is the share of time in which about one was, None where no time is.
    """

    own_us: float
    by_time_us: float
    rest_known_ms: Optional[float]
    most_cores: float
    one_core_share: Optional[float]


class _Own(NamedTuple):
    """What is claimed of an owner's CPU time in each interval, from the interval `first` on."""

    first: int
    rises_us: list[float]


def claims(
    series: Series, lives: Mapping[int, Span], matched: Mapping[str, Iterable[int]]
) -> dict[int, Claim]:
    """What each step with an owner may claim, by the step's index.

    A life claims the intervals that it touches, whole: nobody else runs under that owner. Steps of
    one action follow one another; where they touch the same interval, the later one's start parts
    them. An end is GitHub's: it was within the second that follows.
    """
    found: dict[int, Claim] = {}
    for owner, family in matched.items():
        before: Optional[int] = None
        for index in sorted(family, key=lambda each: (lives[each], each)):
            start_ms, end_ms = lives[index]
            reach = series.touched(Span(start_ms, end_ms + SECOND_MS))
            if before is not None and found[before].span.end_ms > reach.start_ms:
                earlier = found[before].span
                cut_ms = earlier.clamped(max(start_ms, reach.start_ms))
                found[before] = Claim(owner, Span(earlier.start_ms, cut_ms))
                reach = Span(cut_ms, max(cut_ms, reach.end_ms))
            found[index] = Claim(owner, reach)
            before = index
    return found


def attribute(
    series: Series, roster: Roster, claimed: Mapping[int, Claim], known_time: KnownTime
) -> dict[int, Used]:
    """Each microsecond once: to its owner's step, to those who run, or to what lies between.

    By whom; empty where nobody looked at CPU time.
    """
    cpu = cpu_of(series)
    if cpu is None:
        return {}
    own = {
        index: _at_most(
            _most_us(series.host.cpus, roster.lives[index]),
            _own(series, cpu.owners[owner], span, cpu.tick_us),
        )
        for index, (owner, span) in claimed.items()
    }
    own_us = {index: sum(rises.rises_us) for index, rises in own.items()}
    own_us[JOB] = sum(own_us.values())
    pool_us = _pool(cpu.total_us, own.values())
    by_time_us = roster.divide(series.at_edges(pool_us, roster.edges_ms))
    busy = _busy_cores(series, roster, own, cpu, pool_us)
    known_ms = known_time.known_ms(cpu.known, cpu.looked)
    return {
        who: Used(own_us.get(who, 0.0), by_time_us[who], known_ms.get(who), *busy[who])
        for who in roster.spans
    }


def _own(series: Series, parts: Iterable[Rises], span: Span, tick_us: float) -> _Own:
    """A claim may begin or end within an interval: then a part of it, by a straight line."""
    first = bisect_right(series.times_ms, span.start_ms) - 1
    last = bisect_left(series.times_ms, span.end_ms)
    rises_us = [0.0] * (last - first)
    for start, ticks in parts:
        low, high = max(first, start), min(last, start + len(ticks))
        for interval in range(low, high):
            rises_us[interval - first] += ticks[interval - start] * tick_us
    for interval in {first, last - 1}:
        if first <= interval < last:
            rises_us[interval - first] *= _part_within(series, interval, span)
    return _Own(first, rises_us)


def _most_us(cpus: int, life: Span) -> float:
    """What a life has room for; GitHub cuts its end, and births may lie a second before it."""
    return cpus * (life.length_ms + 2 * SECOND_MS) * _MS_US


def _at_most(most_us: float, own: _Own) -> _Own:
    """A long interval that a life touches may hold what its processes did after it: that is cut."""
    if sum(own.rises_us) <= most_us:
        return own
    counts = [min(count, most_us) for count in accumulate(own.rises_us, initial=0.0)]
    return _Own(own.first, list(rises(counts)))


def _part_within(series: Series, interval: int, span: Span) -> float:
    start_ms, end_ms = series.times_ms[interval : interval + 2]
    return (span.clamped(end_ms) - span.clamped(start_ms)) / (end_ms - start_ms)


def _pool(total_us: Sequence[float], own: Iterable[_Own]) -> list[float]:
    """What nobody claims, by each sample."""
    left_us = list(rises(total_us))
    for first, rises_us in own:
        for interval, rise in enumerate(rises_us, first):
            left_us[interval] -= rise
    exact = (rise if rise > 0 else 0.0 for rise in left_us)  # parts of an interval are rounded
    return list(accumulate(exact, initial=0.0))


def _busy_cores(
    series: Series,
    roster: Roster,
    own: Mapping[int, _Own],
    cpu: Cpu,
    pool_us: Sequence[float],
) -> dict[int, tuple[float, Optional[float]]]:
    """The most cores, and the share of time with one, in the intervals mostly in one's spans.

    As far as somebody looked: what is not known to be busy is not idle.
    """
    core_us = _core_us(series)
    pool = list(map(truediv, rises(pool_us), core_us))
    running = roster.running_at(series.middles_ms)
    shared = [cores / (count or 1) for cores, count in zip(pool, running)]
    cores = {BETWEEN: pool, JOB: list(map(truediv, rises(cpu.total_us), core_us))}
    found = {}
    for who, spans in roster.spans.items():
        busy: list[float] = []
        lengths_ms: list[int] = []
        for inner in map(series.mostly_within, common(spans, cpu.looked)):
            part = cores.get(who, shared)[inner.start : inner.stop]
            if who in own:
                _add(part, inner.start, own[who], core_us)
            busy += part
            lengths_ms += series.lengths_ms[inner.start : inner.stop]
        found[who] = max(busy, default=0.0), _one_core_share(busy, lengths_ms)
    return found


def _one_core_share(busy: Sequence[float], lengths_ms: Sequence[int]) -> Optional[float]:
    pairs = zip(busy, lengths_ms)
    one_ms = sum(length_ms for cores, length_ms in pairs if LEAST_CORES <= cores <= MOST_CORES)
    return one_ms / sum(lengths_ms) if busy else None


def _core_us(series: Series) -> list[float]:
    """What one core that is busy throughout uses in each interval.

    After a late tick the next may come at once, and a tick of the kernel's clock in those few
    milliseconds looks like many cores: such an interval counts as half of a whole one.
    """
    least_ms = series.host.interval_ms / 2
    return [max(length_ms, least_ms) * _MS_US for length_ms in series.lengths_ms]


def _add(busy: list[float], start: int, own: _Own, core_us: Sequence[float]) -> None:
    """To the cores that were busy from the interval `start` on, those of a step's own processes."""
    first = max(start, own.first)
    last = min(start + len(busy), own.first + len(own.rises_us))
    for interval in range(first, last):
        busy[interval - start] += own.rises_us[interval - own.first] / core_us[interval]
