"""Words and numbers in; what a terminal shows of them out."""

from collections.abc import Collection, Mapping, Sequence
from itertools import compress

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.amounts import say_bytes
from ..model.printable import printable

GAP = 2
LEAST_WIDTH = 22  # of the column that gives way, as long as there are others that can go


def text(words: str, style: str = "") -> Text:
    """Names come from workflows and processes: nothing in them may steer the terminal."""
    return Text(printable(words), style)


def item(mark: str, words: str, style: str) -> RenderableType:
    """A line whose continuations stand under its words."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(Text(mark, style), text(words, style))
    return grid


def columns(
    headings: Sequence[str],
    rows: Sequence[Sequence[Text]],
    width: int,
    left: Collection[str],
    spare: Sequence[str] = (),
) -> Table:
    """A table; numbers stand right, `left` left.

    Where room is short, `spare` columns go, the first of them first, then the first of `left` is
    cut: figures are whole or not there.
    """
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    cells = zip(*rows, strict=True) if rows else ((),) * len(headings)
    widths = {
        heading: max([len(heading), *(cell.cell_len for cell in column)])
        for heading, column in zip(headings, cells, strict=True)
    }
    flexible = next(heading for heading in headings if heading in left)
    for heading in spare:
        if _room(widths, flexible, width) < min(widths[flexible], LEAST_WIDTH):
            del widths[heading]
    widths[flexible] = max(min(widths[flexible], _room(widths, flexible, width)), 1)
    kept = [heading in widths for heading in headings]
    for heading in compress(headings, kept):
        table.add_column(
            heading,
            justify="left" if heading in left else "right",
            width=widths[heading],
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(*compress(row, kept))
    return table


def _room(widths: Mapping[str, int], flexible: str, width: int) -> int:
    """What the other columns leave to this one."""
    others = sum(taken + GAP for heading, taken in widths.items() if heading != flexible)
    return width - others - GAP


def shown_bytes(count: float | None) -> Text:
    """Nothing where it is unknown."""
    return Text("" if count is None else say_bytes(count))


def shown_sum(first: int | None, second: int | None) -> Text:
    """Both together, nothing where either is unknown."""
    return Text("") if first is None or second is None else shown_bytes(first + second)
