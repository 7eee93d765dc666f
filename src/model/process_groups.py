"""The segment of a batch's processes: groups to a JSON text and back, checked.

    {"owner": […], "name": […], "at": [[…]], "cpu_ticks": [[…]], "resident_kb": [[…]],
     "seen": [[…]], "read_kb": [[…], null], "written_kb": [[…], null]}

A table told by columns, one row a group; null is a column in which nothing is known.
"""

from __future__ import annotations

from array import array
from itertools import accumulate, chain

from .checked import LARGEST, BatchError, listed, listing, parsed, text
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
    from collections.abc import Callable, Sequence
    from typing import Any, Optional

    from .samples import Column, Processes

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

    def __init__(
        self,
        owner: str,
        name: str,
        at: Sequence[int],
        cpu_ticks: list[int],
        resident: list[int],
        seen: list[int],
        read: Optional[Column],
        written: Optional[Column],
        odd: tuple[str, ...] = (),
    ) -> None:
        """All columns are as long as `at`."""
        self.owner = owner
        self.name = name
        self.at = at
        self.cpu_ticks = cpu_ticks
        self.resident = resident
        self.seen = seen
        self.read = read
        self.written = written
        self.odd = odd


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


def read_groups(segment: Processes, samples: int = MOST_SAMPLES) -> list[ToldGroup]:
    """The groups of a batch that has so many samples.

    Of a table, names are texts, values whole numbers, those of counters rise, and all of a counter
    added up are no more than LARGEST: so much was checked, and is not again.

    Raises:
        BatchError: it is no such segment, or speaks of samples that the batch has not.
    """
    found = parsed(segment, "processes") if isinstance(segment, str) else segment
    columns = listed(found, "processes", _COLUMNS, most=MOST_GROUPS)
    are_rises = _are_rises if isinstance(segment, str) else _are_as_long
    groups = _sound(columns, samples, are_rises)
    return _one_by_one(columns, samples) if groups is None else groups


def _sound(
    columns: list[list[Any]], samples: int, are_rises: Callable[..., bool]
) -> Optional[list[ToldGroup]]:
    """All groups, checked together in passes of C; None where any of them is odd, or none of ours.

    There are ten in a batch, and hundreds of batches in a job.
    """
    owners, names, at, cpu_ticks, resident, seen, read, written = columns
    try:
        lengths = [*map(len, at)]
        is_sound = (
            _are_names([*owners, *names])
            and all(are_rises(column, lengths) for column in (cpu_ticks, seen))
            and all(are_rises(column, lengths, GROUP_IO_QUANTUM_KB) for column in (read, written))
        )
        levels = [[*accumulate(column)] for column in resident]
        if not is_sound or not _are_rises(levels, lengths, GROUP_RESIDENT_QUANTUM_KB):
            return None
        indices = [_indices(each, samples) for each in at]
    except (BatchError, LookupError, TypeError, OverflowError):
        return None
    return [*map(ToldGroup, owners, names, indices, cpu_ticks, levels, seen, read, written)]


def _are_names(texts: list[Any]) -> bool:
    """Raises TypeError where one is no text."""
    return all(map(str.isprintable, texts)) and max(map(len, texts), default=0) <= LONGEST_NAME


def _are_rises(columns: list[Any], lengths: list[int], quantum: int = 1) -> bool:
    """Whether all are of whole numbers, none below 0, and all together no more than one may be.

    Or not told at all. A TypeError or an OverflowError says that they are not, too.
    """
    told = [(column, length) for column, length in zip(columns, lengths) if column is not None]
    if not all(type(column) is list and len(column) == length for column, length in told):
        return False
    rises = [*chain.from_iterable(column for column, _ in told)]
    array("Q", rises)
    return bool(sum(rises) <= LARGEST // quantum)


def _are_as_long(columns: list[Any], lengths: list[int], _: int = 1) -> bool:
    """The same, of values that are checked."""
    return all(column is None or len(column) == length for column, length in zip(columns, lengths))


def _one_by_one(columns: list[list[Any]], samples: int) -> list[ToldGroup]:
    groups = []
    for index, row in enumerate(zip(*columns)):
        try:
            groups.append(_checked(row, samples))
        except BatchError as exc:
            raise BatchError(f"processes[{index}].{exc}") from exc
    return groups


def _checked(row: tuple[Any, ...], samples: int) -> ToldGroup:
    """A row of the table, however odd it is."""
    owner, name, at, cpu_ticks, resident, seen, read, written = row
    owner = text(owner, "owner", longest=LONGEST_NAME)
    name = text(name, "name", longest=LONGEST_NAME)
    indices = _indices(listing(at, "at", most=samples), samples)
    length = len(indices)
    is_rising_by_name = {
        "cpu_ticks": _is_rising_counter(cpu_ticks, "cpu_ticks", length),
        "seen": _is_rising_counter(seen, "seen", length),
        "read": _is_rising_io(read, "read_kb", length),
        "written": _is_rising_io(written, "written_kb", length),
    }
    odd = tuple(counter for counter, rises in is_rising_by_name.items() if not rises)
    quanta = multiples(resident, "resident_kb", length=length, quantum=GROUP_RESIDENT_QUANTUM_KB)
    return ToldGroup(owner, name, indices, cpu_ticks, quanta, seen, read, written, odd)


def _is_rising_counter(told: object, where: str, length: int) -> bool:
    if is_rising(told, length=length):
        return True
    unpack_known(told, where, length=length)
    return False


def _is_rising_io(told: object, where: str, length: int) -> bool:
    if told is None or is_rising(told, length=length, quantum=GROUP_IO_QUANTUM_KB):
        return True
    unpack(told, where, length=length, quantum=GROUP_IO_QUANTUM_KB)
    return False


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
