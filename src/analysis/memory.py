"""A series and a roster in; how full memory and disks were for everyone, and who ran out, out.

By field of Usage. Memory is that of the control group where one limits the job, else the machine's.
"""

from __future__ import annotations

from ..model import samples
from . import gauges
from .attribution import Claim
from .cpu import is_limited
from .matching import SECOND_MS
from .roster import BETWEEN, JOB, Roster
from .rules import FILLING_BYTES, FULL_BYTES, FULL_PERCENT
from .series import Counter, Series, Span, Stretch, filesystem_column, machine_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional, Sequence

    from .consumption import Column

    _Room = tuple[int, Optional[float], int]

_KIB = 1024
_PERCENT = 100
_FIGURES = (
    *("memory_mean_bytes", "memory_max_bytes", "memory_delta_bytes", "memory_headroom_bytes"),
    "swap_max_bytes",
)
_FREE = ("disk_free_min_bytes", "disk_free_min_percent", "disk_free_fell_bytes")
_KILLS = (samples.CGROUP_OOM_KILLS, samples.OOM_KILLS)


def memory_figures(series: Series, roster: Roster, allowed_bytes: int) -> dict[str, Column]:
    """Mean, maximum, change and headroom of memory; the maximum of swap."""
    used = _capped(memory_used(series), allowed_bytes // _KIB)
    swap = series.gauge(machine_column(samples.SWAP_USED_KB))
    figures: dict[str, Column] = {field: {} for field in _FIGURES}
    for who, spans in roster.spans.items():
        course = gauges.lines(used, spans)
        most = _bytes(gauges.highest(course))
        headroom = None if most is None else max(allowed_bytes - most, 0)
        delta = gauges.change(used, spans)
        swapped = gauges.highest(gauges.lines(swap, spans))
        values = (_bytes(gauges.mean(course)), most, _bytes(delta), headroom, _bytes(swapped))
        for field, value in zip(_FIGURES, values):
            figures[field][who] = value
    return figures


def own_memory(series: Series, roster: Roster, claimed: Mapping[int, Claim]) -> Column:
    """What a step's own processes held at most, in bytes; None where none was seen alive."""
    most: Column = dict.fromkeys(roster.spans)
    for index, claim in claimed.items():
        held_kb = series.owner_resident_kb(claim.owner, ended_late(roster.lives[index]))
        most[index] = held_kb * _KIB or None
    return most


def free_space(series: Series, roster: Roster) -> dict[str, Column]:
    """The least that was free on one filesystem, in bytes and of its size, and how far it fell.

    It is the one that ran full; else the one of whose size the least was free.
    """
    sizes_kb = series.host.filesystems
    free_kb = [
        (series.gauge(filesystem_column(mount)), sizes_kb.get(mount))
        for mount in series.filesystems()
    ]
    free: dict[str, Column] = {field: {} for field in _FREE}
    for who, spans in roster.spans.items():
        courses = [(gauges.lines(gauge, spans), size_kb) for gauge, size_kb in free_kb]
        rooms = [_room(course, size_kb) for course, size_kb in courses if course]
        for field, value in zip(_FREE, min(rooms, key=_fullest, default=(None,) * len(_FREE))):
            free[field][who] = value
    return free


def kills(series: Series, roster: Roster) -> Column:
    """Out-of-memory kills: the job's, and whole those of each step that was certainly hit.

    A control group's own count stands before the machine's, where others' processes die too.
    What nobody looked at for long hides who was hit, but of one who was alone.
    """
    found = [series.counter(machine_column(name)) for name in _KILLS]
    counter = next(filter(None, found), None)
    if counter is None:
        return dict.fromkeys(roster.spans)
    seen: Column = {
        who: 0 if any(span.touches(known) for span in spans for known in counter.known) else None
        for who, spans in roster.spans.items()
    }
    longest_ms = max(segment.longest_ms for segment in series.segments)
    pairs = zip(counter.values, counter.values[1:], series.times_ms, series.times_ms[1:])
    for before, after, start_ms, end_ms in pairs:
        if after > before:
            hit, perhaps = _hit(roster, _unseen(counter, Span(start_ms, end_ms)), longest_ms)
            for who in hit:
                seen[who] = (seen[who] or 0) + after - before
            for who in perhaps:
                seen[who] = seen[who] or None
    return seen


def ended_late(span: Span) -> Span:
    """A step's life as it may have been: GitHub cuts its end to a whole second."""
    return Span(span.start_ms, span.end_ms + SECOND_MS)


def _unseen(counter: Counter, interval: Span) -> Span:
    """The hole that an interval is part of, or itself."""
    for before, after in zip(counter.looked, counter.looked[1:]):
        if before.end_ms <= interval.start_ms and interval.end_ms <= after.start_ms:
            return Span(before.end_ms, after.start_ms)
    return interval


def _hit(roster: Roster, interval: Span, longest_ms: int) -> tuple[list[int], list[int]]:
    """The job and the step that ran in the interval, or what lies between where none did.

    Those that began before it did stand before those that began within: a step fills memory first,
    and what follows a killed one does so at once. Of several at once it was who ended then; where
    all go on, each of them may have been hit: those come second. After more than `longest_ms` that
    is so of all who were there.
    """
    if not ended_late(roster.whole).touches(interval):
        return [], []
    steps = [index for index, span in roster.lives.items() if ended_late(span).touches(interval)]
    if len(steps) > 1 and interval.length_ms > longest_ms:
        return [JOB], steps
    earlier = [i for i in steps if roster.lives[i].start_ms + SECOND_MS <= interval.start_ms]
    present = earlier or steps or [BETWEEN]
    if len(present) > 1:
        ended = [i for i in present if roster.lives[i].end_ms <= interval.end_ms + SECOND_MS]
        return [JOB, *ended], [] if ended else present
    return [JOB, *present], []


def memory_used(series: Series) -> list[Stretch]:
    """In KiB; of the control group where one limits the job, else of the machine.

    Both are without cached files, active ones too: those give way, so no job is short of memory
    for having read a lot.

    Nothing where a limit holds and its group was not seen: what others hold says nothing of it.
    """
    group = series.gauge(machine_column(samples.CGROUP_MEMORY_KB))
    if group and is_limited(series.host):
        return group
    if series.host.memory_limit_kb is not None:
        return []
    return series.gauge(machine_column(samples.MEMORY_USED_KB))


def _capped(gauge: Sequence[Stretch], allowed_kb: int) -> list[Stretch]:
    """Never above what is allowed, as when a limit was lowered; 0 is a machine of unknown size."""
    if not allowed_kb:
        return list(gauge)
    return [
        Stretch(times_ms, [min(kb, allowed_kb) for kb in used_kb]) for times_ms, used_kb in gauge
    ]


def _room(course: Sequence[gauges.Line], size_kb: Optional[int]) -> _Room:
    least_kb = gauges.lowest(course) or 0
    percent = min(least_kb / size_kb, 1.0) * _PERCENT if size_kb else None  # it may have grown
    return round(least_kb * _KIB), percent, round((gauges.fall(course) or 0) * _KIB)


def _fullest(room: _Room) -> tuple[bool, bool, float, int]:
    """What ran full before what was full, that before the rest.

    By the share that is free; those of an unknown size come after, by what is free.
    """
    least, percent, fell = room
    is_full = least <= FULL_BYTES and (percent is None or percent <= FULL_PERCENT)
    has_run_full = is_full and fell >= FILLING_BYTES
    return not has_run_full, percent is None, percent or 0.0, least


def _bytes(kb: Optional[float]) -> Optional[int]:
    return None if kb is None else round(kb * _KIB)
