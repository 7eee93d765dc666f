"""A series and a roster in; how much of everyone's time was seen, and if it is enough, out."""

from __future__ import annotations

from bisect import bisect_right

from ..model.named_tuples import NamedTuple
from .roster import Roster
from .series import Series, Span
from .usage import COMPLETE, NONE, PARTIAL

_MISSING_SHARE = 0.1
_EDGES_MS = 2000  # GitHub cuts the times at both ends to whole seconds


class Coverage(NamedTuple):
    """How long everyone's spans are, of how much the counters tell and how much was seen.

    Counters tell of gaps too. `samples` is the word for it.
    """

    length_ms: int
    counted_ms: float
    covered_ms: float
    samples: str


def coverages(series: Series, roster: Roster) -> dict[int, Coverage]:
    """For each in the roster."""
    counted_ms, covered_ms = (
        roster.within(series.at_edges(lengths_ms, roster.edges_ms))
        for lengths_ms in (series.counted_ms, series.covered_ms)
    )
    interval_ms = series.host.interval_ms
    found = {}
    for who, spans in roster.spans.items():
        length_ms = sum(span.length_ms for span in spans)
        word = word_of(length_ms, counted_ms[who], covered_ms[who], interval_ms)
        if spans and not length_ms:
            word = COMPLETE if any(_is_seen(series, span) for span in spans) else NONE
        found[who] = Coverage(length_ms, counted_ms[who], covered_ms[who], word)
    return found


def word_of(length_ms: int, counted_ms: float, covered_ms: float, interval_ms: int) -> str:
    """Samples may miss a tenth, or what rounding and one interval make, but never most of it."""
    if not counted_ms:
        return NONE
    missing_ms = length_ms - covered_ms
    tolerated_ms = max(_MISSING_SHARE * length_ms, _EDGES_MS + interval_ms)
    return COMPLETE if missing_ms <= min(tolerated_ms, covered_ms) else PARTIAL


def _is_seen(series: Series, moment: Span) -> bool:
    """Whether the sampler looked around a moment that is no time."""
    if not moment.touches(series.seen):
        return False
    after = min(bisect_right(series.times_ms, moment.start_ms), len(series.times_ms) - 1)
    return series.covered_ms[after] > series.covered_ms[after - 1]
