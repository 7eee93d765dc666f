"""Lines of a raw telemetry file in, as `system_telemetry` writes them; batches again, out.

So a file that somebody collected is enough to judge by, wherever it is taken. Which processes there
were is lost, but for their steps: a line tells of too few of them to go on from one to the next.
"""

from __future__ import annotations

from ...model import samples
from ...model.samples import Batch, Host, Owner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any, Optional

    from ...model.samples import Column

_CPU = ("user", "system", "idle", "iowait", "steal")
_STALLED = ("cpu", "memory", "io", "memory_full", "io_full")
_KIB = 1024
_US = 1_000_000
_MOST = 600  # samples of a batch


def batches_of(lines: Iterable[Mapping[str, Any]]) -> Iterator[Batch]:
    """In the order of the lines; those of a sampler whose first line is lost are left out.

    Raises:
        KeyError, TypeError, ValueError: a line is not one of ours.
    """
    hosts: dict[str, Host] = {}
    part: list[Mapping[str, Any]] = []
    sequence = 0
    for line in lines:
        sampler = line["sampler"]["id"]
        if "host" in line:
            hosts[sampler] = Host(**line["host"])
        is_another = part and part[-1]["sampler"]["id"] != sampler
        if part and (is_another or len(part) == _MOST):
            yield _batch(part, hosts[part[-1]["sampler"]["id"]], sequence)
            sequence += 1
            part = []
        if sampler in hosts:
            part.append(line)
    if part:
        yield _batch(part, hosts[part[-1]["sampler"]["id"]], sequence, final=True)


def _batch(
    lines: Sequence[Mapping[str, Any]], host: Host, sequence: int, *, final: bool = False
) -> Batch:
    return Batch(
        sampler=str(lines[0]["sampler"]["id"]),
        sequence=sequence,
        host=host,
        final=final,
        time_ms=[int(line["time_ms"]) for line in lines],
        uptime_ms=[int(line["uptime_ms"]) for line in lines],
        columns=_columns(lines, host),
        disks=_disks(lines),
        filesystems=_filesystems(lines),
        owners=_owners(lines, host),
    )


def _columns(lines: Sequence[Mapping[str, Any]], host: Host) -> dict[str, Column]:
    """Each where it came from: a group of the line, a name in it, and how many of ours it is."""
    ticks = host.ticks_per_second
    places = {
        **{f"cpu_{of}": ("cpu", f"{of}_seconds", ticks) for of in _CPU},
        samples.MEMORY_USED_KB: ("memory_stats", "used_bytes", 1 / _KIB),
        samples.SWAP_USED_KB: ("memory_stats", "swap_used_bytes", 1 / _KIB),
        samples.OOM_KILLS: ("memory_stats", "oom_kills", 1),
        **{f"stalled_{of}_us": ("pressure", f"{of}_seconds", _US) for of in _STALLED},
        samples.CGROUP_CPU_US: ("cgroup", "cpu_seconds", _US),
        samples.CGROUP_THROTTLED_US: ("cgroup", "throttled_seconds", _US),
        samples.CGROUP_MEMORY_KB: ("cgroup", "memory_bytes", 1 / _KIB),
        samples.CGROUP_OOM_KILLS: ("cgroup", "oom_kills", 1),
        **{f"cgroup_stalled_{of}_us": ("cgroup", f"stalled_{of}_seconds", _US) for of in _STALLED},
        samples.SAMPLER_CPU_US: ("sampler", "cpu_seconds", _US),
        samples.SAMPLER_MISSED_TICKS: ("sampler", "missed_ticks", 1),
    }
    found = {
        name: [_scaled(line[group].get(key), scale) for line in lines]
        for name, (group, key, scale) in places.items()
    }
    for of in ("received_bytes", "sent_bytes"):
        found[f"network_{of}"] = [_scaled(line["network"][0].get(of), 1) for line in lines]
    return {name: column for name, column in found.items() if any(v is not None for v in column)}


def _disks(lines: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Column]]:
    names = dict.fromkeys(name for line in lines for name in line["disk_io"])
    return {
        disk: {
            name: [_scaled(line["disk_io"].get(disk, {}).get(name), 1) for line in lines]
            for name in samples.DISK_COLUMNS
        }
        for disk in names
    }


def _filesystems(lines: Sequence[Mapping[str, Any]]) -> dict[str, Column]:
    free = [{space["mount"]: space["free_bytes"] for space in line["disk_space"]} for line in lines]
    points = dict.fromkeys(point for spaces in free for point in spaces)
    return {point: [_scaled(spaces.get(point), 1 / _KIB) for spaces in free] for point in points}


def _owners(lines: Sequence[Mapping[str, Any]], host: Host) -> list[Owner]:
    """Before an owner was there, it had used nothing."""
    births = {key: int(step["born_ms"]) for line in lines for key, step in line["steps"].items()}
    return [
        Owner(
            key,
            born_ms,
            _of_steps(lines, key, "cpu_seconds", host.ticks_per_second),
            _of_steps(lines, key, "memory_bytes", 1 / _KIB),
        )
        for key, born_ms in births.items()
    ]


def _of_steps(lines: Iterable[Mapping[str, Any]], key: str, name: str, scale: float) -> list[int]:
    return [_scaled(line["steps"].get(key, {}).get(name), scale) or 0 for line in lines]


def _scaled(value: Optional[float], scale: float) -> Optional[int]:
    return None if value is None else round(value * scale)
