"""Values in equal parts of the time in; a curve as SVG, out, in a picture that is stretched."""

from __future__ import annotations

from typing import Optional, Sequence

from .markup import decimal, element

Values = Sequence[Optional[float]]
"""The mean of each part; None is a gap."""

_UNITS_WIDE = 1000


def stretched(height_px: int, y: int, *curves: str) -> str:
    """The picture in which curves stand: as wide as there is room."""
    box = {"viewBox": f"0 0 {_UNITS_WIDE} {height_px}", "preserveAspectRatio": "none"}
    return element("svg", box | {"y": y, "width": "100%", "height": height_px}, *curves)


def curve(values: Values, shade: str, most: float, height_px: int, *, is_first: bool = True) -> str:
    """A line from 0 to `most`, the first of a picture with its area; any other is dashed."""
    course = [_points(run, len(values), most, height_px) for run in _runs(values)]
    kind = f"line stroke-{shade}" if is_first else f"line second stroke-{shade}"
    areas = [_area(points, shade, height_px) for points in course] if is_first else []
    return "".join([*areas, *(_line(points, kind) for points in course)])


def _runs(values: Values) -> list[list[tuple[int, float]]]:
    """What is known without a gap, each value with its place."""
    runs: list[list[tuple[int, float]]] = []
    before: Optional[float] = None
    for place, value in enumerate(values):
        if value is not None:
            if before is None:
                runs.append([])
            runs[-1].append((place, value))
        before = value
    return runs


def _points(
    run: list[tuple[int, float]], count: int, most: float, height_px: int
) -> list[tuple[float, float]]:
    """In the middle of each part of the time, and out to the ends of the run."""
    wide = _UNITS_WIDE / count
    high = [(place, height_px * (1 - min(max(value / most, 0.0), 1.0))) for place, value in run]
    (first, first_y), (last, last_y) = high[0], high[-1]
    middles = [((place + 0.5) * wide, y) for place, y in high]
    return [(first * wide, first_y), *middles, ((last + 1) * wide, last_y)]


def _line(points: list[tuple[float, float]], kind: str) -> str:
    return element("polyline", {"class": kind, "points": _listed(points)})


def _area(points: list[tuple[float, float]], shade: str, height_px: int) -> str:
    foot = [(points[-1][0], float(height_px)), (points[0][0], float(height_px))]
    return element("polygon", {"class": f"area fill-{shade}", "points": _listed([*points, *foot])})


def _listed(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{decimal(x)},{decimal(y)}" for x, y in points)
