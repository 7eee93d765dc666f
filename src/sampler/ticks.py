"""A beginning and an interval in; how long until the next tick, and how many were missed, out."""

from __future__ import annotations


class Ticks:
    """Fixed moments, `start + n * interval`: being late for one delays none of the others."""

    def __init__(self, start: float, interval: float) -> None:
        """Seconds of a monotonic clock; the first tick is one interval after the start."""
        self._start = start
        self._interval = interval
        self._number = 0
        self.missed = 0

    def advance(self, now: float) -> float:
        """The next tick's moment; those that have passed already are missed."""
        passed = int((now - self._start) / self._interval)
        following = max(passed, self._number) + 1
        self.missed += following - self._number - 1
        self._number = following
        return self._start + following * self._interval
