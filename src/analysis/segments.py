"""Batches in any order and number in; what each sampler saw in one boot, in order of time, out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from operator import sub

from ..model.named_tuples import NamedTuple
from ..model.samples import Batch, Owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Iterator, Optional, Sequence

    Readings = Sequence[Optional[int]]


_INTERVALS = 3  # missing ticks up to this are late ones …
_LATE_MS = 5000  # … and up to this beyond one interval: more is a gap


class Part(NamedTuple):
    """Of a batch the samples from `first` to before `last`; they stand at `start` in a segment."""

    batch: Batch
    owners: dict[str, Owner]
    first: int
    last: int
    start: int

    @property
    def length(self) -> int:
        """How many samples."""
        return self.last - self.first

    def between(self, first: int, last: int) -> Part:
        """What lies between these places of the segment, which then begins there."""
        low, high = max(first - self.start, 0), max(self.start + self.length - last, 0)
        start = max(self.start - first, 0)
        return self._replace(first=self.first + low, last=self.last - high, start=start)


class Rises(NamedTuple):
    """How much a counter rises in each interval, from the interval `first` on."""

    first: int
    rises: list[int]


class Segment:
    """The samples of one sampler within one boot: between them all counters go on.

    `times_ms` are their moments, epoch. A missing batch is a longer interval; `gaps` are the
    samples that end one which is too long. `births_ms` is when the first process of each owner was
    born, by key. Where a part was cut off, `earlier` are the batches that lie before.
    """

    def __init__(self, batches: Iterable[Batch], skew_ms: int) -> None:
        """Batches of one sampler and boot; of those with the same sequence the first stands."""
        by_sequence: dict[int, Batch] = {}
        for batch in batches:
            by_sequence.setdefault(batch.sequence, batch)
        parts = _without_repeats([by_sequence[key] for key in sorted(by_sequence)])
        self.host = parts[0].batch.host
        self.sampler = parts[0].batch.sampler
        self.earlier: list[Batch] = []
        times_ms = _moments(parts, skew_ms)
        self._set_ms = _set_since_ms(parts[0].batch, times_ms[0], skew_ms)
        self._hold(parts, times_ms)

    def _hold(self, parts: list[Part], times_ms: list[int]) -> None:
        self.parts = parts
        self.times_ms = times_ms
        self.gaps = self._find_gaps()
        self._parts_by_owner: dict[str, list[Part]] = {}
        for part in parts:
            for key in part.owners:
                self._parts_by_owner.setdefault(key, []).append(part)
        self.births_ms = self._find_births()

    @property
    def longest_ms(self) -> int:
        """What is longer than this was not looked at late, but not looked at."""
        interval_ms = self.host.interval_ms
        return max(_INTERVALS * interval_ms, interval_ms + _LATE_MS)

    @property
    def covered_ms(self) -> int:
        """How much time was seen, without gaps."""
        times_ms = self.times_ms
        unseen_ms = sum(times_ms[index] - times_ms[index - 1] for index in self.gaps)
        return times_ms[-1] - times_ms[0] - unseen_ms

    def without(self, start_ms: int, end_ms: int) -> list[Segment]:
        """What is before and what is after these times, as far as it has two samples or more."""
        low, high = bisect_left(self.times_ms, start_ms), bisect_right(self.times_ms, end_ms)
        ends = (0, low), (high, len(self.times_ms))
        return [self._between(first, last) for first, last in ends if last - first > 1]

    def _between(self, first: int, last: int) -> Segment:
        piece = object.__new__(Segment)
        piece.host, piece.sampler, piece._set_ms = self.host, self.sampler, self._set_ms
        before = (part.batch for part in self.parts if part.start + part.length <= first)
        piece.earlier = [*self.earlier, *before]
        cut = (part.between(first, last) for part in self.parts)
        piece._hold([part for part in cut if part.length > 0], self.times_ms[first:last])
        return piece

    def _find_gaps(self) -> list[int]:
        longest_ms, pairs = self.longest_ms, enumerate(zip(self.times_ms, self.times_ms[1:]), 1)
        return [index for index, (before, after) in pairs if after - before > longest_ms]

    def _find_births(self) -> dict[str, int]:
        return {
            key: min(part.owners[key].born_ms for part in parts) + self._set_ms
            for key, parts in self._parts_by_owner.items()
        }

    def column(self, read: Callable[[Batch], Optional[Readings]]) -> Readings:
        """The column that `read` finds in each batch; None where it finds none."""
        whole: list[Optional[int]] = []
        for part in self.parts:
            column = read(part.batch)
            whole += [None] * part.length if column is None else column[part.first : part.last]
        return whole

    def owner_ticks(self, key: str) -> Iterator[Rises]:
        """The CPU time of the owner's processes, batch by batch; where none is told, none was used.

        Before it was born it had used none.
        """
        before = 0
        for part in self._parts_by_owner.get(key, ()):
            ticks = part.owners[key].cpu_ticks[part.first : part.last]
            if not part.start:
                before = ticks[0]
            if max(ticks) > before:
                levels = list(accumulate(ticks, max, initial=before))  # foreign ones may fall
                rises = list(map(sub, levels[1:], levels))
                yield Rises(part.start - 1, rises) if part.start else Rises(0, rises[1:])
                before = levels[-1]

    def owner_resident_kb(self, key: str, first: int, last: int) -> int:
        """The most that the owner's processes held from one sample to before another."""
        most = 0
        for part in self._parts_by_owner.get(key, ()):
            if part.start < last and first < part.start + part.length:
                at = part.first - part.start
                low, high = max(first + at, part.first), min(last + at, part.last)
                most = max([most, *part.owners[key].resident_kb[low:high]])
        return most

    def disks(self) -> set[str]:
        """The names of all disks in any batch."""
        return {name for part in self.parts for name in part.batch.disks}

    def filesystems(self) -> set[str]:
        """The mount points in any batch."""
        return {mount for part in self.parts for mount in part.batch.filesystems}


def segments(batches: Iterable[Batch], skew_ms: int) -> list[Segment]:
    """All segments of at least two samples, in the order of time; no moment is in two of them.

    Where samplers overlap, the one that covers more stands, and the others fill in around it.
    """
    groups: dict[tuple[str, str], list[Batch]] = {}
    for batch in batches:
        if batch.time_ms:
            groups.setdefault((batch.sampler, batch.host.boot_id), []).append(batch)
    found = [Segment(group, skew_ms) for group in groups.values()]
    kept: list[Segment] = []
    for segment in sorted(found, key=lambda s: (-s.covered_ms, s.times_ms[0], s.sampler)):
        pieces = [segment] if len(segment.times_ms) > 1 else []
        for other in kept:
            span_ms = other.times_ms[0], other.times_ms[-1]
            pieces = [rest for piece in pieces for rest in piece.without(*span_ms)]
        kept += pieces
    return sorted(kept, key=lambda s: s.times_ms[0])


def _without_repeats(batches: list[Batch]) -> list[Part]:
    """The batches without those samples that are not later than what came before."""
    parts: list[Part] = []
    start, latest_ms = 0, batches[0].uptime_ms[0] - 1
    for batch in batches:
        first, last = bisect_right(batch.uptime_ms, latest_ms), len(batch.uptime_ms)
        if first < last:
            owners = {owner.key: owner for owner in batch.owners}
            parts.append(Part(batch, owners, first, last, start))
            start, latest_ms = start + last - first, batch.uptime_ms[-1]
    return parts


def _moments(parts: list[Part], skew_ms: int) -> list[int]:
    """The monotonic clock, set by the wall clock's median: a stepped wall clock moves nothing."""
    uptimes = [up for part in parts for up in part.batch.uptime_ms[part.first : part.last]]
    times = [time for part in parts for time in part.batch.time_ms[part.first : part.last]]
    offsets = sorted(time - uptime for time, uptime in zip(times, uptimes))
    offset_ms = offsets[(len(offsets) - 1) // 2] + skew_ms
    return [uptime + offset_ms for uptime in uptimes]


def _set_since_ms(first: Batch, start_ms: int, skew_ms: int) -> int:
    """What the clock was set by after births were told, which is by its first reading.

    `start_ms` is the first sample's moment. Without the first batch only the skew is known.
    """
    return skew_ms if first.sequence else start_ms - first.time_ms[0]
