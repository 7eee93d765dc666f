"""A track of processes in, and whose they are; what of its counts falls to whom out.

As with CPU time as a whole: what a step's own processes do while it lives is the step's, all else
is split by time among the steps that run.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from .roster import JOB, Roster
from .series import Span
from .tally import Tally
from .tracks import Track

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Sequence


def met(found: Sequence[Track], lives: Mapping[int, Span]) -> list[list[int]]:
    """For each track the steps, by index, that lived while its processes did.

    Steps are met in the order in which both begin, so that no track is held against all of them.
    """
    steps = sorted(lives, key=lambda index: lives[index].start_ms)
    starts_ms = [lives[index].start_ms for index in steps]
    whom: list[list[int]] = [[] for _ in found]
    living: list[int] = []
    begun = 0
    for track, met_steps in sorted(zip(found, whom), key=lambda pair: pair[0].lived.start_ms):
        start_ms, end_ms = track.lived
        first, begun = begun, bisect_right(starts_ms, start_ms)
        living += steps[first:begun]
        living = [index for index in living if lives[index].end_ms >= start_ms]
        met_steps.extend(living + steps[begun : bisect_right(starts_ms, end_ms)])
    return whom


def divided(
    tally: Tally, roster: Roster, own: Mapping[int, Span], steps: Sequence[int]
) -> dict[int, float]:
    """What was counted, by whose it is; it speaks of none to whom nothing can have fallen.

    In the spans `own` it is a step's own, by index; `steps` are those that its track met.
    """
    parts = {index: tally.rise(span) for index, span in own.items()}
    total = sum(parts.values())
    if own and round(tally.total - total) <= 0:
        return {**parts, JOB: total}
    first = max(bisect_left(roster.edges_ms, tally.lived.start_ms) - 1, 0)
    last = bisect_right(roster.edges_ms, tally.lived.end_ms) + 1
    left = _left(tally, roster.edges_ms[first:last], own)
    shared = roster.divide(left, first, {*steps, *own})
    shared[JOB] += total
    # Parts of sums may come out a hair below nothing.
    return {who: parts.get(who, 0.0) + max(share, 0.0) for who, share in shared.items()}


def _left(tally: Tally, edges_ms: Sequence[int], own: Mapping[int, Span]) -> list[float]:
    """What was counted by each of these edges, without what is some step's own."""
    left = tally.by_each(edges_ms)
    for span in own.values():
        start = tally.by(span.start_ms)
        by_edge = tally.by_each(map(span.clamped, edges_ms))
        left = [count - (own_count - start) for count, own_count in zip(left, by_edge)]
    return left
