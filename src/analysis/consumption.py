"""A series and a roster in; what each used of disks, network and waiting out, by field of Usage.

A sum is split by time among the steps that run; a state of the machine (stalls, how busy a disk
was) is the same for all who were there. All is None for spans in which it was not looked at.
"""

from __future__ import annotations

import math

from ..model import samples
from ..model.named_tuples import NamedTuple
from .coverage import Coverage
from .roster import Roster
from .series import Series, Span, disk_column, machine_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Mapping, Optional

    from .series import Read

    Column = dict[int, Optional[float]]
    """A figure of everyone in a roster."""


_US = 1e-6
_SECTOR_BYTES = 512
_SECOND_MS = 1000
_PERCENT = 100

_STALLS = {
    "stalled_cpu_seconds": samples.STALLED_CPU_US,
    "stalled_memory_seconds": samples.STALLED_MEMORY_US,
    "stalled_io_seconds": samples.STALLED_IO_US,
    "stalled_memory_full_seconds": samples.STALLED_MEMORY_FULL_US,
    "stalled_io_full_seconds": samples.STALLED_IO_FULL_US,
}
_DISK_SUMS = {
    "disk_read_bytes": (samples.READ_SECTORS, _SECTOR_BYTES),
    "disk_written_bytes": (samples.WRITTEN_SECTORS, _SECTOR_BYTES),
    "disk_reads": (samples.READS, 1),
    "disk_writes": (samples.WRITES, 1),
}
_NETWORK_SUMS = {
    "network_received_bytes": samples.NETWORK_RECEIVED_BYTES,
    "network_sent_bytes": samples.NETWORK_SENT_BYTES,
}
_RATES = (*list(_DISK_SUMS)[:2], *_NETWORK_SUMS)


class _Counts(NamedTuple):
    """What was counted by each edge of a roster, and when it was looked at."""

    at_edges: list[float]
    known: list[Span]


class Consumption:
    """The counters of a series as everyone in a roster has a part in them."""

    def __init__(self, series: Series, roster: Roster, coverage: Mapping[int, Coverage]) -> None:
        """`coverage` is that of the series for the roster."""
        self._series = series
        self._roster = roster
        self._edges = [series.place(edge_ms) for edge_ms in roster.edges_ms]
        self._disks = sorted({disk for part in series.segments for disk in part.disks()})
        self._counted_ms = {who: covered.counted_ms for who, covered in coverage.items()}

    def figures(self) -> dict[str, Column]:
        """By field of Usage, and by whom."""
        sums = {**self._waits(), **self._disk_sums(), **self._network_sums()}
        return {**sums, **self._rates(sums), **self._disk_states(), **self._stalls()}

    def _waits(self) -> dict[str, Column]:
        tick_seconds = 1 / self._series.host.ticks_per_second
        return {
            "cpu_steal_seconds": self._divided(self._machine(samples.CPU_STEAL), tick_seconds),
            "cpu_iowait_seconds": self._divided(self._machine(samples.CPU_IOWAIT), tick_seconds),
            "cpu_throttled_seconds": self._divided(self._machine(samples.CGROUP_THROTTLED_US), _US),
        }

    def _disk_sums(self) -> dict[str, Column]:
        return {
            field: self._divided(self._of_disks(self._disks, name), scale)
            for field, (name, scale) in _DISK_SUMS.items()
        }

    def _network_sums(self) -> dict[str, Column]:
        return {field: self._divided(self._machine(name)) for field, name in _NETWORK_SUMS.items()}

    def _rates(self, sums: dict[str, Column]) -> dict[str, Column]:
        return {
            f"{field}_per_second": _ratio(sums[field], self._counted_ms, _SECOND_MS)
            for field in _RATES
        }

    def _disk_states(self) -> dict[str, Column]:
        """A disk is as busy as the busiest; a wait is that of the mean operation."""
        busy = [self._whole(self._of_disks([disk], samples.IO_MS)) for disk in self._disks]
        waited = self._whole(self._of_disks(self._disks, samples.READ_MS, samples.WRITE_MS))
        operations = self._whole(self._of_disks(self._disks, samples.READS, samples.WRITES))
        queued = self._whole(self._of_disks(self._disks, samples.WEIGHTED_MS))
        busiest = {who: _most(column[who] for column in busy) for who in self._roster.spans}
        return {
            "disk_utilisation_percent": _ratio(busiest, self._counted_ms, _PERCENT, most=_PERCENT),
            "disk_await_ms": _ratio(waited, operations),
            "disk_queue_depth": _ratio(queued, self._counted_ms),
        }

    def _stalls(self) -> dict[str, Column]:
        return {field: self._whole(self._machine(name), _US) for field, name in _STALLS.items()}

    def _machine(self, name: str) -> _Counts:
        return self._counts([machine_column(name)])

    def _of_disks(self, disks: Iterable[str], *names: str) -> _Counts:
        return self._counts([disk_column(disk, name) for disk in disks for name in names])

    def _counts(self, columns: Iterable[Read]) -> _Counts:
        """The sum of these counters."""
        counters = [found for found in map(self._series.counter, columns) if found]
        lines = [[edge.value(counter.values) for edge in self._edges] for counter in counters]
        known = [span for counter in counters for span in counter.known]
        return _Counts([sum(line) for line in zip(*lines)], known)

    def _divided(self, counts: _Counts, scale: float = 1) -> Column:
        return self._scaled(self._roster.divide, counts, scale)

    def _whole(self, counts: _Counts, scale: float = 1) -> Column:
        return self._scaled(self._roster.within, counts, scale)

    def _scaled(
        self, part: Callable[[list[float]], dict[int, float]], counts: _Counts, scale: float
    ) -> Column:
        parts = part(counts.at_edges) if counts.known else {}
        return {
            who: parts[who] * scale if _is_known(spans, counts.known) else None
            for who, spans in self._roster.spans.items()
        }


def _is_known(spans: Iterable[Span], known: Iterable[Span]) -> bool:
    return any(span.touches(seen) for span in spans for seen in known)


def _most(values: Iterable[Optional[float]]) -> Optional[float]:
    return max((value for value in values if value is not None), default=None)


def _ratio(
    parts: Column,
    wholes: Mapping[int, Optional[float]],
    scale: float = 1,
    most: float = math.inf,
) -> Column:
    """None where a part is unknown, or there is nothing that it would be part of."""
    ratios: Column = {}
    for who, part in parts.items():
        whole = wholes[who]
        ratios[who] = min(part / whole * scale, most) if part is not None and whole else None
    return ratios
