"""Batches to JSON and back, checked.

    {"version": 1, "sampler", "sequence", "final", "host": {…}, "job": {…},
     "uptime_ms": […], "clock_ms": […], "columns": {NAME: […]}, "disks": {DISK: {NAME: […]}},
     "filesystems": {MOUNT POINT: […]},
     "owners": {"key": […], "born_ms": […], "cpu_ticks": [[…]], "resident_kb": [[…]]},
     "processes": TEXT}

Columns are told as `columns.pack` does, to the multiples in `samples.QUANTA`; `clock_ms` is the
wall clock less the uptime, which hardly changes. The processes are a text inside the text (see
`process_groups`), so that who does not ask for them never decodes them. What a newer writer of
version 1 adds, be it a key or a column, is passed over; what an older one left out is unknown.
"""

from __future__ import annotations

import json
from functools import partial

from .checked import (
    LARGEST,
    MOST_CORES,
    BatchError,
    NewerBatchError,
    cores,
    fields,
    flag,
    listing,
    parsed,
    rows,
    table,
    text,
    whole,
)
from .columns import pack, unpack, unpack_known, unpack_rising
from .process_groups import decode_processes, encode_processes
from .samples import (
    COLUMNS,
    DISK_COLUMNS,
    FREE_QUANTUM_KB,
    LONGEST_NAME,
    MOST_DISKS,
    MOST_FILESYSTEMS,
    MOST_OWNERS,
    MOST_SAMPLES,
    OWNER_RESIDENT_QUANTUM_KB,
    QUANTA,
    VERSION,
    Batch,
    Host,
    Owner,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Union

    from .samples import Column

__all__ = [
    "BatchError",
    "NewerBatchError",
    "decode",
    "decode_processes",
    "encode",
    "encode_processes",
]

LONGEST_SAMPLER_ID = 64

_HEXADECIMAL = frozenset("0123456789abcdef")
_OWNER_COLUMNS = ("key", "born_ms", "cpu_ticks", "resident_kb")

_name = partial(text, longest=LONGEST_NAME)
_positive = partial(whole, least=1)


def encode(batch: Batch) -> bytes:
    """Compact JSON; who sends it compresses it."""
    host = {name: getattr(batch.host, name) for name in Host.__slots__}
    clock_ms = [time - uptime for time, uptime in zip(batch.time_ms, batch.uptime_ms)]
    told = {
        "version": VERSION,
        "sampler": batch.sampler,
        "sequence": batch.sequence,
        "final": batch.final,
        "host": {name: value for name, value in host.items() if value is not None},
        "job": batch.job,
        "uptime_ms": pack(batch.uptime_ms),
        "clock_ms": pack(clock_ms),
        "columns": _packed(batch.columns),
        "disks": {disk: _packed(columns) for disk, columns in batch.disks.items()},
        "filesystems": {
            mount: pack(free_kb, FREE_QUANTUM_KB) for mount, free_kb in batch.filesystems.items()
        },
        "owners": _packed_owners(batch.owners),
        "processes": batch.processes,
    }
    return json.dumps(told, separators=(",", ":")).encode()


def decode(encoded: Union[bytes, str]) -> Batch:
    """The batch, its columns to their quanta.

    Raises:
        BatchError: it is none, and where; NewerBatchError: its version is above ours.
    """
    found = parsed(encoded, "batch")
    _check_version(found.get("version"))
    length = len(listing(found.get("uptime_ms"), "uptime_ms", most=MOST_SAMPLES))
    uptime_ms = unpack_rising(found["uptime_ms"], "uptime_ms", length=length)
    return Batch(
        sampler=_sampler(found.get("sampler")),
        sequence=whole(found.get("sequence"), "sequence"),
        final=flag(found.get("final", False), "final"),
        host=read_host(found.get("host")),
        job=fields(found.get("job", {}), "job", _JOB),
        time_ms=_times(found.get("clock_ms"), uptime_ms),
        uptime_ms=uptime_ms,
        columns=_columns(found.get("columns", {}), "columns", COLUMNS, length),
        disks=_disks(found.get("disks", {}), length),
        filesystems=_filesystems(found.get("filesystems", {}), length),
        owners=_owners(found.get("owners", {}), length),
        processes=_segment(found.get("processes", "{}"), "processes"),
    )


def _packed(columns: dict[str, Column]) -> dict[str, Column]:
    return {name: pack(values, QUANTA.get(name, 1)) for name, values in columns.items()}


def _packed_owners(owners: Sequence[Owner]) -> dict[str, object]:
    return {
        "key": [owner.key for owner in owners],
        "born_ms": [owner.born_ms for owner in owners],
        "cpu_ticks": [pack(owner.cpu_ticks) for owner in owners],
        "resident_kb": [pack(owner.resident_kb, OWNER_RESIDENT_QUANTUM_KB) for owner in owners],
    }


def _check_version(version: object) -> None:
    if whole(version, "version", least=1) > VERSION:
        raise NewerBatchError(f"version: {version}, and {VERSION} is the newest known")


def _sampler(value: object) -> str:
    sampler = text(value, "sampler", longest=LONGEST_SAMPLER_ID)
    if not sampler or not _HEXADECIMAL.issuperset(sampler):  # it becomes a part of keys and ids
        raise BatchError("sampler: not hexadecimal, in small letters")
    return sampler


def _segment(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise BatchError(f"{where}: not a text")
    return value


def _sizes(value: object, where: str) -> dict[str, int]:
    found = table(value, where, most=MOST_FILESYSTEMS)
    return {_name(mount, where): whole(kb, f"{where}[{mount!a}]") for mount, kb in found.items()}


_JOB: dict[str, Callable[[object, str], object]] = {
    **dict.fromkeys(("host", "runner_name"), _name),
    **dict.fromkeys(("repository_id", "run_id", "run_attempt", "job_id"), whole),
}
_HOST: dict[str, Callable[[object, str], object]] = {
    "cpus": partial(whole, least=1, most=MOST_CORES),
    "memory_total_kb": whole,
    "interval_ms": _positive,
    "ticks_per_second": _positive,
    "boot_id": _name,
    "cpu_limit_cores": cores,
    "memory_limit_kb": whole,
    "swap_total_kb": whole,
    "filesystems": _sizes,
    "is_container": flag,
    "system": _name,
}


def read_host(value: object) -> Host:
    """The machine that a batch tells of.

    Raises:
        BatchError: it is none.
    """
    known = fields(value, "host", _HOST)
    for name in ("cpus", "memory_total_kb"):
        if name not in known:
            raise BatchError(f"host.{name}: missing")
    return Host(**known)


def _times(value: object, uptime_ms: list[int]) -> list[int]:
    clock_ms = unpack_known(value, "clock_ms", length=len(uptime_ms))
    time_ms = [clock + uptime for clock, uptime in zip(clock_ms, uptime_ms)]
    if time_ms and max(time_ms) > LARGEST:
        raise BatchError(f"clock_ms: a time above {LARGEST}")
    return time_ms


def _columns(value: object, where: str, names: Sequence[str], length: int) -> dict[str, Column]:
    found = table(value, where)
    return {
        name: unpack(found[name], f"{where}.{name}", length=length, quantum=QUANTA.get(name, 1))
        for name in names
        if found.get(name) is not None
    }


def _disks(value: object, length: int) -> dict[str, dict[str, Column]]:
    found = table(value, "disks", most=MOST_DISKS)
    return {
        _name(disk, "disks"): _columns(columns, f"disks[{disk!a}]", DISK_COLUMNS, length)
        for disk, columns in found.items()
    }


def _filesystems(value: object, length: int) -> dict[str, Column]:
    found = table(value, "filesystems", most=MOST_FILESYSTEMS)
    told = partial(unpack, length=length, quantum=FREE_QUANTUM_KB)
    return {
        _name(mount, "filesystems"): told(free_kb, f"filesystems[{mount!a}]")
        for mount, free_kb in found.items()
    }


def _owners(value: object, length: int) -> list[Owner]:
    table_of_owners = rows(table(value, "owners"), "owners", _OWNER_COLUMNS, most=MOST_OWNERS)
    found: dict[str, Owner] = {}
    for index, row in enumerate(table_of_owners):
        owner = _owner(row, f"owners[{index}]", length)
        found[owner.key] = _together(found[owner.key], owner) if owner.key in found else owner
    return list(found.values())


def _together(one: Owner, two: Owner) -> Owner:
    """Two whose keys differ only in what cannot be printed are one: that costs no batch."""
    return Owner(
        one.key,
        min(one.born_ms, two.born_ms),
        [min(sum(ticks), LARGEST) for ticks in zip(one.cpu_ticks, two.cpu_ticks)],
        [min(sum(kb), LARGEST) for kb in zip(one.resident_kb, two.resident_kb)],
    )


def _owner(row: tuple[object, ...], where: str, length: int) -> Owner:
    key, born_ms, cpu_ticks, resident_kb = row
    quantum = OWNER_RESIDENT_QUANTUM_KB
    return Owner(
        _name(key, f"{where}.key"),
        whole(born_ms, f"{where}.born_ms"),
        unpack_known(cpu_ticks, f"{where}.cpu_ticks", length=length),
        unpack_known(resident_kb, f"{where}.resident_kb", length=length, quantum=quantum),
    )
