"""What a rule of diagnosis is made of: limits, and the words for what is beyond them. Values only.

A rule's first limit leads: how far beyond its threshold a figure lies, on the way to where the
matter is plain, is how strong the finding is. The other limits keep it from crying wolf.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


CORES, MEMORY = "cores", "memory"


class Limit(NamedTuple):
    """A figure and its threshold; `plain` is where nobody doubts, on the far side of it.

    Where the figure is unknown, nothing is found, unless `or_unknown`. `or_failed`: it need not
    hold of a step that failed.
    """

    figure: str
    threshold: float
    at_most: bool = False
    plain: Optional[float] = None
    or_unknown: bool = False
    or_failed: bool = False

    def holds(self, value: Optional[float]) -> bool:
        """Whether this figure is on the threshold's far side, or on it."""
        if value is None:
            return self.or_unknown
        return value <= self.threshold if self.at_most else value >= self.threshold


class Rule(NamedTuple):
    """One bottleneck; where it can be seen in more ways than one, the others have a name, `way`.

    `verb` and `title` say of a step what it is, `words` name the figures they show: what stands
    between two commas goes where a figure in it is unknown. `is_event`: it happened, however little
    else was seen, and goes before all that was merely slow. `lasts`: it outlasts the step that
    brought it about. `explains`: the findings that follow from this one, and are left out beside
    it. `top` says whose processes to name: "cpu" or "memory". `lacks` is what a larger runner would
    have more of: CORES or MEMORY.
    """

    name: str
    verb: str
    title: str
    words: str
    advice: str
    limits: tuple[Limit, ...]
    shown: tuple[str, ...] = ()
    is_event: bool = False
    lasts: bool = False
    explains: tuple[str, ...] = ()
    top: str = ""
    lacks: str = ""
    way: str = ""

    def thresholds(self) -> dict[str, Limit]:
        """Each limit by the name of its threshold."""
        key = f"{self.name}.{self.way}" if self.way else self.name
        first, *others = self.limits
        return {key: first, **{f"{key}.{limit.figure}": limit for limit in others}}


def least(figure: str, threshold: float, plain: Optional[float] = None) -> Limit:
    """At least so much."""
    return Limit(figure, threshold, plain=plain)


def most(figure: str, threshold: float, plain: Optional[float] = None) -> Limit:
    """At most so much."""
    return Limit(figure, threshold, at_most=True, plain=plain)
