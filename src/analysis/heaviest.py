"""All tracks of a job in; those that are looked at, which are all but a crowd's, out.

What a group did is divided among steps, and that takes its time. A job of an hour has some hundred
groups; whoever makes up a new name for each process is told of those that did most.
"""

from __future__ import annotations

from heapq import nlargest

from .tracks import Track

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

MOST_BY_CPU = 4_000
MOST_BY_MEMORY = 1_000


def heaviest(found: Sequence[Track]) -> Sequence[Track]:
    """Those that used most CPU time, and those that held most memory; in the order given."""
    if len(found) <= MOST_BY_CPU + MOST_BY_MEMORY:
        return found
    kept = {*nlargest(MOST_BY_CPU, found, key=_ticks), *nlargest(MOST_BY_MEMORY, found, key=_held)}
    return [track for track in found if track in kept]


def _ticks(track: Track) -> int:
    return track.counted_ticks


def _held(track: Track) -> int:
    return track.most_resident
