"""A segment in; what is known of each group of processes, over all its batches, out.

Here the batches' segments of processes are decoded, and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ..model.checked import BatchError
from ..model.columns import summed
from ..model.named_tuples import NamedTuple
from ..model.process_groups import ToldGroup, read_groups
from ..model.samples import GROUP_RESIDENT_QUANTUM_KB, Batch
from .segments import Segment
from .series import Span
from .tally import Tally, tally_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator, Optional, Sequence

    from ..model.samples import Processes


class Place(NamedTuple):
    """Of the samples that a group is told by those from `first` to before `last` count.

    The sample 0 is the segment's sample `shift`.
    """

    first: int
    last: int
    shift: int


class Track:
    """One group at the moments at which it was recorded.

    Who has done something by its first record did so at any time since its segment's start, or its
    owner's birth: it was never among those that do most.
    """

    def __init__(self, owner: str, name: str) -> None:
        """Without moments yet; `go_on` adds them."""
        self.owner = owner
        self.name = name
        self.times_ms: list[int] = []
        self._resident: list[int] = []
        self._parts: list[tuple[ToldGroup, int, int]] = []
        self._earlier: Optional[tuple[ToldGroup, int]] = None
        self._has_zero = False
        self._odd: set[str] = set()

    def begin_after(self, group: ToldGroup) -> None:
        """What was counted by this group's last record was before the segment."""
        if group.at:
            self._earlier = group, len(group.at) - 1

    def go_on(
        self, group: ToldGroup, place: Place, times_ms: Sequence[int], since_ms: Optional[int]
    ) -> None:
        """With the next part of the segment, all of whose samples' moments are `times_ms`.

        Before `since_ms` the group can have done nothing that is counted; None: it may have.
        """
        first, last = bisect_left(group.at, place.first), bisect_left(group.at, place.last)
        shift = place.shift
        if first == last or self._is_namesake(times_ms[group.at[first] + shift]):
            return
        moments_ms = _moments(group.at[first:last], times_ms, shift)
        if not self.times_ms and group.at[first] + shift:
            before_ms = times_ms[group.at[first] + shift - 1]
            earlier = (group, first - 1) if first else self._earlier
            if earlier:  # what was counted by then is in the record before
                told, row = earlier
                self._hold([before_ms], told, row, row + 1)
            elif not group.cpu_ticks[0]:
                self._begin(before_ms)
            elif since_ms is not None:
                self._begin(min(since_ms, before_ms))
        self._hold(moments_ms, group, first, last)

    def _hold(self, times_ms: Sequence[int], group: ToldGroup, first: int, last: int) -> None:
        self.times_ms += times_ms
        self._resident += group.resident[first:last]
        self._parts.append((group, first, last))
        self._odd.update(group.odd)

    def _begin(self, time_ms: int) -> None:
        """Before its first record, when nothing was counted."""
        self.times_ms.append(time_ms)
        self._resident.append(0)
        self._has_zero = True

    def _is_namesake(self, time_ms: int) -> bool:
        """Whether another group of this name is already told of that time: one counts."""
        return bool(self.times_ms) and time_ms <= self.times_ms[-1]

    @property
    def lived(self) -> Span:
        """From its first moment to its last."""
        return Span(self.times_ms[0], self.times_ms[-1])

    @property
    def counted_ticks(self) -> int:
        """How much CPU time its records speak of, at most."""
        return sum(sum(group.cpu_ticks[:last]) for group, _, last in self._parts)

    @property
    def most_resident(self) -> int:
        """The most that it ever held, in GROUP_RESIDENT_QUANTUM_KB."""
        return max(self._resident)

    def tally(self, counter: str) -> Tally:
        """Of `cpu_ticks` or `seen`, as they are in ToldGroup."""
        if counter in self._odd:
            return tally_of(self.times_ms, self._counts(counter))
        runs = [(getattr(group, counter), first, last) for group, first, last in self._parts]
        return Tally(self.times_ms, runs, has_zero=self._has_zero)

    def io_tally(self, counter: str) -> Optional[Tally]:
        """Of `read` or `written`; None where they could not be seen.

        They are unknown until they are seen first. By then a group of which nobody was there in the
        beginning has counted nothing; what others did before is unknown.
        """
        told = [getattr(group, counter) for group, _, _ in self._parts]
        if told[-1] is None:
            return None
        if None not in told and counter not in self._odd:
            return self.tally(counter)
        counts = self._counts(counter)
        if counts[-1] is None or (None in counts and self._counts("seen")[0]):
            return None
        return tally_of(self.times_ms, [count or 0 for count in counts])

    def _counts(self, counter: str) -> list[Any]:
        """What had been counted by each moment; None where unknown."""
        counts: list[Any] = [0] if self._has_zero else []
        for group, first, last in self._parts:
            told = getattr(group, counter)
            counts += [None] * (last - first) if told is None else summed(told[:last])[first:]
        return counts

    def most_resident_kb(self, span: Span) -> int:
        """The most that was recorded within the span; 0 where nothing was."""
        first = bisect_left(self.times_ms, span.start_ms)
        last = bisect_right(self.times_ms, span.end_ms)
        return max(self._resident[first:last], default=0) * GROUP_RESIDENT_QUANTUM_KB


def tracks(segments: Iterable[Segment]) -> list[Track]:
    """All groups of all segments."""
    return [track for segment in segments for track in _tracks(segment)]


def _tracks(segment: Segment) -> Iterable[Track]:
    found: dict[tuple[str, str], Track] = {}
    births_ms, times_ms = segment.births_ms, segment.times_ms
    is_whole = not segment.parts[0].batch.sequence and not segment.parts[0].first
    for group in _groups_before(segment):
        name = group.owner, group.name
        found.setdefault(name, Track(*name)).begin_after(group)
    for place, group in _placed_groups(segment):
        name = group.owner, group.name
        if name not in found:
            found[name] = Track(*name)
        since_ms = max(times_ms[0], births_ms.get(group.owner, times_ms[0]))
        found[name].go_on(group, place, times_ms, since_ms if is_whole else None)
    return [track for track in found.values() if track.times_ms]


def _groups_before(segment: Segment) -> Iterator[ToldGroup]:
    """Those of batches that lie before the segment, which was cut off from them."""
    for batch in segment.earlier:
        for count, told in batch.segments:
            yield from _groups(told, count)
    first = segment.parts[0]
    for start, count, told in _pieces(first.batch):
        if start + count <= first.first:
            yield from _groups(told, count)


def _placed_groups(segment: Segment) -> Iterator[tuple[Place, ToldGroup]]:
    for part in segment.parts:
        for start, count, told in _pieces(part.batch):
            first, last = max(part.first - start, 0), min(part.last - start, count)
            if first < last:
                place = Place(first, last, part.start + start - part.first)
                for group in _groups(told, count):
                    yield place, group


def _pieces(batch: Batch) -> Iterator[tuple[int, int, Processes]]:
    """Where among the batch's samples each segment of processes begins, of how many; what it is."""
    start = 0
    for count, told in batch.segments:
        yield start, count, told
        start += count


def _groups(told: Processes, count: int) -> list[ToldGroup]:
    """The groups of so many samples; where they are broken, nothing but they is lost."""
    try:
        return read_groups(told, count)
    except BatchError:
        return []


def _moments(at: Sequence[int], times_ms: Sequence[int], shift: int) -> Sequence[int]:
    """Of these samples, which mostly follow one another."""
    first, last = at[0], at[-1]
    if last - first == len(at) - 1:
        return times_ms[first + shift : last + shift + 1]
    return [times_ms[index + shift] for index in at]
