"""A batch in, one of fewer samples out: for drawing, where a line has no room for thousands.

Counters stay exact at the samples that are kept. A gauge becomes the worst of those that a kept
sample stands for, its own and the dropped ones before it: the most memory, the least free space.
"""

from __future__ import annotations

from .checked import BatchError
from .process_groups import decode_processes, encode_processes
from .samples import GAUGES, Batch, Owner, ProcessGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Optional, TypeVar

    from .samples import Column

    Value = TypeVar("Value")


def thin(batch: Batch, most: int) -> Batch:
    """At most so many samples (two or more), evenly chosen, the first and the last among them.

    Raises:
        ValueError: fewer than two are asked for.
    """
    if most < 2:  # noqa: PLR2004  # its ends
        raise ValueError("a batch cannot be thinned to less than its two ends")
    count = len(batch.uptime_ms)
    if count <= most:
        return batch
    kept = [round(i * (count - 1) / (most - 1)) for i in range(most)]
    return Batch(
        sampler=batch.sampler,
        sequence=batch.sequence,
        host=batch.host,
        time_ms=_at(kept, batch.time_ms),
        uptime_ms=_at(kept, batch.uptime_ms),
        final=batch.final,
        job=batch.job,
        columns=_columns(batch.columns, kept),
        disks={disk: _columns(columns, kept) for disk, columns in batch.disks.items()},
        filesystems={mount: _worst(min, free, kept) for mount, free in batch.filesystems.items()},
        owners=[_owner(owner, kept) for owner in batch.owners],
        processes=_processes(batch.processes, count, kept),
    )


def _columns(columns: dict[str, Column], kept: list[int]) -> dict[str, Column]:
    return {
        name: _worst(max, values, kept) if name in GAUGES else _at(kept, values)
        for name, values in columns.items()
    }


def _owner(owner: Owner, kept: list[int]) -> Owner:
    resident_kb = _buckets(owner.resident_kb, kept)
    return Owner(
        owner.key, owner.born_ms, _at(kept, owner.cpu_ticks), [max(kb) for kb in resident_kb]
    )


def _processes(encoded: str, count: int, kept: list[int]) -> str:
    """Where they cannot be read, nothing but they is lost."""
    try:
        groups = decode_processes(encoded, count)
    except BatchError:
        groups = []
    stands_for = [
        index for index, bucket in enumerate(_buckets(range(count), kept)) for _ in bucket
    ]
    return encode_processes([_group(group, stands_for) for group in groups])


def _group(group: ProcessGroup, stands_for: list[int]) -> ProcessGroup:
    """Where a kept sample stands for several records, the last counts: it is the nearest."""
    last = {stands_for[at]: record for record, at in enumerate(group.at)}
    kept = list(last.values())
    return ProcessGroup(
        group.owner,
        group.name,
        at=list(last),
        cpu_ticks=_at(kept, group.cpu_ticks),
        resident_kb=[max(kb) for kb in _buckets(group.resident_kb, kept)],
        seen=_at(kept, group.seen),
        read_kb=_at(kept, group.read_kb),
        written_kb=_at(kept, group.written_kb),
    )


def _worst(
    pick: Callable[[Iterable[int]], int], values: Column, kept: list[int]
) -> list[Optional[int]]:
    known = ([value for value in bucket if value is not None] for bucket in _buckets(values, kept))
    return [pick(bucket) if bucket else None for bucket in known]


def _at(kept: Iterable[int], values: Sequence[Value]) -> list[Value]:
    return [values[index] for index in kept]


def _buckets(values: Sequence[Value], kept: list[int]) -> list[Sequence[Value]]:
    """What each kept index stands for: itself, and those since the one before."""
    starts = [0, *(index + 1 for index in kept)]
    return [values[start : end + 1] for start, end in zip(starts, kept)]
