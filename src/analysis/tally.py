"""What was counted from record to record in; what had been counted by any moment out."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from .series import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Sequence

    Run = tuple[Sequence[int], int, int]
    """What it rose by from record to record, the first from nothing; from which to before which."""


class Tally:
    """A counter of one track, in any unit.

    `total` is what was counted after the first moment. Of most tracks that is all that is asked, so
    what was counted by each moment is only summed up when one is asked for. Where a run begins
    below the end of the one before, as foreign ones may, the counter stays as high as it was.
    """

    __slots__ = ("_counts", "_has_zero", "_runs", "_times_ms", "lived", "total")

    def __init__(self, times_ms: Sequence[int], runs: Sequence[Run], *, has_zero: bool) -> None:
        """The records' moments; `has_zero`: there is one before all runs, with nothing counted."""
        self.lived = Span(times_ms[0], times_ms[-1])
        self._times_ms = times_ms
        self._runs = runs
        self._has_zero = has_zero
        self._counts: list[int] = []
        self.total = self._total()

    def _total(self) -> int:
        """To know it the runs' ends are enough, unless one begins below the end of the other."""
        begin = end = 0 if self._has_zero else None
        for rises, first, last in self._runs:
            low = sum(rises[: first + 1])
            if end is not None and low < end:
                self._counts = list(accumulate(self._read(), max))
                return self._counts[-1] - self._counts[0]
            begin = low if begin is None else begin
            end = sum(rises[:last])
        return (end or 0) - (begin or 0)

    def _read(self) -> list[int]:
        """What had been counted by each moment."""
        counts = [0] if self._has_zero else []
        for rises, first, last in self._runs:
            counts += list(accumulate(rises[:last]))[first:]
        return counts

    def by(self, time_ms: int) -> float:
        """What was counted by a moment, by a straight line between records."""
        return self.by_each((time_ms,))[0]

    def by_each(self, moments_ms: Iterable[int]) -> list[float]:
        """As `by`, of moments in order."""
        if not self._counts:
            self._counts = self._read()
        counts, times_ms, after = self._counts, self._times_ms, 0
        found: list[float] = []
        for time_ms in moments_ms:
            after = bisect_right(times_ms, time_ms, after)
            if after in {0, len(times_ms)}:
                found.append(counts[min(after, len(counts) - 1)])
            else:
                count, before_ms = counts[after - 1], times_ms[after - 1]
                part = (time_ms - before_ms) / (times_ms[after] - before_ms)
                found.append(count + (counts[after] - count) * part)
        return found

    def rise(self, span: Span) -> float:
        """How much was counted within the span."""
        if span.start_ms <= self.lived.start_ms and self.lived.end_ms <= span.end_ms:
            return self.total
        before, after = self.by_each(span)
        return after - before


def tally_of(times_ms: Sequence[int], counts: Sequence[int]) -> Tally:
    """Of counts at each moment; foreign ones may fall, and stay as high as they were."""
    levels = list(accumulate(counts, max))
    rises = [levels[0], *(after - before for before, after in zip(levels, levels[1:]))]
    return Tally(times_ms, [(rises, 0, len(rises))], has_zero=False)
