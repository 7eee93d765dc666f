"""Tracks and claims in; which processes did most within each step out, by CPU and by memory.

As with CPU time as a whole: what a step's own processes do while it lives is the step's, all else
is split by time among the steps that run.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from ..model.named_tuples import NamedTuple
from .attribution import Claim, Used
from .roster import JOB, Roster
from .series import Span
from .tracks import Track, never_falling
from .usage import ProcessUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional, Sequence

    from .tracks import Count

MOST = 5

_KIB = 1024
_SECOND_US = 1_000_000


class Top(NamedTuple):
    """Those that used most CPU time, and those that held most memory."""

    top_by_cpu: tuple[ProcessUse, ...] = ()
    top_by_memory: tuple[ProcessUse, ...] = ()


def tops(
    found: Iterable[Track],
    roster: Roster,
    claimed: Mapping[int, Claim],
    used: Mapping[int, Used],
    ticks_per_second: int,
) -> dict[int, Top]:
    """The top of each step, by index, of what lies between, and of the job.

    Records have holes, where a line is drawn: nobody is said to have used more than all did.
    """
    uses: dict[int, dict[str, ProcessUse]] = {who: {} for who in roster.spans}
    own: dict[str, dict[int, Span]] = {}
    for index, (owner, span) in claimed.items():
        own.setdefault(owner, {})[index] = span
    for track in found:
        found_uses = _uses(track, roster, own.get(track.owner, {}), ticks_per_second)
        for who, use in found_uses.items():
            named = uses[who]
            named[use.name] = _together(named[use.name], use) if use.name in named else use
    return {who: _top(_capped(named.values(), used.get(who))) for who, named in uses.items()}


def _capped(uses: Iterable[ProcessUse], used: Optional[Used]) -> list[ProcessUse]:
    """None is where nobody looked at CPU time as a whole."""
    if used is None:
        return list(uses)
    most_seconds = (used.own_us + used.by_time_us) / _SECOND_US
    return [
        use._replace(
            cpu_seconds=min(use.cpu_seconds, most_seconds),
            own_cpu_seconds=min(use.own_cpu_seconds, most_seconds),
        )
        for use in uses
    ]


def _top(uses: Sequence[ProcessUse]) -> Top:
    by_cpu = sorted(uses, key=lambda use: (-use.cpu_seconds, use.name))
    by_memory = sorted(uses, key=lambda use: (-use.memory_max_bytes, use.name))
    return Top(
        tuple(use for use in by_cpu if use.cpu_seconds)[:MOST],
        tuple(use for use in by_memory if use.memory_max_bytes)[:MOST],
    )


def _together(one: ProcessUse, two: ProcessUse) -> ProcessUse:
    """Groups of one name, which may have lived at different times: memory is the larger's."""
    return ProcessUse(
        one.name,
        one.seen + two.seen,
        one.cpu_seconds + two.cpu_seconds,
        max(one.memory_max_bytes, two.memory_max_bytes),
        _sum(one.read_bytes, two.read_bytes),
        _sum(one.written_bytes, two.written_bytes),
        one.own_cpu_seconds + two.own_cpu_seconds,
    )


def _sum(one: Optional[int], two: Optional[int]) -> Optional[int]:
    return None if one is None or two is None else one + two


def _uses(
    track: Track, roster: Roster, own: Mapping[int, Span], ticks_per_second: int
) -> dict[int, ProcessUse]:
    """What the group did, by whose it is."""
    cpu_ticks = _divided(track, track.cpu_ticks, roster, own)
    read_kb, written_kb = (
        _divided(track, counts, roster, own) if counts else {}
        for counts in (_known(track.read_kb, track.seen), _known(track.written_kb, track.seen))
    )
    lived, uses = Span(track.times_ms[0], track.times_ms[-1]), {}
    for who, spent_ticks in cpu_ticks.items():
        spans = [own[who]] if who in own else roster.spans[who]
        spans = [span for span in spans if span.touches(lived)]
        if spans or spent_ticks:
            uses[who] = ProcessUse(
                track.name,
                max(round(sum(track.rise(track.seen, span) for span in spans)), 1),
                spent_ticks / ticks_per_second,
                max((track.most_resident_kb(span) for span in spans), default=0) * _KIB,
                round(read_kb[who] * _KIB) if who in read_kb else None,
                round(written_kb[who] * _KIB) if who in written_kb else None,
                track.rise(track.cpu_ticks, own[who]) / ticks_per_second if who in own else 0.0,
            )
    return uses


def _divided(
    track: Track, counts: Sequence[int], roster: Roster, own: Mapping[int, Span]
) -> dict[int, float]:
    """What was counted, by whose it is; it speaks of none to whom nothing can have fallen."""
    parts = {index: track.rise(counts, span) for index, span in own.items()}
    total = sum(parts.values())
    if own and round(counts[-1] - counts[0] - total) <= 0:
        return {**parts, JOB: total}
    shared = roster.divide(_left(track, counts, roster, own.values()))
    shared[JOB] += total
    # Parts of sums may come out a hair below nothing.
    return {who: parts.get(who, 0.0) + max(share, 0.0) for who, share in shared.items()}


def _left(track: Track, counts: Sequence[int], roster: Roster, own: Iterable[Span]) -> list[float]:
    """What was counted by each edge, without what is some step's own."""
    edges_ms = roster.edges_ms
    first = bisect_left(edges_ms, track.times_ms[0])
    last = bisect_right(edges_ms, track.times_ms[-1])
    left = [track.by(counts, edge_ms) for edge_ms in edges_ms[first:last]]
    for span in own:
        start = track.by(counts, span.start_ms)
        for edge, edge_ms in enumerate(edges_ms[first:last]):
            left[edge] -= track.by(counts, span.clamped(edge_ms)) - start
    total = counts[-1] - sum(track.rise(counts, span) for span in own)
    return [float(counts[0])] * first + left + [total] * (len(edges_ms) - last)


def _known(counts: Sequence[Count], seen: Sequence[int]) -> list[int]:
    """The counts; empty where they could not be seen.

    They are None until they are seen first. By then a group of which nobody was there in the
    beginning has counted nothing; what others did before is unknown.
    """
    if counts[-1] is None:
        return []
    known = [count for count in counts if count is not None]
    if len(known) == len(counts):
        return never_falling(known)
    return [] if seen[0] else list(accumulate((count or 0 for count in counts), max))
