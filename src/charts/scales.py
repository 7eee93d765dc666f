"""How far an axis goes in; the values at which it is labelled, out: round ones, and not too many.

Amounts of bytes are round in powers of two, time in what a clock has, all else in tens.
"""

from __future__ import annotations

from bisect import bisect_left
from math import ceil, floor, log
from typing import Sequence

_TENS = (1.0, 2.0, 5.0, 10.0)
_TWOS = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0)
_CLOCK_SECONDS = (
    *(1, 2, 5, 10, 15, 30),
    *(60, 120, 300, 600, 900, 1800),
    *(3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600),
)


def ticks(most: float, count: int = 4) -> list[float]:
    """From 0 on, at most `count` steps, the last of them at or beyond `most`."""
    return _ticks(most, count, 10.0, _TENS)


def byte_ticks(most: float, count: int = 4) -> list[float]:
    """As `ticks`, for bytes."""
    return _ticks(max(most, 1.0), count, 1024.0, _TWOS)


def clock_ticks(seconds: float, count: int = 6) -> list[float]:
    """Moments within so many seconds, at most `count` steps apart."""
    apart = seconds / count
    place = bisect_left(_CLOCK_SECONDS, apart)
    if place < len(_CLOCK_SECONDS):
        step = _CLOCK_SECONDS[place]
    else:  # whole days
        step = ceil(apart / _CLOCK_SECONDS[-1]) * _CLOCK_SECONDS[-1]
    return [float(step * i) for i in range(floor(seconds / step) + 1)]


def _ticks(most: float, count: int, base: float, steps: Sequence[float]) -> list[float]:
    if most <= 0:
        return [0.0, 1.0]
    apart = most / count
    power = base ** floor(log(apart, base))
    step = next((s for s in steps if s * power >= apart), base) * power
    return [step * i for i in range(ceil(most / step) + 1)]
