"""When something was looked at, and a roster, in; for how long it was in everyone's time, out.

What was counted is to be held against the time in which it was: against all of a span, in half of
which nobody could read the counter, a disk would seem half as busy as it was. A hole amid readings
hides no count, but when it came: that is a rate of the whole, if enough of it was looked at.
"""

from __future__ import annotations

from .coverage import Coverage, word_of
from .rules import ENOUGH_PERCENT
from .series import Span
from .usage import COMPLETE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from .consumption import Column
    from .roster import Roster

_PERCENT = 100


class KnownTime:
    """Tells by whom how long something was looked at, of what samples tell of everyone's time."""

    def __init__(self, roster: Roster, coverage: Mapping[int, Coverage], interval_ms: int) -> None:
        """`coverage` is that of the series for the roster, `interval_ms` its sampler's."""
        self._roster = roster
        self._coverage = coverage
        self._interval_ms = interval_ms
        self._found: dict[tuple[Span, ...], dict[int, float]] = {}

    def known_ms(self, known: Iterable[Span], looked: Iterable[Span]) -> Column:
        """For how long it is known, as in Counter; spans of several counters may touch.

        None for whom it was looked at for less than half of the time.
        """
        counted_ms, looked_ms = self._within(united(known)), self._within(united(looked))
        return {
            who: known_ms if self._is_enough(who, looked_ms[who]) else None
            for who, known_ms in counted_ms.items()
        }

    def partly_known(self) -> set[int]:
        """Those of whose time something that was ever known leaves out too much to be complete."""
        return {
            who
            for found in self._found.values()
            for who, known_ms in found.items()
            if self._is_partial(self._coverage[who], known_ms)
        }

    def _is_partial(self, covered: Coverage, known_ms: float) -> bool:
        length_ms, counted_ms = covered.length_ms, covered.counted_ms
        word = word_of(length_ms, counted_ms, known_ms, self._interval_ms)
        return bool(length_ms) and word != COMPLETE

    def _is_enough(self, who: int, looked_ms: float) -> bool:
        enough_ms = self._coverage[who].counted_ms * ENOUGH_PERCENT / _PERCENT
        return looked_ms >= enough_ms

    def _within(self, known: tuple[Span, ...]) -> dict[int, float]:
        """Nearly all columns are known at the same times: those are looked for once."""
        if not known:
            return {}
        if known not in self._found:
            by_edge = [
                sum(span.clamped(edge_ms) - span.start_ms for span in known)
                for edge_ms in self._roster.edges_ms
            ]
            self._found[known] = self._roster.within(by_edge)
        return self._found[known]


def common(spans: Iterable[Span], known: Iterable[Span]) -> list[Span]:
    """The parts of these spans in which it was looked at."""
    when = united(known)
    return [
        Span(span.clamped(looked.start_ms), span.clamped(looked.end_ms))
        for span in spans
        for looked in when
        if span.touches(looked)
    ]


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same time, no moment of it in two spans; in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start_ms <= found[-1].end_ms:
            found[-1] = Span(found[-1].start_ms, max(found[-1].end_ms, span.end_ms))
        else:
            found.append(span)
    return tuple(found)
