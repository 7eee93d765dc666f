"""Columns to the wire and back: the first value, then differences, in multiples of a quantum.

Differences are small and repeat, so they compress; None stays None, and the next difference is
from the last known value. JSON's true is read as 1: to look for it would cost as much as the rest.
"""

from __future__ import annotations

from array import array
from itertools import accumulate

from .checked import LARGEST, BatchError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Optional

    from .samples import Column


def pack(values: Sequence[Optional[int]], quantum: int = 1) -> Column:
    """Rounded down to multiples of the quantum, which are what is told."""
    packed: Column = []
    last = 0
    for value in values:
        if value is None:
            packed.append(None)
        else:
            packed.append(value // quantum - last)
            last = value // quantum
    return packed


def unpack(packed: object, where: str, *, length: int, quantum: int = 1) -> Column:
    """What `pack` was given, to the quantum: values from 0 to LARGEST, or None.

    Raises:
        BatchError: it is no such column, or not of this length.
    """
    try:
        return [*unpack_known(packed, where, length=length, quantum=quantum)]
    except BatchError:  # there may be a null in it: so few have one that it is not looked for
        differences = _listed(packed, where, length)
        known = [difference for difference in differences if difference is not None]
        values = iter(unpack_known(known, where, length=len(known), quantum=quantum))
    return [None if difference is None else next(values) for difference in differences]


def unpack_known(packed: object, where: str, *, length: int, quantum: int = 1) -> list[int]:
    """As `unpack`, but null is an error."""
    values = multiples(packed, where, length=length, quantum=quantum)
    return values if quantum == 1 else [value * quantum for value in values]


def multiples(packed: object, where: str, *, length: int, quantum: int) -> list[int]:
    """As `unpack_known`, but how many quanta each value is."""
    differences = _listed(packed, where, length)
    try:
        values = list(accumulate(differences, initial=0))  # what is no number cannot be added to 0
        is_within = _is_within(values, LARGEST // quantum)
    except TypeError as exc:
        raise BatchError(f"{where}: values that are not whole numbers") from exc
    if not is_within:
        raise BatchError(f"{where}: a value below 0 or above {LARGEST}")
    del values[0]
    return values


def is_rising(packed: object, *, length: int, quantum: int = 1) -> bool:
    """Whether it is a column that `unpack_known` takes, and none of its differences is below 0.

    So it is of nearly all counters, and to know that takes no sums.
    """
    try:
        differences = _listed(packed, "", length)
        array("Q", differences)
    except (BatchError, TypeError, OverflowError):
        return False
    return bool(sum(differences) <= LARGEST // quantum)


def summed(differences: Sequence[Optional[int]], quantum: int = 1) -> Column:
    """What was packed into these, which are known to be a column."""
    sums = accumulate(difference or 0 for difference in differences)
    return [
        None if difference is None else value * quantum
        for difference, value in zip(differences, sums)
    ]


def unpack_rising(packed: object, where: str, *, length: int) -> list[int]:
    """As `unpack_known`, but each value must be above the one before."""
    values = unpack_known(packed, where, length=length)
    if min(_listed(packed, where, length)[1:], default=1) < 1:
        raise BatchError(f"{where}: not rising")
    return values


def _listed(packed: object, where: str, length: int) -> list[Any]:
    if not isinstance(packed, list) or len(packed) != length:
        raise BatchError(f"{where}: not a list of {length} values")
    return packed


def _is_within(values: list[int], most: int) -> bool:
    """Whether all are from 0 to `most`; a TypeError where one is not whole."""
    try:
        array("Q", values)  # 64 bits without a sign: by far the quickest to check all
    except OverflowError:
        return False
    return sum(values) <= most or max(values) <= most  # the sum is quicker, and mostly enough
