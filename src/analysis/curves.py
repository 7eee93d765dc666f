"""A job and its sample batches in; its curves out: what ran at the time, in equal parts of it.

So many parts as there is room for, however long the job: rates are means of a part and memory its
maximum, so that sums stay true and no peak of memory is lost. None is what was not seen.
"""

from __future__ import annotations

from itertools import accumulate
from operator import add, sub
from typing import TYPE_CHECKING, Iterable, Iterator, NamedTuple, Optional, Protocol, Sequence

from ..model import samples
from ..model.samples import Batch
from .cpu import cpu_of
from .gauges import highest, lines
from .memory import memory_used
from .series import Series, Span, disk_column, machine_column, read_series
from .timeline import Job, Step
from .usage import BY_PROCESS, StepUsage

if TYPE_CHECKING:
    from .series import Read


Values = tuple[Optional[float], ...]

_KIB = 1024
_SKIPPED = "skipped"  # such a step has a time, at which nothing ran
_SECTOR_BYTES = 512
_MS_US = _SECOND_MS = 1000
_SECOND_US = 1_000_000
_SEEN_SHARE = 0.5  # of a part: what was seen of less of it is not told


class Curves(NamedTuple):
    """What the job used within `span`, each of the same number of parts."""

    span: Span
    cpu_cores: Values
    memory_bytes: Values
    disk_read_bytes_per_second: Values
    disk_written_bytes_per_second: Values
    network_received_bytes_per_second: Values
    network_sent_bytes_per_second: Values

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.span.length_ms / 1000


class Course(Protocol):
    """A job's course, of which curves can be asked: its samples, or what was kept of them."""

    @property
    def span(self) -> Span:
        """The job's time; some it took."""

    def curves(self, most: int) -> Curves:
        """The job's, in at most so many parts; no more than there were samples."""

    def step_cores(self, used: StepUsage, most: int) -> Values:
        """The CPU that a step used: its own processes where they are known, else the machine."""


class SampledCourse:
    """The course as samples tell it."""

    def __init__(self, job: Job, series: Series) -> None:
        """`job` says when it began and ended; where it does not, the samples do."""
        self._series = series
        self.span = _span(job, series.seen)
        cpu = cpu_of(series)
        self._cpu_us = cpu.total_us if cpu else None

    def curves(self, most: int) -> Curves:
        """The job's, in at most so many parts; no more than there were samples."""
        parts = _Parts(self._series, self.span, most)
        read, written = (
            self._rates([disk_column(disk, name) for disk in self._series.disks()], parts)
            for name in (samples.READ_SECTORS, samples.WRITTEN_SECTORS)
        )
        received, sent = (
            self._rates([machine_column(name)], parts)
            for name in (samples.NETWORK_RECEIVED_BYTES, samples.NETWORK_SENT_BYTES)
        )
        return Curves(
            self.span,
            self._cores(parts),
            self._memory_bytes(parts),
            _scaled(read, _SECTOR_BYTES),
            _scaled(written, _SECTOR_BYTES),
            received,
            sent,
        )

    def step_cores(self, used: StepUsage, most: int) -> Values:
        """The CPU that a step used: its own processes where they are known, else the machine."""
        span = step_span(used.step, self.span.end_ms)
        if span is None or span.length_ms <= 0:
            return ()
        parts = _Parts(self._series, span, most)
        if used.owner is None or used.usage.attribution != BY_PROCESS:
            return self._cores(parts)
        tick_us = _SECOND_US / self._series.host.ticks_per_second
        return parts.per_ms(parts.at_edges(self._owner_ticks(used.owner)), tick_us / _MS_US)

    def _owner_ticks(self, key: str) -> list[int]:
        """What an owner's processes had used by each sample."""
        rises = [0] * len(self._series.times_ms)
        for first, found in self._series.owner_ticks(key):
            where = slice(first + 1, first + 1 + len(found))
            rises[where] = map(add, rises[where], found)
        return list(accumulate(rises))

    def _cores(self, parts: _Parts) -> Values:
        if self._cpu_us is None:
            return parts.unseen
        return parts.per_ms(parts.at_edges(self._cpu_us), 1 / _MS_US)

    def _rates(self, columns: Iterable[Read], parts: _Parts) -> Values:
        """The sum of these counters, a second."""
        found = [counter for counter in map(self._series.counter, columns) if counter]
        if not found:
            return parts.unseen
        counts = (parts.at_edges(counter.values) for counter in found)
        return parts.per_ms([sum(edge) for edge in zip(*counts)], _SECOND_MS)

    def _memory_bytes(self, parts: _Parts) -> Values:
        used = memory_used(self._series)
        most = (highest(lines(used, [span])) for span in parts.spans)
        return _scaled(tuple(most), _KIB)


class _Parts:
    """Equal parts of a span, whose edges are placed among the samples once for all curves."""

    def __init__(self, series: Series, span: Span, most: int) -> None:
        """At most so many, and no more than there were samples."""
        count = max(min(most, round(span.length_ms / series.host.interval_ms)), 1)
        edges_ms = [span.start_ms + span.length_ms * part // count for part in range(count + 1)]
        self.spans = [Span(*ends) for ends in zip(edges_ms, edges_ms[1:])]
        self.unseen: Values = (None,) * count
        self._places = [*map(series.place, edges_ms)]
        seen_ms = _rises(self.at_edges(series.covered_ms))
        self._seen_ms = [
            seen if seen >= _SEEN_SHARE * part.length_ms > 0 else None
            for seen, part in zip(seen_ms, self.spans)
        ]

    def at_edges(self, counts: Sequence[float]) -> list[float]:
        """What was counted by the edges, of what was by each sample."""
        return [place.value(counts) for place in self._places]

    def per_ms(self, at_edges: Sequence[float], scale: float) -> Values:
        """How much was counted in each part, for each millisecond that was seen."""
        return tuple(
            rise / seen * scale if seen else None
            for rise, seen in zip(_rises(at_edges), self._seen_ms)
        )


def _rises(counts: Sequence[float]) -> Iterator[float]:
    return map(sub, counts[1:], counts)


def course_of(job: Job, batches: Iterable[Batch], *, skew_ms: int = 0) -> Optional[SampledCourse]:
    """None where not even one interval was seen, or the job took no time."""
    series = read_series(batches, skew_ms)
    if series is None:
        return None
    course = SampledCourse(job, series)
    return course if course.span.length_ms > 0 else None


def step_span(step: Step, end_ms: int) -> Optional[Span]:
    """The step's time; one that is not over goes on to `end_ms`. None: it did not begin."""
    if step.start_ms is None or step.conclusion == _SKIPPED:
        return None
    return Span(step.start_ms, end_ms if step.end_ms is None else step.end_ms)


def _span(job: Job, seen: Span) -> Span:
    """The job's time; a job that is not over goes on to whatever is known last."""
    start_ms = seen.start_ms if job.start_ms is None else job.start_ms
    if job.end_ms is not None:
        return Span(start_ms, job.end_ms)
    ends_ms = [step.end_ms for step in job.steps if step.end_ms is not None]
    return Span(start_ms, max([seen.end_ms, *ends_ms]))


def _scaled(values: Values, scale: float) -> Values:
    return tuple(None if value is None else value * scale for value in values)
