"""The segment of a batch's processes: groups to a JSON text and back, checked.

    {"owner": […], "name": […], "at": [[…]], "cpu_ticks": [[…]], "resident_kb": [[…]],
     "seen": [[…]], "read_kb": [[…], null], "written_kb": [[…], null]}

A table told by columns, one row a group; null is a column in which nothing is known.
"""

from __future__ import annotations

from itertools import accumulate

from .checked import BatchError, listing, parsed, rows, text
from .columns import is_rising, multiples, pack, summed, unpack, unpack_known, unpack_rising
from .samples import (
    GROUP_IO_QUANTUM_KB,
    GROUP_RESIDENT_QUANTUM_KB,
    LONGEST_NAME,
    MOST_SAMPLES,
    ProcessGroup,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Optional

    from .samples import Column

MOST_GROUPS = 10_000

_COLUMNS = (
    *("owner", "name", "at", "cpu_ticks", "resident_kb"),
    *("seen", "read_kb", "written_kb"),
)


class ToldGroup:
    """A group as it is told: of counters what they rose by since the record before.

    The first rise is from nothing. `resident` is in GROUP_RESIDENT_QUANTUM_KB, `read` and `written`
    in GROUP_IO_QUANTUM_KB; these are None where nothing is known. Counters that fall, or of which
    some records are unknown, are `odd`: the rises of all others add up as they are.
    """

    __slots__ = ("at", "cpu_ticks", "name", "odd", "owner", "read", "resident", "seen", "written")

    def __init__(self, row: tuple[object, ...], samples: int) -> None:
        """From a row of the table, of a batch with so many samples.

        Raises:
            BatchError: it is no such row.
        """
        owner, name, at, cpu_ticks, resident, seen, read, written = row
        self.odd: tuple[str, ...] = ()
        self.owner = text(owner, "owner", longest=LONGEST_NAME)
        self.name = text(name, "name", longest=LONGEST_NAME)
        self.at = _indices(listing(at, "at", most=samples), samples)
        self.cpu_ticks = self._counter(cpu_ticks, "cpu_ticks")
        self.resident = multiples(
            resident, "resident_kb", length=len(self.at), quantum=GROUP_RESIDENT_QUANTUM_KB
        )
        self.seen = self._counter(seen, "seen")
        self.read = self._io(read, "read")
        self.written = self._io(written, "written")

    def _counter(self, packed: Any, name: str) -> list[int]:
        if not is_rising(packed, length=len(self.at)):
            unpack_known(packed, name, length=len(self.at))
            self.odd += (name,)
        rises: list[int] = packed
        return rises

    def _io(self, packed: Any, name: str) -> Optional[Column]:
        length, quantum = len(self.at), GROUP_IO_QUANTUM_KB
        if packed is not None and not is_rising(packed, length=length, quantum=quantum):
            unpack(packed, f"{name}_kb", length=length, quantum=quantum)
            self.odd += (name,)
        rises: Optional[Column] = packed
        return rises


def encode_processes(groups: Sequence[ProcessGroup]) -> str:
    """The text that `Batch.processes` holds."""
    import json  # noqa: PLC0415  # who only reads groups has a reason to import it late

    told = {
        "owner": [group.owner for group in groups],
        "name": [group.name for group in groups],
        "at": [pack(group.at) for group in groups],
        "cpu_ticks": [pack(group.cpu_ticks) for group in groups],
        "resident_kb": [pack(group.resident_kb, GROUP_RESIDENT_QUANTUM_KB) for group in groups],
        "seen": [pack(group.seen) for group in groups],
        "read_kb": [_packed_io(group.read_kb) for group in groups],
        "written_kb": [_packed_io(group.written_kb) for group in groups],
    }
    return json.dumps(told, separators=(",", ":"))


def read_groups(encoded: str, samples: int = MOST_SAMPLES) -> list[ToldGroup]:
    """The groups of a batch that has so many samples.

    Raises:
        BatchError: it is no such segment, or speaks of samples that the batch has not.
    """
    table = rows(parsed(encoded, "processes"), "processes", _COLUMNS, most=MOST_GROUPS)
    groups = []
    for index, row in enumerate(table):
        try:
            groups.append(ToldGroup(row, samples))
        except BatchError as exc:
            raise BatchError(f"processes[{index}].{exc}") from exc
    return groups


def decode_processes(encoded: str, samples: int = MOST_SAMPLES) -> list[ProcessGroup]:
    """As `read_groups`, but with what was counted by each record."""
    return [_group(told) for told in read_groups(encoded, samples)]


def _packed_io(column_kb: Sequence[Optional[int]]) -> Optional[Column]:
    if all(kb is None for kb in column_kb):
        return None
    return pack(column_kb, GROUP_IO_QUANTUM_KB)


def _indices(at: Sequence[object], samples: int) -> Sequence[int]:
    """They mostly follow one another, and then are told by two of them."""
    length = len(at)
    if at and isinstance(at[0], int) and at[0] >= 0 and at[1:] == [1] * (length - 1):
        indices: Sequence[int] = range(at[0], at[0] + length)
    else:
        indices = unpack_rising(at, "at", length=length)
    if indices and indices[-1] >= samples:
        raise BatchError(f"at: a sample above the last, {samples - 1}")
    return indices


def _io_kb(told: Optional[Column], length: int) -> Column:
    return [None] * length if told is None else summed(told, GROUP_IO_QUANTUM_KB)


def _group(told: ToldGroup) -> ProcessGroup:
    return ProcessGroup(
        told.owner,
        told.name,
        at=[*told.at],
        cpu_ticks=[*accumulate(told.cpu_ticks)],
        resident_kb=[quanta * GROUP_RESIDENT_QUANTUM_KB for quanta in told.resident],
        seen=[*accumulate(told.seen)],
        read_kb=_io_kb(told.read, len(told.at)),
        written_kb=_io_kb(told.written, len(told.at)),
    )
