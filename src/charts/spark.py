"""Values in the order of time in; a line so small that it stands in a row of text, out."""

from __future__ import annotations

from .curve import Values, curve, stretched
from .markup import element

BARS = "▁▂▃▄▅▆▇█"
UNKNOWN = "·"

_HEIGHT_PX = 18


def spark(values: Values, most: float) -> str:
    """A character a value, the full height at `most`; a dot where it is unknown."""
    return "".join(UNKNOWN if value is None else BARS[_height(value, most)] for value in values)


def spark_svg(values: Values, most: float, shade: str, described: str) -> str:
    """The same as a picture, as wide as there is room."""
    drawn = curve(values, shade, most, _HEIGHT_PX)
    size = {"width": "100%", "height": _HEIGHT_PX}
    shown = {"role": "img", "aria-label": described} | size
    return element("svg", shown, stretched(_HEIGHT_PX, 0, drawn))


def _height(value: float, most: float) -> int:
    if most <= 0:
        return 0
    return min(max(int(value / most * len(BARS)), 0), len(BARS) - 1)
