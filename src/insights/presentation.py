"""An answer in; a table, JSON or CSV on stdout out."""

import csv
import json
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .answers import Answer

GAP = "  "


def print_table(answer: Answer) -> None:
    """Drawn on a terminal; aligned and plain in a file or a pipe."""
    if sys.stdout.isatty():
        _draw(answer)
    else:
        print("\n".join(_aligned(answer)))  # noqa: T201 -- its purpose


def print_json(answer: Answer) -> None:
    """A list of objects, one a row."""
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    print(json.dumps(rows, indent=2, ensure_ascii=False))  # noqa: T201 -- its purpose


def print_csv(answer: Answer) -> None:
    """A header and a line a row; null is empty."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([_text(value) for value in row] for row in answer.rows)


PRESENTATIONS: Mapping[str, Callable[[Answer], None]] = MappingProxyType(
    {"table": print_table, "json": print_json, "csv": print_csv}
)
"""By the name that a user gives."""


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cell(value: object) -> str:
    """For the eye: on one line, and no more decimals than one reads."""
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return " ".join(_text(value).split("\n"))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _draw(answer: Answer) -> None:
    # Only a terminal needs it, and it is slow to import.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(header_style="bold")
    for at, name in enumerate(answer.columns):
        numeric = any(_is_number(row[at]) for row in answer.rows)
        table.add_column(Text(name), justify="right" if numeric else "left")
    for row in answer.rows:
        table.add_row(*(Text(_cell(value)) for value in row))  # Text: [brackets] are no markup
    Console().print(table)


def _aligned(answer: Answer) -> list[str]:
    lines = [answer.columns, *([_cell(value) for value in row] for row in answer.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numeric = [any(map(_is_number, column)) for column in zip(*answer.rows, strict=True)]
    aligns = [">" if is_number else "<" for is_number in numeric] or ["<"] * len(widths)
    return [
        GAP.join(
            f"{cell:{align}{width}}"
            for cell, align, width in zip(line, aligns, widths, strict=True)
        ).rstrip()
        for line in lines
    ]
