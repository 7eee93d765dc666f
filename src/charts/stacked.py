"""Parts of a whole in; one bar that is made of them, as SVG, out."""

from __future__ import annotations

from typing import NamedTuple, Sequence

from .markup import element, percent, text

_HEIGHT_PX = 14


class Part(NamedTuple):
    """So much of the bar; `told` is shown where a pointer rests."""

    share: float
    told: str
    shade: str


def stacked(parts: Sequence[Part], described: str) -> str:
    """The parts in their order, from the left; together they are at most 1."""
    drawn, start = [], 0.0
    for part in parts:
        place = {"x": percent(start), "width": percent(part.share), "height": _HEIGHT_PX}
        shape = {"class": f"bar fill-{part.shade}"} | place
        drawn.append(element("rect", shape, element("title", {}, text(part.told))))
        start += part.share
    size = {"width": "100%", "height": _HEIGHT_PX}
    return element("svg", {"role": "img", "aria-label": described} | size, *drawn)
