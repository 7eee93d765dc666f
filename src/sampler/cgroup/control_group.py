"""What is mounted and where a process is in; what limits it, and what its group used, out."""

from __future__ import annotations

from ..stalls import UNKNOWN, Stalls
from .folders import V2, group_folders
from .meters import CpuV1, CpuV2, MemoryV1, MemoryV2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Optional, TypeVar

    from ..proc.mountinfo import Mount
    from ..stalls import Stalled
    from .meters import CpuMeter, MemoryMeter

    Meter = TypeVar("Meter")
    Limit = TypeVar("Limit", int, float)

_KIB = 1024


class ControlGroup:
    """The group that limits a job, or else the container that it is in; there may be neither."""

    def __init__(
        self,
        *,
        cpu: Optional[CpuMeter] = None,
        memory: Optional[MemoryMeter] = None,
        stalls: Optional[Stalls] = None,
        limit_cores: Optional[float] = None,
        limit_bytes: Optional[int] = None,
    ) -> None:
        """Limits as read once."""
        self._cpu = cpu
        self._memory = memory
        self._stalls = stalls
        self.limit_cores = limit_cores
        self.limit_kb = _kb(limit_bytes)

    def read_cpu_us(self) -> tuple[Optional[int], Optional[int]]:
        """Used and throttled, ever rising."""
        return self._cpu.read() if self._cpu else (None, None)

    def read_memory(self) -> tuple[Optional[int], Optional[int]]:
        """KiB used, without what gives way by itself, and out-of-memory kills so far."""
        used_bytes, kills = self._memory.read() if self._memory else (None, None)
        return _kb(used_bytes), kills

    def read_stalled_us(self) -> Stalled:
        """As `Stalls`; unknown in version 1, which knows of no pressure."""
        return self._stalls.read_us() if self._stalls else UNKNOWN


def find_control_group(
    mounts: Sequence[Mount],
    paths: Mapping[str, str],
    *,
    is_container: bool,
    has_all_groups: bool = False,
) -> ControlGroup:
    """Any limit on the way up the tree limits; the group that has the tightest is the one to watch.

    CPU and memory may be limited at different heights. What is not limited is watched where the
    other is; in a container, at its top. With `has_all_groups` the top is the machine's, and its
    own group is where a container begins.
    """
    cpus, memories = _cpu_meters(mounts, paths), _memory_meters(mounts, paths)
    at_cpu, cores = _tightest([meter.limit_cores() for meter in cpus])
    at_memory, limit_bytes = _tightest([meter.limit_bytes() for meter in memories])
    top = (0 if has_all_groups else -1) if is_container else None
    return ControlGroup(
        cpu=_at(cpus, at_cpu, at_memory, top),
        memory=_at(memories, at_memory, at_cpu, top),
        stalls=_stalls(
            _at(_v2_folders(mounts, paths, "cpu"), at_cpu, at_memory, top),
            _at(_v2_folders(mounts, paths, "memory"), at_memory, at_cpu, top),
        ),
        limit_cores=cores,
        limit_bytes=limit_bytes,
    )


def _cpu_meters(mounts: Sequence[Mount], paths: Mapping[str, str]) -> list[CpuMeter]:
    version, folders = group_folders(mounts, paths, "cpu")
    if version == V2:
        return [CpuV2(folder) for folder in folders]
    _, used_in = group_folders(mounts, paths, "cpuacct")
    # The two are mounted together, but for oddities in which neither limits anything.
    return [CpuV1(folder, used) for folder, used in zip(folders, used_in)]


def _memory_meters(mounts: Sequence[Mount], paths: Mapping[str, str]) -> list[MemoryMeter]:
    version, folders = group_folders(mounts, paths, "memory")
    return [MemoryV2(folder) if version == V2 else MemoryV1(folder) for folder in folders]


def _v2_folders(mounts: Sequence[Mount], paths: Mapping[str, str], controller: str) -> list[str]:
    version, folders = group_folders(mounts, paths, controller)
    return folders if version == V2 else []


def _stalls(cpu: Optional[str], memory: Optional[str]) -> Optional[Stalls]:
    """Of the folders that are watched for each; disks are no more limited than memory is."""
    if cpu is None or memory is None:
        return None
    return Stalls(f"{cpu}/cpu.pressure", f"{memory}/memory.pressure", f"{memory}/io.pressure")


def _tightest(limits: Iterable[Optional[Limit]]) -> tuple[Optional[int], Optional[Limit]]:
    """Where it is, and what."""
    known = [(limit, at) for at, limit in enumerate(limits) if limit is not None]
    limit, at = min(known, default=(None, None))
    return at, limit


def _at(meters: Sequence[Meter], *choices: Optional[int]) -> Optional[Meter]:
    """The meter at the first of the choices that is one."""
    chosen = next((choice for choice in choices if choice is not None), None)
    if chosen is None or not meters:
        return None
    return meters[min(chosen, len(meters) - 1)]


def _kb(count_bytes: Optional[int]) -> Optional[int]:
    return None if count_bytes is None else count_bytes // _KIB
