"""A job and its sample batches in; its curves out: what ran at the time, in equal parts of it.

So many parts as there is room for, however long the job: rates are means of a part and memory its
maximum, so that sums stay true and no peak of memory is lost. None is what was not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterable, NamedTuple, Optional, Protocol

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
_US_PER_MS = 1000
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
        edges_ms = self._edges_ms(self.span, most)
        read, written = (
            self._rates([disk_column(disk, name) for disk in self._series.disks()], edges_ms)
            for name in (samples.READ_SECTORS, samples.WRITTEN_SECTORS)
        )
        received, sent = (
            self._rates([machine_column(name)], edges_ms)
            for name in (samples.NETWORK_RECEIVED_BYTES, samples.NETWORK_SENT_BYTES)
        )
        return Curves(
            self.span,
            self._cores(self._cpu_us, edges_ms),
            self._memory_bytes(edges_ms),
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
        edges_ms = self._edges_ms(span, most)
        if used.owner is None or used.usage.attribution != BY_PROCESS:
            return self._cores(self._cpu_us, edges_ms)
        return self._cores(self._owner_us(used.owner), edges_ms)

    def _edges_ms(self, span: Span, most: int) -> list[int]:
        """From the span's start to its end."""
        count = max(min(most, round(span.length_ms / self._series.host.interval_ms)), 1)
        return [span.start_ms + span.length_ms * part // count for part in range(count + 1)]

    def _owner_us(self, key: str) -> list[float]:
        """What an owner's processes had used by each sample."""
        tick_us = 1_000_000 / self._series.host.ticks_per_second
        rises = [0] * len(self._series.times_ms)
        for first, found in self._series.owner_ticks(key):
            for interval, rise in enumerate(found, first + 1):
                rises[interval] += rise
        total, by_sample = 0.0, []
        for rise in rises:
            total += rise * tick_us
            by_sample.append(total)
        return by_sample

    def _cores(self, used_us: Optional[list[float]], edges_ms: list[int]) -> Values:
        if used_us is None:
            return (None,) * (len(edges_ms) - 1)
        return self._per_ms(self._series.at_edges(used_us, edges_ms), edges_ms, 1 / _US_PER_MS)

    def _rates(self, columns: Iterable[Read], edges_ms: list[int]) -> Values:
        """The sum of these counters, a second."""
        found = [counter for counter in map(self._series.counter, columns) if counter]
        if not found:
            return (None,) * (len(edges_ms) - 1)
        counts = (self._series.at_edges(counter.values, edges_ms) for counter in found)
        return self._per_ms([sum(edge) for edge in zip(*counts)], edges_ms, 1000.0)

    def _per_ms(self, counts: list[float], edges_ms: list[int], scale: float) -> Values:
        """How much was counted in each part, for each millisecond that was seen."""
        seen_ms = self._series.at_edges(self._series.covered_ms, edges_ms)
        return tuple(
            (after - before) / (seen - seen_before) * scale
            if seen - seen_before >= _SEEN_SHARE * (end_ms - start_ms) > 0
            else None
            for before, after, seen_before, seen, start_ms, end_ms in zip(
                counts, counts[1:], seen_ms, seen_ms[1:], edges_ms, edges_ms[1:]
            )
        )

    def _memory_bytes(self, edges_ms: list[int]) -> Values:
        used = memory_used(self._series)
        most = (
            highest(lines(used, [Span(start_ms, end_ms)]))
            for start_ms, end_ms in zip(edges_ms, edges_ms[1:])
        )
        return _scaled(tuple(most), _KIB)


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
