"""A job's course in; what of it is kept for drawing, as plain objects, out; and back.

    curves of a job    {"start_ms", "end_ms", "cpu_cores": […], "memory_bytes": […], …}
    cores of a step    […]

Equal parts of the time in each list, with four digits that mean something; null was not seen.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Optional, Sequence

from .curves import Course, Curves, Values
from .series import Span
from .usage import StepUsage

MOST_POINTS = 300
MOST_STEP_POINTS = 40
_DIGITS = 4
_LISTS = Curves._fields[1:]
_GAUGES = frozenset({"memory_bytes"})


class KeptCourse:
    """A course as it was kept; of a step whose cores were not, nothing is known."""

    def __init__(self, curves: Curves, step_cores: Mapping[int, Values]) -> None:
        """`step_cores` by the step's number."""
        self.span = curves.span
        self._curves = curves
        self._step_cores = step_cores

    def curves(self, most: int) -> Curves:
        """The job's, in at most so many parts; no more than were kept."""
        whole = self._curves
        lists = {
            name: _fewer(getattr(whole, name), most, _highest if name in _GAUGES else _mean)
            for name in _LISTS
        }
        return Curves(whole.span, **lists)

    def step_cores(self, used: StepUsage, most: int) -> Values:
        """The CPU that a step used, in at most so many parts."""
        return _fewer(self._step_cores.get(used.step.number, ()), most, _mean)


def kept_curves(course: Course) -> dict[str, Any]:
    """The job's curves."""
    curves = course.curves(MOST_POINTS)
    lists = {name: _short(getattr(curves, name)) for name in _LISTS}
    return {"start_ms": curves.span.start_ms, "end_ms": curves.span.end_ms, **lists}


def kept_step_cores(course: Course, step: StepUsage) -> list[Optional[float]]:
    """The cores that a step used over its time; none where it was not seen."""
    cores = _short(course.step_cores(step, MOST_STEP_POINTS))
    return [] if all(value is None for value in cores) else cores


def kept_course(
    curves: Mapping[str, Any], step_cores: Mapping[int, Sequence[Optional[float]]]
) -> KeptCourse:
    """What `kept_curves` and `kept_step_cores` told, the latter by the step's number.

    Raises:
        KeyError, TypeError: they told no such thing.
    """
    lists = {name: tuple(curves[name]) for name in _LISTS}
    cores = {number: tuple(values) for number, values in step_cores.items()}
    return KeptCourse(Curves(Span(curves["start_ms"], curves["end_ms"]), **lists), cores)


def _short(values: Values) -> list[Optional[float]]:
    return [None if value is None else _rounded(value) for value in values]


def _rounded(value: float) -> float:
    """Whole numbers without a point: a third of a document would be `.0`."""
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _fewer(values: Values, most: int, one_of: Callable[[Sequence[float]], float]) -> Values:
    """In at most so many parts, each of as many that were kept, but for one."""
    parts = min(most, len(values))
    edges = [len(values) * part // parts for part in range(parts + 1)] if parts else []
    return tuple(
        one_of(known) if known else None
        for known in (_known(values[start:end]) for start, end in zip(edges, edges[1:]))
    )


def _known(values: Iterable[Optional[float]]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _highest(values: Sequence[float]) -> float:
    return max(values)
