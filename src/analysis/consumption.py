"""A series and a roster in; what each used of disks, network and waiting out, by field of Usage.

A sum is split by time among the steps that run; a state of the machine (stalls, how busy a disk
was) is the same for all who were there. All is None for spans in which it was not looked at; rates
are of the time in which it was.
"""

from __future__ import annotations

from ..model import samples
from ..model.named_tuples import NamedTuple
from .cpu import is_limited
from .known_time import KnownTime
from .roster import Roster
from .series import Counter, Series, Span, disk_column, machine_column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterable, Mapping, Optional

    Column = dict[int, Optional[float]]
    """A figure of everyone in a roster."""


_SECTOR_BYTES = 512
_SECOND_MS, _SECOND_US = 1000, 1_000_000
_PERCENT = 100

_STALLED = {
    "stalled_cpu": (samples.STALLED_CPU_US, samples.CGROUP_STALLED_CPU_US),
    "stalled_memory": (samples.STALLED_MEMORY_US, samples.CGROUP_STALLED_MEMORY_US),
    "stalled_io": (samples.STALLED_IO_US, samples.CGROUP_STALLED_IO_US),
}
_STALLED_FULL = {
    "stalled_memory_full": (
        samples.STALLED_MEMORY_FULL_US,
        samples.CGROUP_STALLED_MEMORY_FULL_US,
    ),
    "stalled_io_full": (samples.STALLED_IO_FULL_US, samples.CGROUP_STALLED_IO_FULL_US),
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


class _Counts(NamedTuple):
    """What was counted by each edge of a roster, and when it was looked at, as in Counter."""

    at_edges: list[float]
    known: list[Span]
    looked: list[Span]


_NOTHING = _Counts([], [], [])


class Consumption:
    """The counters of a series as everyone in a roster has a part in them."""

    def __init__(
        self, series: Series, roster: Roster, known_time: KnownTime, cores_allowed: float
    ) -> None:
        """`known_time` is asked for everything that is counted here."""
        self._series = series
        self._roster = roster
        self._known_time = known_time
        self._cores_allowed = cores_allowed
        self._edges = [series.place(edge_ms) for edge_ms in roster.edges_ms]
        self._counts: dict[tuple[str, str], _Counts] = {}
        self._disks = series.disks()

    def figures(self) -> dict[str, Column]:
        """By field of Usage, and by whom."""
        return {
            **self._waits(),
            **self._disk_sums(),
            **self._network_sums(),
            **self._disk_states(),
            **self._stalls(),
        }

    def _waits(self) -> dict[str, Column]:
        tick_seconds = 1 / self._series.host.ticks_per_second
        steal, iowait, throttled = map(
            self._machine, (samples.CPU_STEAL, samples.CPU_IOWAIT, samples.CGROUP_THROTTLED_US)
        )
        # One line of /proc/stat has both, so they are known at the same time.
        wanted = self._machine(samples.CPU_USER, samples.CPU_SYSTEM, samples.CPU_STEAL)
        stolen = _ratio(self._whole(steal), self._whole(wanted), _PERCENT, most=_PERCENT)
        core_us = _SECOND_US / _SECOND_MS * max(self._cores_allowed, 1)
        return {
            "cpu_steal_seconds": self._divided(steal, tick_seconds),
            "cpu_stolen_percent": stolen,
            "cpu_iowait_seconds": self._divided(iowait, tick_seconds),
            "cpu_throttled_seconds": self._divided(throttled, 1 / _SECOND_US),
            # The kernel adds up the throttling of all CPUs.
            "cpu_throttled_percent": self._share(throttled, core_us),
        }

    def _disk_sums(self) -> dict[str, Column]:
        figures: dict[str, Column] = {}
        for field, (name, scale) in _DISK_SUMS.items():
            counts = self._of_disks(self._disks, name)
            figures[field] = self._divided(counts, scale)
            if field.endswith("_bytes"):
                figures[f"{field}_per_second"] = self._per_second(figures[field], counts)
        operations = self._of_disks(self._disks, samples.READS, samples.WRITES)
        each = self._per_second(self._divided(operations), operations)
        return {**figures, "disk_operations_per_second": each}

    def _network_sums(self) -> dict[str, Column]:
        figures: dict[str, Column] = {}
        for field, name in _NETWORK_SUMS.items():
            counts = self._machine(name)
            figures[field] = self._divided(counts)
            figures[f"{field}_per_second"] = self._per_second(figures[field], counts)
        return figures

    def _disk_states(self) -> dict[str, Column]:
        """A disk is as busy as the busiest; a wait is that of the mean operation."""
        busy = [self._whole(self._of_disks([disk], samples.IO_MS)) for disk in self._disks]
        busiest = {who: _most(column[who] for column in busy) for who in self._roster.spans}
        known_ms = self._known_ms(self._of_disks(self._disks, samples.IO_MS))
        waited = self._whole(self._of_disks(self._disks, samples.READ_MS, samples.WRITE_MS))
        operations = self._whole(self._of_disks(self._disks, samples.READS, samples.WRITES))
        queued = self._of_disks(self._disks, samples.WEIGHTED_MS)
        return {
            "disk_utilisation_percent": _ratio(busiest, known_ms, _PERCENT, most=_PERCENT),
            "disk_await_ms": _ratio(waited, operations),
            "disk_queue_depth": _ratio(self._whole(queued), self._known_ms(queued)),
        }

    def _stalls(self) -> dict[str, Column]:
        """The control group's where one stands for the job: others may stall on the machine."""
        figures: dict[str, Column] = {}
        for field, (of_machine, of_group) in {**_STALLED, **_STALLED_FULL}.items():
            counts = self._machine(of_group if is_limited(self._series.host) else of_machine)
            figures[f"{field}_seconds"] = self._whole(counts, 1 / _SECOND_US)
            if field in _STALLED:
                figures[f"{field}_percent"] = self._share(counts, _SECOND_US / _SECOND_MS)
        return figures

    def _machine(self, *names: str) -> _Counts:
        """Nothing where one of them was never looked at."""
        counts = [self._read(name) for name in names]
        return _together(counts) if all(count.known for count in counts) else _NOTHING

    def _of_disks(self, disks: Iterable[str], *names: str) -> _Counts:
        """Of those that were looked at: a disk that comes later has done nothing before."""
        return _together([self._read(name, disk) for disk in disks for name in names])

    def _read(self, name: str, disk: str = "") -> _Counts:
        """Once, however many figures it is part of."""
        if (disk, name) not in self._counts:
            column = disk_column(disk, name) if disk else machine_column(name)
            counter = self._series.counter(column)
            self._counts[disk, name] = self._at_edges(counter) if counter else _NOTHING
        return self._counts[disk, name]

    def _at_edges(self, counter: Counter) -> _Counts:
        values, known, looked = counter
        return _Counts([edge.value(values) for edge in self._edges], known, looked)

    def _divided(self, counts: _Counts, scale: float = 1) -> Column:
        return self._scaled(self._roster.divide, counts, scale)

    def _whole(self, counts: _Counts, scale: float = 1) -> Column:
        return self._scaled(self._roster.within, counts, scale)

    def _per_second(self, part: Column, counts: _Counts) -> Column:
        return _ratio(part, self._known_ms(counts), _SECOND_MS)

    def _share(self, counts: _Counts, per_ms: float) -> Column:
        """In percent of so much in each millisecond."""
        whole = self._whole(counts, 1 / per_ms)
        return _ratio(whole, self._known_ms(counts), _PERCENT, most=_PERCENT)

    def _known_ms(self, counts: _Counts) -> Column:
        return self._known_time.known_ms(counts.known, counts.looked)

    def _scaled(
        self, part: Callable[[list[float]], dict[int, float]], counts: _Counts, scale: float
    ) -> Column:
        parts = part(counts.at_edges) if counts.known else {}
        return {
            who: parts[who] * scale if _is_known(spans, counts.known) else None
            for who, spans in self._roster.spans.items()
        }


def _together(counts: Iterable[_Counts]) -> _Counts:
    """Their sum, of those that were looked at."""
    looked_at = [count for count in counts if count.known]
    lines = zip(*(count.at_edges for count in looked_at))
    return _Counts(
        list(map(sum, lines)),
        [span for count in looked_at for span in count.known],
        [span for count in looked_at for span in count.looked],
    )


def _is_known(spans: Iterable[Span], known: Iterable[Span]) -> bool:
    return any(span.touches(seen) for span in spans for seen in known)


def _most(values: Iterable[Optional[float]]) -> Optional[float]:
    return max((value for value in values if value is not None), default=None)


def _ratio(
    parts: Column,
    wholes: Mapping[int, Optional[float]],
    scale: float = 1,
    most: float = float("inf"),
) -> Column:
    """None where a part is unknown, or there is nothing that it would be part of."""
    ratios: Column = {}
    for who, part in parts.items():
        whole = wholes.get(who)
        ratios[who] = min(part / whole * scale, most) if part is not None and whole else None
    return ratios
