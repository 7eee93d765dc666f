"""Segments in, one series of samples for the job out: counters that rise and gauges, at any moment.

All times are epoch milliseconds. Between two segments nothing is known: counters stand still.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate, chain, islice

from ..model.named_tuples import NamedTuple
from ..model.samples import MOST_DISKS, MOST_FILESYSTEMS, MOST_OWNERS, Batch, Host
from .counters import bridged, counted, known, runs
from .segments import Rises, Segment, segments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Iterator, Optional, Sequence

    from .segments import Readings

    Read = Callable[[Batch], Optional[Readings]]


class Span(NamedTuple):
    """From one moment to another, epoch milliseconds."""

    start_ms: int
    end_ms: int

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms

    def clamped(self, time_ms: int) -> int:
        """The moment of the span that is nearest."""
        return min(max(time_ms, self.start_ms), self.end_ms)

    def touches(self, other: Span) -> bool:
        """Whether they have a moment in common."""
        return self.start_ms <= other.end_ms and other.start_ms <= self.end_ms


class Place(NamedTuple):
    """A moment among the samples: so much of the way from the sample `before` to the next."""

    before: int
    part: float

    def value(self, counts: Sequence[float]) -> float:
        """What was counted by then, by a straight line between the samples."""
        count = counts[self.before]
        return count + (counts[self.before + 1] - count) * self.part


class Counter(NamedTuple):
    """What was counted by each sample of the series.

    It is `known` from a segment's first reading to its last, and was `looked` at within that, but
    for holes: what was counted in one is known, and not when.
    """

    values: list[float]
    known: list[Span]
    looked: list[Span]


class Stretch(NamedTuple):
    """Readings of a gauge without a gap between them."""

    times_ms: list[int]
    values: list[int]


class Series:
    """All samples of a job, in the order of time.

    `host` is that of the segment that covers most; `covered_ms` and `counted_ms` rise with the time
    that was seen, the latter over gaps too: counters are exact over them.
    """

    def __init__(self, parts: Sequence[Segment]) -> None:
        """Segments as `segments` gives them: at least one, in order, of two samples or more."""
        self.segments = parts
        starts = accumulate((len(segment.times_ms) for segment in parts), initial=0)
        self._placed = list(zip(starts, parts))
        self.host: Host = max(parts, key=lambda segment: segment.covered_ms).host
        self.times_ms = [time for segment in parts for time in segment.times_ms]
        self.lengths_ms = [after - before for before, after in _pairs(self.times_ms)]
        self.middles_ms = [(before + after) / 2 for before, after in _pairs(self.times_ms)]
        self.counted_ms = self._seen_ms(gaps=True)
        self.covered_ms = self._seen_ms(gaps=False)

    @property
    def seen(self) -> Span:
        """From the first sample to the last."""
        return Span(self.times_ms[0], self.times_ms[-1])

    def at_edges(self, counts: Sequence[float], edges_ms: Iterable[int]) -> list[float]:
        """What was counted by these moments."""
        return [self.place(edge_ms).value(counts) for edge_ms in edges_ms]

    def place(self, time_ms: int) -> Place:
        """Where the moment lies; what is outside the series lies at its nearer end."""
        index = bisect_right(self.times_ms, time_ms) - 1
        if index < 0:
            return Place(0, 0.0)
        if index + 1 == len(self.times_ms):
            return Place(index - 1, 1.0)
        before, after = self.times_ms[index : index + 2]
        return Place(index, (time_ms - before) / (after - before))

    def touched(self, span: Span) -> Span:
        """The span, widened to the samples around it: the intervals of which it is part."""
        first = max(bisect_right(self.times_ms, span.start_ms) - 1, 0)
        last = min(bisect_left(self.times_ms, span.end_ms), len(self.times_ms) - 1)
        return Span(self.times_ms[first], self.times_ms[max(first, last)])

    def mostly_within(self, span: Span) -> range:
        """The intervals whose middle lies in the span."""
        return range(
            bisect_left(self.middles_ms, span.start_ms), bisect_right(self.middles_ms, span.end_ms)
        )

    def counter(self, read: Read) -> Optional[Counter]:
        """The counter that `read` finds in a batch; None where it was never there."""
        values: list[float] = []
        known_spans, looked = [], []
        for segment in self.segments:
            times_ms = segment.times_ms
            found = counted(segment.column(read), times_ms, segment.longest_ms)
            _append(values, found.values if found else [0] * len(times_ms))
            if found:
                spans = [Span(times_ms[first], times_ms[last]) for first, last in found.runs]
                known_spans.append(Span(spans[0].start_ms, spans[-1].end_ms))
                looked += spans
        return Counter(values, known_spans, looked) if looked else None

    def gauge(self, read: Read) -> list[Stretch]:
        """The gauge that `read` finds in a batch, in stretches."""
        return [
            stretch
            for segment in self.segments
            for stretch in _stretches(segment, segment.column(read))
        ]

    def disks(self) -> list[str]:
        """Their names, of as many as one batch may tell of."""
        return _few((segment.disks() for segment in self.segments), MOST_DISKS)

    def filesystems(self) -> list[str]:
        """Their mount points, of as many as one batch may tell of."""
        return _few((segment.filesystems() for segment in self.segments), MOST_FILESYSTEMS)

    def owner_births_ms(self) -> dict[str, int]:
        """When the first process of each owner was born, by key.

        Of as many as a sampler tells apart: there are more only where somebody makes them up.
        """
        births: dict[str, int] = {}
        for segment in self.segments:
            for key, born_ms in segment.births_ms.items():
                if key in births or len(births) < MOST_OWNERS:
                    births[key] = min(born_ms, births.get(key, born_ms))
        return births

    def owner_ticks(self, key: str) -> list[Rises]:
        """The CPU time of the owner's processes, in the intervals in which they used any."""
        return [
            Rises(offset + first, rises)
            for offset, segment in self._placed
            for first, rises in segment.owner_ticks(key)
        ]

    def owner_resident_kb(self, key: str, span: Span) -> int:
        """The most that the owner's processes held at the samples in the span; 0: none was seen."""
        first = bisect_left(self.times_ms, span.start_ms)
        last = bisect_right(self.times_ms, span.end_ms)
        return max(
            segment.owner_resident_kb(key, first - offset, last - offset)
            for offset, segment in self._placed
        )

    def _seen_ms(self, *, gaps: bool) -> list[int]:
        lengths_ms = [0, *self.lengths_ms]
        for offset, segment in self._placed:
            lengths_ms[offset] = 0
            for index in () if gaps else segment.gaps:
                lengths_ms[offset + index] = 0
        return list(accumulate(lengths_ms))


def read_series(batches: Iterable[Batch], skew_ms: int) -> Optional[Series]:
    """The job's series; None where not even one interval was seen."""
    found = segments(batches, skew_ms)
    return Series(found) if found else None


def machine_column(name: str) -> Read:
    """Reads a column of the machine or the control group."""
    return lambda batch: batch.columns.get(name)


def disk_column(disk: str, name: str) -> Read:
    """Reads a column of one disk."""
    return lambda batch: batch.disks[disk].get(name) if disk in batch.disks else None


def filesystem_column(mount: str) -> Read:
    """Reads what is free of one filesystem."""
    return lambda batch: batch.filesystems.get(mount)


def _few(found: Iterable[set[str]], most: int) -> list[str]:
    """So many names at most, the first that were found, in alphabetical order."""
    names = dict.fromkeys(chain.from_iterable(map(sorted, found)))
    return sorted(islice(names, most))


def _pairs(times_ms: list[int]) -> Iterator[tuple[int, int]]:
    return zip(times_ms, times_ms[1:])


def _append(values: list[float], more: list[int]) -> None:
    """Go on counting where the segment before ended."""
    if not values:
        values += more
    else:
        shift = values[-1] - more[0]
        values += [value + shift for value in more]


def _stretches(segment: Segment, column: Readings) -> list[Stretch]:
    """The column without its unknown ends, cut where a gap or a hole is."""
    at, readings = known(column)
    if not at:
        return []
    times_ms = segment.times_ms
    values = bridged(at, readings, times_ms)
    return [
        Stretch(times_ms[start:end], values[start:end])
        for first, last in runs(at, times_ms, segment.longest_ms)
        for start, end in _without_gaps(first, last + 1, segment.gaps)
    ]


def _without_gaps(first: int, end: int, gaps: Iterable[int]) -> Iterator[tuple[int, int]]:
    cuts = [index for index in gaps if first < index < end]
    return zip([first, *cuts], [*cuts, end])
