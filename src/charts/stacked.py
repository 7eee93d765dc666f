"""Parts of a whole in; one bar that is made of them, as SVG, out."""

from __future__ import annotations

from typing import NamedTuple, Sequence

from .block import BLOCK_PX, block
from .markup import element


class Part(NamedTuple):
    """So much of the bar; `label` is cut where it ends, `told` shown where a pointer rests."""

    share: float
    label: str
    told: str
    shade: str


def stacked(parts: Sequence[Part], described: str) -> str:
    """The parts in their order, from the left; together they are at most 1."""
    drawn, start = [], 0.0
    for part in parts:
        drawn.append(block(part.label, part.told, part.shade, start, part.share))
        start += part.share
    size = {"width": "100%", "height": BLOCK_PX}
    return element("svg", {"role": "img", "aria-label": described} | size, *drawn)
