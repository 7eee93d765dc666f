"""Words and numbers in; what a terminal shows of them out."""

from collections.abc import Collection, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ..analysis.amounts import say_bytes

GAP = 2
LEAST_WIDTH = 12  # of the column that gives way


def text(words: str, style: str = "") -> Text:
    """Names come from workflows and processes: nothing in them may steer the terminal."""
    shown = (c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)
    return Text("".join(shown), style)


def item(mark: str, words: str, style: str) -> RenderableType:
    """A line whose continuations stand under its words."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    grid.add_row(Text(mark, style), text(words, style))
    return grid


def columns(
    headings: Sequence[str], rows: Sequence[Sequence[Text]], width: int, left: Collection[str]
) -> Table:
    """A table; numbers stand right, `left` left, and the first of those is cut where it must be."""
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="dim")
    cells = zip(*rows, strict=True) if rows else ((),) * len(headings)
    widths = {
        heading: max([len(heading), *(cell.cell_len for cell in column)])
        for heading, column in zip(headings, cells, strict=True)
    }
    flexible = next(heading for heading in headings if heading in left)
    others = sum(taken + GAP for heading, taken in widths.items() if heading != flexible)
    widths[flexible] = max(min(widths[flexible], width - others - GAP), LEAST_WIDTH)
    for heading in headings:
        table.add_column(
            heading,
            justify="left" if heading in left else "right",
            width=widths[heading],
            no_wrap=True,
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(*row)
    return table


def shown_bytes(count: float | None) -> Text:
    """Nothing where it is unknown."""
    return Text("" if count is None else say_bytes(count))


def shown_sum(first: int | None, second: int | None) -> Text:
    """Both together, nothing where either is unknown."""
    return Text("") if first is None or second is None else shown_bytes(first + second)
