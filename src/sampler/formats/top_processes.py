"""Readings of all processes in; the largest and the busiest, as a line of samples has them, out."""

from __future__ import annotations

from heapq import nlargest
from operator import itemgetter

from ...analysis.process import CPU, KEY, NAME, PID, RESIDENT, START

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ...analysis.process import Reading
    from ...model.samples import Host

    Told = dict[str, object]

FEWEST, MOST = 5, 50
LARGE_KB, BUSY_PERCENT = 100 * 1024, 1.0
"""Processes that hold or use as much are told of; where there are few, the next ones too."""

_KIB = 1024
_resident = itemgetter(RESIDENT)
_ticks = itemgetter(0)


def by_memory(readings: Iterable[Reading], host: Host) -> list[Told]:
    """The largest first; a percent is of the machine's memory."""
    large = nlargest(MOST, readings, key=_resident)
    count = max(sum(reading[RESIDENT] >= LARGE_KB for reading in large), FEWEST)
    return [
        {
            **_process(reading),
            "memory_bytes": reading[RESIDENT] * _KIB,
            "memory_percent": round(100 * reading[RESIDENT] / (host.memory_total_kb or 1), 2),
        }
        for reading in large[:count]
        if reading[RESIDENT]
    ]


def by_cpu(
    readings: Iterable[Reading], earlier: Sequence[Reading], seconds: float, host: Host
) -> list[Told]:
    """The busiest first, of so many seconds since the earlier readings; a percent is of a core."""
    used = nlargest(MOST, _used(readings, earlier), key=_ticks)
    least_ticks = BUSY_PERCENT / 100 * seconds * host.ticks_per_second
    count = max(sum(ticks >= least_ticks for ticks, _ in used), FEWEST)
    return [
        {
            **_process(reading),
            "cpu_seconds": ticks / host.ticks_per_second,
            "cpu_percent": round(100 * ticks / host.ticks_per_second / seconds, 2),
        }
        for ticks, reading in used[:count]
    ]


def _used(readings: Iterable[Reading], earlier: Iterable[Reading]) -> Iterator[tuple[int, Reading]]:
    """Each busy process's ticks since it was read before, or since its birth."""
    known = {reading[PID]: reading for reading in earlier}
    for reading in readings:
        last = known.get(reading[PID])
        if last is reading:
            continue
        before = last[CPU] if last is not None and last[START] == reading[START] else 0
        if reading[CPU] > before:
            yield reading[CPU] - before, reading


def _process(reading: Reading) -> Told:
    """`step` is the runner's id of the step in whose environment it was born, null without one."""
    return {"pid": reading[PID], "name": reading[NAME], "step": reading[KEY]}
