"""Tracks and claims in; which processes did most within each step out, by CPU and by memory."""

from __future__ import annotations

from bisect import bisect_left

from ..model.named_tuples import NamedTuple
from ..model.samples import GROUP_IO_QUANTUM_KB
from .attribution import Claim, Used
from .roster import Roster
from .series import Span
from .shares import divided, met
from .tracks import Track
from .usage import ProcessUse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional, Sequence

MOST = 5

_KIB = 1024
_IO_BYTES = GROUP_IO_QUANTUM_KB * _KIB
_SECOND_US = 1_000_000


class Top(NamedTuple):
    """Those that used most CPU time, and those that held most memory."""

    top_by_cpu: tuple[ProcessUse, ...] = ()
    top_by_memory: tuple[ProcessUse, ...] = ()


def tops(
    found: Sequence[Track],
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
    for track, steps in zip(found, met(found, roster.lives)):
        found_uses = _uses(track, roster, own.get(track.owner, {}), steps, ticks_per_second)
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
        use
        if use.cpu_seconds <= most_seconds
        else use._replace(
            cpu_seconds=most_seconds, own_cpu_seconds=min(use.own_cpu_seconds, most_seconds)
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
    track: Track,
    roster: Roster,
    own: Mapping[int, Span],
    steps: Sequence[int],
    ticks_per_second: int,
) -> dict[int, ProcessUse]:
    """What the group did, by whose it is; `steps` are those that lived while it did."""
    cpu_ticks, seen, lived = track.tally("cpu_ticks"), track.tally("seen"), track.lived
    spent_ticks, read, written = (
        divided(tally, roster, own, steps) if tally else {}
        for tally in (cpu_ticks, track.io_tally("read"), track.io_tally("written"))
    )
    uses = {}
    for who, ticks in spent_ticks.items():
        spans = _touching([own[who]] if who in own else roster.spans[who], lived)
        if spans or ticks:
            uses[who] = ProcessUse(
                track.name,
                max(round(sum(map(seen.rise, spans))), 1),
                ticks / ticks_per_second,
                max(map(track.most_resident_kb, spans), default=0) * _KIB,
                round(read[who] * _IO_BYTES) if who in read else None,
                round(written[who] * _IO_BYTES) if who in written else None,
                cpu_ticks.rise(own[who]) / ticks_per_second if who in own else 0.0,
            )
    return uses


def _touching(spans: Sequence[Span], lived: Span) -> list[Span]:
    """Those that have a moment in common with this life, of spans that follow one another."""
    if len(spans) == 1:
        return [*spans] if spans[0].touches(lived) else []
    first = bisect_left(spans, Span(lived.start_ms, lived.start_ms)) - 1
    last = bisect_left(spans, Span(lived.end_ms + 1, lived.end_ms))
    return [span for span in spans[max(first, 0) : last] if span.touches(lived)]
