"""Steps as bars in a span of time in; a timeline as SVG, out: what overlaps stands in lanes.

As `panel`, it is as wide as there is room, and times are shares of the width.
"""

from __future__ import annotations

from typing import Iterator, NamedTuple, Sequence

from ..model.printable import printable
from .block import BLOCK_PX, block
from .lanes import lanes
from .markup import element, percent, shortened, text
from .panel import Tick

MOST_LANES = 12
_GAP_PX = 3
_MARK_PX = 16
_MARK_SHARE, _LONGEST_MARK = 0.2, 12  # what the name of a moment has room for
_LEAST_SHARE = 0.002  # a bar that is narrower is not seen


class Bar(NamedTuple):
    """From one share of the time to another; `told` is shown where a pointer rests."""

    start: float
    end: float
    label: str
    told: str
    shade: str


def timeline(
    bars: Sequence[Bar], described: str, times: Sequence[float] = (), marks: Sequence[Tick] = ()
) -> str:
    """The bars; `marks` are moments with a name, at the top."""
    placed = lanes([(bar.start, bar.end) for bar in bars], MOST_LANES)
    above_px = _MARK_PX if marks else 0
    height_px = above_px + (max(placed, default=0) + 1) * (BLOCK_PX + _GAP_PX)
    return element(
        "svg",
        {"class": "timeline", "width": "100%", "height": height_px, "role": "img"}
        | {"aria-label": described},
        *(_upright(share, above_px, height_px, "rule") for share in times),
        *(_bar(bar, above_px + lane * (BLOCK_PX + _GAP_PX)) for bar, lane in zip(bars, placed)),
        *(_upright(mark.share, 0, height_px, "mark") for mark in marks),
        *map(_mark, _apart(marks)),
    )


def time_axis(ticks: Sequence[Tick]) -> str:
    """The labels under a column of charts."""
    return element(
        "svg",
        {"class": "axis", "width": "100%", "height": 16, "aria-hidden": "true"},
        *(
            element("text", {"x": percent(tick.share), "y": 12} | _anchor(tick.share), tick.label)
            for tick in ticks
        ),
    )


def _bar(bar: Bar, y: int) -> str:
    share = max(bar.end - bar.start, _LEAST_SHARE)
    return block(bar.label, bar.told, bar.shade, bar.start, share, y)


def _upright(share: float, above_px: int, below_px: int, kind: str) -> str:
    x = percent(share)
    return element("line", {"class": kind, "x1": x, "x2": x, "y1": above_px, "y2": below_px})


def _apart(marks: Sequence[Tick]) -> Iterator[Tick]:
    """Those whose names have room; the others are lines only."""
    free_from = 0.0
    for mark in sorted(marks, key=lambda mark: mark.share):
        if mark.share >= free_from:
            yield mark
            free_from = mark.share + _MARK_SHARE


def _mark(mark: Tick) -> str:
    label = shortened(printable(mark.label), _LONGEST_MARK)
    words = element("title", {}, text(mark.label)) + text(label)
    place = {"class": "halo", "x": percent(mark.share), "y": 11}
    return element("text", place | _anchor(mark.share), words)


def _anchor(share: float) -> dict[str, str]:
    """Words at the ends stay within."""
    if share < 0.05:  # noqa: PLR2004
        return {"text-anchor": "start"}
    return {"text-anchor": "end" if share > 0.95 else "middle"}  # noqa: PLR2004
