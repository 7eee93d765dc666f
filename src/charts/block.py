"""A share of the width and a name in; a coloured block with that name, as SVG, out."""

from __future__ import annotations

from .markup import element, percent, text

BLOCK_PX = 22
_LABEL_SHARE = 0.03  # where there is less, one letter would be left of it


def block(label: str, told: str, shade: str, start: float, share: float, y: int = 0) -> str:
    """The label is cut where the block ends; `told` is shown where a pointer rests."""
    place = {"x": percent(start), "y": y, "width": percent(share), "height": BLOCK_PX}
    shape = {"class": f"bar fill-{shade}", "width": "100%", "height": BLOCK_PX, "rx": 3}
    words = text(label) if share >= _LABEL_SHARE else ""
    return element(
        "svg",
        {"class": "clip"} | place,
        element("title", {}, text(told)),
        element("rect", shape),
        element("text", {"class": "bar-label", "x": 5, "y": 15}, words),
    )
