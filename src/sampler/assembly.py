"""A mounted /proc and an interval in; the collector that reads it, out."""

from __future__ import annotations

import os

from ..analysis.ledger import Ledger
from ..model.samples import Host
from . import clock, view
from .cgroup.control_group import find_control_group
from .collector import Collector
from .files import read_text
from .filesystems import local_mount_points, read_space_kb
from .machine import Disks, Machine
from .proc.meminfo import parse_memory_kb, parse_swap_kb
from .proc.mountinfo import parse_mounts
from .proc.pid_cgroup import parse_control_groups
from .proc.stat import count_cpus
from .process_reader import ProcessReader
from .processes import Processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Callable, Optional

    from .cgroup.control_group import ControlGroup
    from .proc.mountinfo import Mount

SYS = "/sys"

_FILES_A_PROCESS = 3
_OTHER_FILES = 100
_SAMPLER_ID_BYTES = 16


class NothingToSeeError(Exception):
    """There is no /proc here that can be read; the message says where."""


def collector(
    proc: str, interval_seconds: float, key_of: Callable[[bytes], Optional[str]], *, sys: str = SYS
) -> Collector:
    """All of it, from where /proc is mounted; `key_of` tells an environment's owner.

    Raises:
        NothingToSeeError: nothing is mounted there.
    """
    if not view.is_readable(proc):
        raise NothingToSeeError(f"no processes can be seen in {proc}")
    mounts = parse_mounts(read_text(f"{proc}/self/mountinfo"))
    is_container = view.is_container(proc)
    paths = parse_control_groups(read_text(f"{proc}/self/cgroup"))
    group = find_control_group(
        mounts, paths, is_container=is_container, has_all_groups=view.has_all_groups(proc)
    )
    has_own_pids = view.is_own(proc)
    host = _host(proc, interval_seconds, mounts, group, is_container=is_container)
    reader = ProcessReader(
        proc,
        key_of,
        boot_ms=clock.wall_ms() - clock.uptime_ms(),
        ticks_per_second=host.ticks_per_second,
        page_bytes=os.sysconf("SC_PAGE_SIZE"),
    )
    return Collector(
        sampler=os.urandom(_SAMPLER_ID_BYTES).hex(),
        host=host,
        # What a host's /proc calls its own network is that of who asks: the first process has all.
        machine_reader=Machine(proc, proc if has_own_pids else f"{proc}/1", group),
        disks=Disks(proc, sys),
        processes=Processes(
            proc, reader, has_own_pids=has_own_pids, most_open=_most_open_processes()
        ),
        ledger=Ledger(),
    )


def _host(
    proc: str,
    interval_seconds: float,
    mounts: Sequence[Mount],
    group: ControlGroup,
    *,
    is_container: bool,
) -> Host:
    """The facts about the machine, and about what of it may be used."""
    meminfo = read_text(f"{proc}/meminfo")
    cpus = count_cpus(read_text(f"{proc}/stat")) or os.cpu_count() or 1
    sizes_kb = {point: read_space_kb(point) for point in local_mount_points(mounts)}
    return Host(
        cpus=cpus,
        memory_total_kb=parse_memory_kb(meminfo)[0] or 0,
        interval_ms=max(1, round(interval_seconds * 1000)),
        ticks_per_second=os.sysconf("SC_CLK_TCK"),
        boot_id=read_text(f"{proc}/sys/kernel/random/boot_id").decode("ascii", "replace").strip(),
        cpu_limit_cores=_limit_cores(cpus, group.limit_cores),
        memory_limit_kb=group.limit_kb,
        swap_total_kb=parse_swap_kb(meminfo)[0],
        filesystems={point: space[0] for point, space in sizes_kb.items() if space},
        is_container=is_container,
        system=" ".join(os.uname()[at] for at in (0, 2, 4)),
    )


def _limit_cores(cpus: int, quota_cores: Optional[float]) -> Optional[float]:
    """A quota, or a set of CPUs that is smaller than the machine's."""
    allowed = len(os.sched_getaffinity(0))
    limits = [quota_cores, allowed if allowed < cpus else None]
    return min((limit for limit in limits if limit is not None), default=None)


def _most_open_processes() -> int:
    """Of how many processes files may stay open."""
    import resource  # where there is a /proc, there is this

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        soft = os.sysconf("SC_OPEN_MAX")
    return max(0, soft - _OTHER_FILES) // _FILES_A_PROCESS
