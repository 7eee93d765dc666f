"""Values in the order of time in; a line so small that it stands in a row of text, out."""

from __future__ import annotations

from typing import Optional, Sequence

BARS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"


def spark(values: Sequence[Optional[float]], most: float) -> str:
    """A character a value, the full height at `most`; a dot where it is unknown."""
    return "".join(UNKNOWN if value is None else BARS[_height(value, most)] for value in values)


def _height(value: float, most: float) -> int:
    if most <= 0:
        return 0
    return min(max(int(value / most * len(BARS)), 0), len(BARS) - 1)
