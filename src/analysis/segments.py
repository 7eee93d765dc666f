"""Batches in any order and number in; what each sampler saw in one boot, in order of time, out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import Callable, Iterable, Optional, Sequence

from ..model.samples import Batch, Owner

Readings = Sequence[Optional[int]]

_INTERVALS = 3  # missing ticks up to this are late ones …
_LATE_MS = 5000  # … and up to this beyond one interval: more is a gap


class Segment:
    """The samples of one sampler within one boot: between them all counters go on.

    `times_ms` are their moments, epoch. A missing batch is a longer interval.
    """

    def __init__(self, batches: Iterable[Batch], skew_ms: int) -> None:
        """Batches of one sampler and boot; of those with the same sequence the first stands."""
        by_sequence: dict[int, Batch] = {}
        for batch in batches:
            by_sequence.setdefault(batch.sequence, batch)
        self._parts = _without_repeats([by_sequence[key] for key in sorted(by_sequence)])
        self.host = self._parts[0][0].host
        self.sampler = self._parts[0][0].sampler
        self.times_ms = _moments(self._parts, skew_ms)
        self._skew_ms = skew_ms
        self._first, self._last = 0, len(self.times_ms)
        self._owners = [{owner.key: owner for owner in batch.owners} for batch, _ in self._parts]

    @property
    def longest_ms(self) -> int:
        """A longer interval is a gap."""
        return max(_INTERVALS * self.host.interval_ms, self.host.interval_ms + _LATE_MS)

    @property
    def covered_ms(self) -> int:
        """How much time was seen, without gaps."""
        steps = (after - before for before, after in zip(self.times_ms, self.times_ms[1:]))
        return sum(step for step in steps if step <= self.longest_ms)

    def leave_out(self, start_ms: int, end_ms: int) -> None:
        """Keep the samples before or after these times, whichever are more."""
        low, high = bisect_left(self.times_ms, start_ms), bisect_right(self.times_ms, end_ms)
        keep_before = low >= len(self.times_ms) - high
        first, last = (0, low) if keep_before else (high, len(self.times_ms))
        self.times_ms = self.times_ms[first:last]
        self._first, self._last = self._first + first, self._first + last

    def column(self, read: Callable[[Batch], Optional[Readings]]) -> Readings:
        """The column that `read` finds in each batch; None where it finds none."""
        whole: list[Optional[int]] = []
        for batch, skipped in self._parts:
            part = read(batch)
            whole += [None] * (len(batch.time_ms) - skipped) if part is None else part[skipped:]
        return whole[self._first : self._last]

    def owner_column(self, key: str, read: Callable[[Owner], Sequence[int]]) -> Readings:
        """The owner's column; 0 before it appears, for it had not been born."""
        whole: list[Optional[int]] = []
        is_born = False
        for (batch, skipped), owners in zip(self._parts, self._owners):
            owner = owners.get(key)
            is_born = is_born or owner is not None
            absent = [None if is_born else 0] * (len(batch.time_ms) - skipped)
            whole += absent if owner is None else read(owner)[skipped:]
        return whole[self._first : self._last]

    def disks(self) -> set[str]:
        """The names of all disks in any batch."""
        return {name for batch, _ in self._parts for name in batch.disks}

    def filesystems(self) -> set[str]:
        """The mount points in any batch."""
        return {mount for batch, _ in self._parts for mount in batch.filesystems}

    def births_ms(self) -> dict[str, int]:
        """When the first process of each owner was born, by key."""
        births: dict[str, int] = {}
        for owners in self._owners:
            for key, owner in owners.items():
                born_ms = owner.born_ms + self._skew_ms
                births[key] = min(born_ms, births.get(key, born_ms))
        return births

    def parts(self) -> Iterable[tuple[Batch, int]]:
        """The batches, each with the index of its first sample among `times_ms`.

        An index below 0 or beyond the last is that of a sample left out.
        """
        index = -self._first
        for batch, skipped in self._parts:
            yield batch, index - skipped
            index += len(batch.time_ms) - skipped


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
        for other in kept:
            segment.leave_out(other.times_ms[0], other.times_ms[-1])
        if len(segment.times_ms) > 1:
            kept.append(segment)
    return sorted(kept, key=lambda s: s.times_ms[0])


def _without_repeats(batches: list[Batch]) -> list[tuple[Batch, int]]:
    """Each batch with how many of its samples to skip: those not later than what came before."""
    parts = []
    latest_ms = batches[0].uptime_ms[0] - 1
    for batch in batches:
        skipped = bisect_right(batch.uptime_ms, latest_ms)
        if skipped < len(batch.time_ms):
            parts.append((batch, skipped))
            latest_ms = batch.uptime_ms[-1]
    return parts


def _moments(parts: list[tuple[Batch, int]], skew_ms: int) -> list[int]:
    """The monotonic clock, set by the wall clock's median: a stepped wall clock moves nothing."""
    uptimes = [uptime for batch, skipped in parts for uptime in batch.uptime_ms[skipped:]]
    times = [time for batch, skipped in parts for time in batch.time_ms[skipped:]]
    offsets = sorted(time - uptime for time, uptime in zip(times, uptimes))
    offset_ms = offsets[(len(offsets) - 1) // 2] + skew_ms
    return [uptime + offset_ms for uptime in uptimes]
