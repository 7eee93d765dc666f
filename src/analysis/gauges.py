"""A gauge's stretches and spans of time in; its mean, extremes and change within them out.

Between samples a gauge goes in a straight line; None where none of the spans was seen.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ..model.named_tuples import NamedTuple
from .series import Span, Stretch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Optional, Sequence


class Line(NamedTuple):
    """A gauge's course without a gap, by its points."""

    times_ms: list[int]
    values: list[float]


def lines(gauge: Sequence[Stretch], spans: Iterable[Span]) -> list[Line]:
    """What was seen of the gauge in the spans."""
    return [line for span in spans for line in _within(gauge, span)]


def mean(course: Sequence[Line]) -> Optional[float]:
    """Weighted by time; where no time passed, the value at that moment."""
    if not course:
        return None
    length_ms = sum(line.times_ms[-1] - line.times_ms[0] for line in course)
    if not length_ms:
        return sum(line.values[0] for line in course) / len(course)
    return sum(_area(line) for line in course) / length_ms


def highest(course: Sequence[Line]) -> Optional[float]:
    """The maximum."""
    return max((max(line.values) for line in course), default=None)


def lowest(course: Sequence[Line]) -> Optional[float]:
    """The minimum."""
    return min((min(line.values) for line in course), default=None)


def fall(course: Sequence[Line]) -> Optional[float]:
    """How far below what was first seen it was at the least."""
    least = lowest(course)
    return None if least is None else course[0].values[0] - least


def change(gauge: Sequence[Stretch], spans: Iterable[Span]) -> Optional[float]:
    """How much it rose within the spans, from what was first seen of each to what was last."""
    courses = [course for course in (lines(gauge, [span]) for span in spans) if course]
    if not courses:
        return None
    return sum(course[-1].values[-1] - course[0].values[0] for course in courses)


def _within(gauge: Iterable[Stretch], span: Span) -> Iterator[Line]:
    for stretch in gauge:
        start_ms = max(span.start_ms, stretch.times_ms[0])
        end_ms = min(span.end_ms, stretch.times_ms[-1])
        if start_ms <= end_ms:
            yield _cut(stretch, start_ms, end_ms)


def _cut(stretch: Stretch, start_ms: int, end_ms: int) -> Line:
    times_ms, values = stretch
    first, last = bisect_right(times_ms, start_ms), bisect_left(times_ms, end_ms)
    return Line(
        [start_ms, *times_ms[first:last], end_ms],
        [_at(stretch, start_ms), *values[first:last], _at(stretch, end_ms)],
    )


def _at(stretch: Stretch, time_ms: int) -> float:
    times_ms, values = stretch
    after = bisect_left(times_ms, time_ms)
    if times_ms[after] == time_ms:
        return values[after]
    before = after - 1
    part = (time_ms - times_ms[before]) / (times_ms[after] - times_ms[before])
    return values[before] + (values[after] - values[before]) * part


def _area(line: Line) -> float:
    times_ms, values = line
    return (
        sum(
            (value + following) * (after - before)
            for before, after, value, following in zip(times_ms, times_ms[1:], values, values[1:])
        )
        / 2
    )
