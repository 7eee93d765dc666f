"""A roster in; the share of its time in which each step was the only one that ran, out.

What is seen of the whole machine tells of a step that runs alone, and of nobody for certain else.
"""

from __future__ import annotations

from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .consumption import Column
    from .roster import Roster

_PERCENT = 100


def alone_percent(roster: Roster) -> Column:
    """By step; of one that took no time it is unknown, and of who is no step."""
    edges_ms = roster.edges_ms
    pairs = list(zip(edges_ms, edges_ms[1:]))
    running = roster.running_at([(start_ms + end_ms) / 2 for start_ms, end_ms in pairs])
    lone_ms = (
        end_ms - start_ms if count == 1 else 0 for (start_ms, end_ms), count in zip(pairs, running)
    )
    alone_ms = roster.within(list(accumulate(lone_ms, initial=0)))
    return {
        index: alone_ms[index] / life.length_ms * _PERCENT if life.length_ms else None
        for index, life in roster.lives.items()
    }
