"""Spans of time in; for each a lane in which it meets no other, out."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Sequence


def lanes(spans: Sequence[tuple[float, float]], most: int) -> list[int]:
    """The lane of each span, the first free one from 0 on; where `most` are taken, the last.

    Who touches does not overlap. Linear in the spans, but for the logarithm of sorting them.
    """
    found = [0] * len(spans)
    free = list(range(most))
    busy: list[tuple[float, int]] = []
    for index in sorted(range(len(spans)), key=lambda index: spans[index]):
        start, end = spans[index]
        while busy and busy[0][0] <= start:
            heappush(free, heappop(busy)[1])
        if not free:
            found[index] = most - 1
            continue
        lane = heappop(free)
        found[index] = lane
        heappush(busy, (end, lane))
    return found
