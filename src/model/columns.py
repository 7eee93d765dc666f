"""Columns to the wire and back: the first value, then differences, in multiples of a quantum.

Differences are small and repeat, so they compress; None stays None, and the next difference is
from the last known value.
"""

from __future__ import annotations

from itertools import accumulate

from .checked import LARGEST, BatchError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Optional

    from .samples import Column

_WHOLE = {int}
_WHOLE_OR_NONE = {int, type(None)}


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
    if not isinstance(packed, list) or len(packed) != length:
        raise BatchError(f"{where}: not a list of {length} values")
    types = set(map(type, packed))
    if types <= _WHOLE:
        return _scaled(packed, where, quantum)
    if types <= _WHOLE_OR_NONE:
        return _with_gaps(packed, where, quantum)
    raise BatchError(f"{where}: values are neither whole numbers nor null")


def unpack_known(packed: object, where: str, *, length: int, quantum: int = 1) -> list[int]:
    """As `unpack`, but None is an error."""
    values = unpack(packed, where, length=length, quantum=quantum)
    if None in values:
        raise BatchError(f"{where}: null")
    return values  # type: ignore[return-value]  # as was just seen


def unpack_rising(packed: object, where: str, *, length: int) -> list[int]:
    """As `unpack_known`, but each value must be above the one before."""
    values = unpack_known(packed, where, length=length)
    if any(later <= earlier for earlier, later in zip(values, values[1:])):
        raise BatchError(f"{where}: not rising")
    return values


def _scaled(differences: Iterable[int], where: str, quantum: int) -> Column:
    multiples = list(accumulate(differences))
    if multiples and (min(multiples) < 0 or max(multiples) > LARGEST // quantum):
        raise BatchError(f"{where}: a value below 0 or above {LARGEST}")
    return [*multiples] if quantum == 1 else [value * quantum for value in multiples]


def _with_gaps(packed: Column, where: str, quantum: int) -> Column:
    known = (difference for difference in packed if difference is not None)
    values = iter(_scaled(known, where, quantum))
    return [None if difference is None else next(values) for difference in packed]
