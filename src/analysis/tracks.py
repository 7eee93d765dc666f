"""A segment in; what is known of each group of processes, over all its batches, out.

Here the batches' segments of processes are decoded, and nowhere else.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

from ..model.checked import BatchError
from ..model.process_groups import decode_processes
from ..model.samples import Batch, ProcessGroup
from .segments import Part, Segment
from .series import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Optional, Sequence

    Count = Optional[int]


_COLUMNS = ("cpu_ticks", "resident_kb", "seen", "read_kb", "written_kb")


class Track:
    """One group at the moments at which it was recorded; all but `resident_kb` rises.

    Who has done something by its first record did so at any time since its segment's start, or its
    owner's birth: it was never among those that do most.
    """

    def __init__(self, owner: str, name: str) -> None:
        """Without moments yet; `go_on` adds them."""
        self.owner = owner
        self.name = name
        self.times_ms: list[int] = []
        self.cpu_ticks: list[int] = []
        self.resident_kb: list[int] = []
        self.seen: list[int] = []
        self.read_kb: list[Count] = []
        self.written_kb: list[Count] = []

    def go_on(
        self, group: ProcessGroup, part: Part, times_ms: Sequence[int], since_ms: Optional[int]
    ) -> None:
        """With the next part of the segment, whose samples' moments are `times_ms`.

        Before `since_ms` the group can have done nothing that is counted; None: it may have.
        """
        first, last = bisect_left(group.at, part.first), bisect_left(group.at, part.last)
        shift = part.start - part.first
        if first == last or self._is_namesake(times_ms[group.at[first] + shift]):
            return
        if not self.times_ms and group.at[first] + shift:
            before_ms = times_ms[group.at[first] + shift - 1]
            if first or not group.cpu_ticks[0]:
                self._begin(before_ms, group, first)
            elif since_ms is not None:
                self._begin(min(since_ms, before_ms), group, first)
        self.times_ms += [times_ms[index + shift] for index in group.at[first:last]]
        for name in _COLUMNS:
            getattr(self, name).extend(getattr(group, name)[first:last])

    def _begin(self, time_ms: int, group: ProcessGroup, first: int) -> None:
        """With what was counted before the group's record of this index."""
        self.times_ms.append(time_ms)
        for name in _COLUMNS:
            getattr(self, name).append(getattr(group, name)[first - 1] if first else 0)

    def _is_namesake(self, time_ms: int) -> bool:
        """Whether another group of this name is already told of that time: one counts."""
        return bool(self.times_ms) and time_ms <= self.times_ms[-1]

    def by(self, counts: Sequence[int], time_ms: int) -> float:
        """What was counted by a moment, by a straight line between records."""
        after = bisect_right(self.times_ms, time_ms)
        if after in {0, len(self.times_ms)}:
            return counts[min(after, len(counts) - 1)]
        before_ms, after_ms = self.times_ms[after - 1 : after + 1]
        part = (time_ms - before_ms) / (after_ms - before_ms)
        return counts[after - 1] + (counts[after] - counts[after - 1]) * part

    def rise(self, counts: Sequence[int], span: Span) -> float:
        """How much was counted within the span."""
        return self.by(counts, span.end_ms) - self.by(counts, span.start_ms)

    def most_resident_kb(self, span: Span) -> int:
        """The most that was recorded within the span; 0 where nothing was."""
        first = bisect_left(self.times_ms, span.start_ms)
        last = bisect_right(self.times_ms, span.end_ms)
        return max(self.resident_kb[first:last], default=0)


def tracks(segments: Iterable[Segment]) -> list[Track]:
    """All groups of all segments."""
    return [track for segment in segments for track in _tracks(segment)]


def _tracks(segment: Segment) -> Iterable[Track]:
    found: dict[tuple[str, str], Track] = {}
    births_ms, times_ms = segment.births_ms(), segment.times_ms
    is_whole = not segment.parts[0].batch.sequence and not segment.parts[0].first
    for part in segment.parts:
        for group in _groups(part.batch):
            name = group.owner, group.name
            if name not in found:
                found[name] = Track(*name)
            since_ms = max(times_ms[0], births_ms.get(group.owner, times_ms[0]))
            found[name].go_on(group, part, times_ms, since_ms if is_whole else None)
    for track in found.values():
        track.cpu_ticks, track.seen = never_falling(track.cpu_ticks), never_falling(track.seen)
    return [track for track in found.values() if track.times_ms]


def never_falling(counts: list[int]) -> list[int]:
    """The same, but for foreign ones that fall: those stay as high as they were."""
    return counts if sorted(counts) == counts else list(accumulate(counts, max))


def _groups(batch: Batch) -> list[ProcessGroup]:
    """The batch's groups; where that segment is broken, nothing but they is lost."""
    try:
        return decode_processes(batch.processes, len(batch.time_ms))
    except BatchError:
        return []
