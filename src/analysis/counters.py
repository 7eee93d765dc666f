"""One column as it was read in, what it counted by each sample out: ever rising, without holes."""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence


_FULL = 2**32
_HALF = 2**31


class Run(NamedTuple):
    """From the `first` sample at which a column was read to the `last`, without a hole."""

    first: int
    last: int


class Counted(NamedTuple):
    """`values` at each sample, and when they were read: in `runs` with a hole between them."""

    values: list[int]
    runs: list[Run]


def counted(
    column: Sequence[Optional[int]], times_ms: Sequence[int], longest_ms: int
) -> Optional[Counted]:
    """What a counter says at two samples or more; None where it was never read.

    Between readings it is interpolated, before the first and after the last it stands still.
    `longest_ms` is as in `runs`.
    """
    rising = _rising(column)
    if rising:
        return Counted(rising, [Run(0, len(rising) - 1)])
    at, readings = known(column)
    if not at:
        return None
    return Counted(bridged(at, risen(readings), times_ms), runs(at, times_ms, longest_ms))


def _rising(column: Sequence[Optional[int]]) -> Optional[list[int]]:
    """The column, if it is all read and rises: nearly all are, and nothing else is so quick."""
    try:
        in_order: list[int] = sorted(column)  # type: ignore[arg-type]  # a None in it is no number
    except TypeError:
        return None
    return in_order if in_order == column else None


def known(column: Sequence[Optional[int]]) -> tuple[Sequence[int], list[int]]:
    """The indices of what was read, and the readings."""
    readings = [value for value in column if value is not None]
    if len(readings) == len(column):
        return range(len(column)), readings
    return [index for index, value in enumerate(column) if value is not None], readings


def runs(at: Sequence[int], times_ms: Sequence[int], longest_ms: int) -> list[Run]:
    """The indices of what was read, cut where readings are missing for longer than that."""
    pairs = () if len(at) == len(times_ms) else zip(at, at[1:])
    holes = [
        (here, there)
        for here, there in pairs
        if there - here > 1 and times_ms[there] - times_ms[here] > longest_ms
    ]
    firsts = [at[0], *(there for _, there in holes)]
    return [Run(*ends) for ends in zip(firsts, [*(here for here, _ in holes), at[-1]])]


def risen(readings: list[int]) -> list[int]:
    """The readings without wraps and backward steps.

    Some counters of the kernel have 32 bits. Others step back a little (iowait, by its own
    documentation), or far (an interface that went away): then nothing was counted.
    """
    total = before = readings[0]
    values = []
    for reading in readings:
        total += risen_since(before, reading)
        before = reading
        values.append(total)
    return values


def risen_since(before: int, now: int) -> int:
    """How much was counted from one reading to the next."""
    if now >= before:
        return now - before
    wrapped = _HALF < before < _FULL and now < _HALF
    return now + _FULL - before if wrapped else 0


def bridged(at: Sequence[int], values: list[int], times_ms: Sequence[int]) -> list[int]:
    """A value for each time from those at some indices, straight lines between them."""
    if len(at) == len(times_ms):
        return values
    whole = values[:1] * at[0]
    for here, there, value, following in zip(at, at[1:], values, values[1:]):
        span_ms = times_ms[there] - times_ms[here]
        whole += [
            value + (following - value) * (times_ms[index] - times_ms[here]) // span_ms
            for index in range(here, there)
        ]
    return whole + values[-1:] * (len(times_ms) - at[-1])
