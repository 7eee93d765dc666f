"""A value of foreign JSON in, the same out where it is what it should be; else BatchError.

Each check takes where the value stood, as `host.cpus`, so that an error says what is wrong there.
"""

from __future__ import annotations

from .printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, Union

LARGEST = 2**63 - 1
LONGEST_TEXT = 4 * 1024 * 1024
MOST_KEYS = 1_000  # of an object: newer writers may know more of them
MOST_CORES = 65_536


class BatchError(ValueError):
    """It is no batch of ours; the message says what is wrong, and where."""


class NewerBatchError(BatchError):
    """A version above ours wrote it."""


def parsed(encoded: Union[bytes, str], where: str) -> dict[str, object]:
    """The JSON object that this text is, in UTF-8 where it is bytes."""
    # It is a third of what the judge costs to import, for whoever only names a BatchError, too.
    import json  # noqa: PLC0415

    if len(encoded) > LONGEST_TEXT:
        raise BatchError(f"{where}: longer than {LONGEST_TEXT}")
    try:  # json.loads itself would take bytes for UTF-16, too
        found = json.loads(encoded.decode() if isinstance(encoded, bytes) else encoded)
    except (ValueError, RecursionError) as exc:
        raise BatchError(f"{where}: not JSON: {exc}") from exc
    return table(found, where)


def whole(value: object, where: str, *, least: int = 0, most: int = LARGEST) -> int:
    """A whole number within bounds; a bool is none."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BatchError(f"{where}: not a whole number from {least} to {most}")
    return value


def cores(value: object, where: str) -> float:
    """How many cores, or which part of one: above 0."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BatchError(f"{where}: not a number")
    if not 0 < value <= MOST_CORES:
        raise BatchError(f"{where}: not above 0, up to {MOST_CORES}")
    return value


def flag(value: object, where: str) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BatchError(f"{where}: neither true nor false")
    return value


def text(value: object, where: str, *, longest: int) -> str:
    """So many characters at most; what cannot be printed (or encoded) is replaced.

    Anybody may name a process, also by what a terminal would obey.
    """
    if not isinstance(value, str) or len(value) > longest:
        raise BatchError(f"{where}: not a text of at most {longest} characters")
    return printable(value)


def listing(value: object, where: str, *, most: int) -> list[object]:
    """A list of so many values at most."""
    if not isinstance(value, list) or len(value) > most:
        raise BatchError(f"{where}: not a list of at most {most} values")
    return value


def table(value: object, where: str, *, most: int = MOST_KEYS) -> dict[str, object]:
    """An object of so many keys at most."""
    if not isinstance(value, dict) or len(value) > most:
        raise BatchError(f"{where}: not an object of at most {most} keys")
    return value


def fields(
    value: object, where: str, checks: Mapping[str, Callable[[object, str], object]]
) -> dict[str, Any]:
    """Those fields of an object that are known here and there, each checked."""
    found = table(value, where)
    return {
        name: check(found[name], f"{where}.{name}")
        for name, check in checks.items()
        if found.get(name) is not None
    }


def rows(
    columns: dict[str, object], where: str, names: Sequence[str], *, most: int
) -> Iterator[tuple[object, ...]]:
    """A table that is told by columns, row by row; a column that is missing has no values."""
    return zip(*listed(columns, where, names, most=most))


def listed(
    columns: dict[str, object], where: str, names: Sequence[str], *, most: int
) -> list[list[object]]:
    """The columns of a table, all of one length."""
    values = [listing(columns.get(name, []), f"{where}.{name}", most=most) for name in names]
    if len({len(column) for column in values}) > 1:
        raise BatchError(f"{where}: columns of different lengths")
    return values
