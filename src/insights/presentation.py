"""An answer in; a table, JSON or CSV on stdout out."""

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from ..analysis.amounts import say_bytes, say_seconds
from ..model.printable import printable
from .answers import Answer

GAP = "  "
INDENT = "    "
BOLD, PLAIN = "\033[1m", "\033[0m"
WIDTH_OFF_A_TERMINAL = 120

_UNIT = re.compile(r"(?:^|_)(bytes_per_second|bytes|seconds)$")  # as columns' names end
_SAID: Mapping[str, Callable[[float], str]] = MappingProxyType(
    {
        "bytes": say_bytes,
        "bytes_per_second": lambda count: f"{say_bytes(count)}/s",
        "seconds": say_seconds,
    }
)


def print_table(answer: Answer) -> None:
    """Aligned columns, seconds and bytes in words; a row alone that is too wide, a line a column.

    On a terminal, or where COLUMNS says how wide one is, columns that do not fit stand below.
    """
    width = shutil.get_terminal_size((WIDTH_OFF_A_TERMINAL, 0)).columns
    lines = _aligned(answer)
    if len(answer.rows) == 1 and max(map(len, lines)) > width:
        print("\n".join(_listed(answer)))  # noqa: T201 -- its purpose
    elif sys.stdout.isatty():
        heading, *rows = _folded(answer, width)
        print("\n".join([f"{BOLD}{heading}{PLAIN}", *(rows or ["(no rows)"])]))  # noqa: T201
    else:
        print("\n".join(_folded(answer, width) if "COLUMNS" in os.environ else lines))  # noqa: T201


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


def _cells(columns: Sequence[str], row: Sequence[object]) -> list[str]:
    return [_cell(name, value) for name, value in zip(columns, row, strict=True)]


def _cell(name: str, value: object) -> str:
    """For the eye: on one line that no terminal obeys, and no more decimals than one reads."""
    unit = _UNIT.search(name)
    if unit and isinstance(value, int | float) and value >= 0:
        return _SAID[unit[1]](value)
    if isinstance(value, float):
        return f"{value:.3f}".rstrip("0").rstrip(".")
    return printable(" ".join(_text(value).split("\n")))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(answer: Answer) -> list[str]:
    """`name  value` of each row, a line each."""
    width = max(map(len, answer.columns))
    return [
        f"{name:{width}}{GAP}{cell}".rstrip()
        for row in answer.rows
        for name, cell in zip(answer.columns, _cells(answer.columns, row), strict=True)
    ]


def _folded(answer: Answer, width: int) -> list[str]:
    """The leading columns that fit, aligned; below each row `name value` of the others."""
    fitting = len(answer.columns)
    while fitting > 1 and max(map(len, _aligned(_leading(answer, fitting)))) > width:
        fitting -= 1
    heading, *lines = _aligned(_leading(answer, fitting))
    folded = [heading]
    for line, row in zip(lines, answer.rows, strict=True):
        others = list(zip(answer.columns, _cells(answer.columns, row), strict=True))[fitting:]
        folded += [line, *(f"{INDENT}{name} {cell}" for name, cell in others if cell)]
    return folded


def _leading(answer: Answer, count: int) -> Answer:
    return Answer(answer.columns[:count], [row[:count] for row in answer.rows])


def _aligned(answer: Answer) -> list[str]:
    lines = [answer.columns, *(_cells(answer.columns, row) for row in answer.rows)]
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
