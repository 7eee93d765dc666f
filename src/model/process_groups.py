"""The segment of a batch's processes: groups to a JSON text and back, checked.

    {"owner": […], "name": […], "at": [[…]], "cpu_ticks": [[…]], "resident_kb": [[…]],
     "seen": [[…]], "read_kb": [[…], null], "written_kb": [[…], null]}

A table told by columns, one row a group; null is a column in which nothing is known.
"""

from __future__ import annotations

import json

from .checked import BatchError, listing, parsed, rows, text
from .columns import pack, unpack, unpack_known, unpack_rising
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
    from typing import Optional

    from .samples import Column

MOST_GROUPS = 10_000

_COLUMNS = (
    *("owner", "name", "at", "cpu_ticks", "resident_kb"),
    *("seen", "read_kb", "written_kb"),
)


def encode_processes(groups: Sequence[ProcessGroup]) -> str:
    """The text that `Batch.processes` holds."""
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


def decode_processes(encoded: str, samples: int = MOST_SAMPLES) -> list[ProcessGroup]:
    """The groups of a batch that has so many samples.

    Raises:
        BatchError: it is no such segment, or speaks of samples that the batch has not.
    """
    table = rows(parsed(encoded, "processes"), "processes", _COLUMNS, most=MOST_GROUPS)
    groups = []
    for index, row in enumerate(table):
        try:
            groups.append(_group(row, samples))
        except BatchError as exc:
            raise BatchError(f"processes[{index}].{exc}") from exc
    return groups


def _packed_io(column_kb: Sequence[Optional[int]]) -> Optional[Column]:
    if all(kb is None for kb in column_kb):
        return None
    return pack(column_kb, GROUP_IO_QUANTUM_KB)


def _group(row: tuple[object, ...], samples: int) -> ProcessGroup:
    owner, name, at, cpu_ticks, resident_kb, seen, read_kb, written_kb = row
    length = len(listing(at, "at", most=samples))
    return ProcessGroup(
        text(owner, "owner", longest=LONGEST_NAME),
        text(name, "name", longest=LONGEST_NAME),
        at=_indices(at, length, samples),
        cpu_ticks=unpack_known(cpu_ticks, "cpu_ticks", length=length),
        resident_kb=unpack_known(
            resident_kb, "resident_kb", length=length, quantum=GROUP_RESIDENT_QUANTUM_KB
        ),
        seen=unpack_known(seen, "seen", length=length),
        read_kb=_io(read_kb, "read_kb", length),
        written_kb=_io(written_kb, "written_kb", length),
    )


def _indices(at: object, length: int, samples: int) -> list[int]:
    indices = unpack_rising(at, "at", length=length)
    if indices and indices[-1] >= samples:
        raise BatchError(f"at: a sample above the last, {samples - 1}")
    return indices


def _io(packed: object, where: str, length: int) -> Column:
    if packed is None:
        return [None] * length
    return unpack(packed, where, length=length, quantum=GROUP_IO_QUANTUM_KB)
