"""What a dashboard shows, whoever draws it: pages of tiles, each one query and a way to show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .columns import Column, column

FULL_PERCENT = 100


class Kind(Enum):
    """How an answer is shown."""

    FIGURES = "figures"
    """Rows of position, measure, value and unit, each a large number."""
    TABLE = "table"
    LINES = "lines"
    """The first column is the time, every other a line."""
    BARS = "bars"
    """The first column is a time or a name; of the others one may tell bars apart (`group`)."""
    TIMELINE = "timeline"
    """A table whose rows lie in the time of a run: seconds before, during and after each."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One query, shown.

    Attributes:
        kind: how it is shown.
        query: the name of a file in `tiles` or `queries`.
        title: what stands above it.
        shown: the columns of the answer, in its order; a test asks the query whether they are.
        width_percent: of the page's.
        drawn: the columns that a chart draws; empty means all but the axis and the group.
        group: the column by which bars are told apart and stacked; empty where nothing is.
        given: parameters of the query that this tile sets, by name, as text.
        chooses: the column whose value in a chosen row is the run that the page tells of.
    """

    kind: Kind
    query: str
    title: str
    shown: str
    width_percent: int = FULL_PERCENT
    drawn: str = ""
    group: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    chooses: str = ""

    @property
    def columns(self) -> list[Column]:
        """Those of the answer, in its order."""
        return [column(name) for name in self.shown.split()]

    @property
    def is_chart(self) -> bool:
        """Whether it has axes."""
        return self.kind in {Kind.LINES, Kind.BARS}

    @property
    def values(self) -> list[Column]:
        """What a chart draws."""
        drawn = self.drawn.split()
        rest = [one for one in self.columns[1:] if one.name != self.group]
        return [one for one in rest if one.name in drawn] if drawn else rest


@dataclass(frozen=True, slots=True)
class Page:
    """Tiles that answer one question; `text` says what to know before one reads them."""

    name: str
    title: str
    text: str
    tiles: tuple[Tile, ...]
    is_priced: bool = False
