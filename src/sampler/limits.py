"""A moment on the machine in; whether memory or disk runs short, or nobody is left to look on, out.

A process that the kernel kills for want of memory cannot say goodbye: what was seen until then has
to be on disk before.
"""

from __future__ import annotations

import os

from ..model import samples
from . import pid_file
from .files import read_text
from .proc.pid_stat import parse_pid_stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ..model.samples import Host
    from .moment import Moment

BATCH_MS = 15_000
"""A batch is made as often, …"""
SHORT_BATCH_MS = 2_000
"""… or as often while memory or disk is short."""
FILE_MIB = 64.0
"""Neither file of samples grows beyond it."""

_FULL = 0.95
_LITTLE_KB = 262_144
_LONGEST_MS = 5 * 24 * 3_600_000  # GitHub allows a job no more, wherever it runs
_WORKER = b"Runner.Worker"
_FURTHEST = 50  # forebears


def is_short(moment: Moment, first: Moment, host: Host) -> bool:
    """Whether memory is almost full, or a filesystem that was not at first."""
    columns = moment.columns
    used_kb, group_kb = columns[samples.MEMORY_USED_KB], columns[samples.CGROUP_MEMORY_KB]
    return (
        _is_full(used_kb, host.memory_total_kb)
        or _is_full(group_kb, host.memory_limit_kb)
        or any(
            _is_little(free_kb) and not _is_little(first.free_kb[point])
            for point, free_kb in moment.free_kb.items()
        )
    )


class Reason:
    """Why a sampler goes on: its job is not over, as far as can be told."""

    def __init__(self, folder: str, start_ms: int, worker: Optional[int]) -> None:
        """`worker` is the process that runs the job, if any does; `start_ms` is the uptime."""
        self._folder = folder
        self._start_ms = start_ms
        self._worker = worker
        self._born = pid_file.birth(worker) if worker else None

    def is_gone(self, uptime_ms: int) -> bool:
        """Whether nobody can want to know more: then it ends by itself."""
        has_worker = self._worker is None or pid_file.birth(self._worker) == self._born
        is_old = uptime_ms - self._start_ms > _LONGEST_MS
        return is_old or not has_worker or not os.path.isdir(self._folder)


def find_worker() -> Optional[int]:
    """The forebear of ours that is a runner's, which lives as long as the job."""
    pid = os.getppid()
    for _ in range(_FURTHEST):
        stat = parse_pid_stat(read_text(f"/proc/{pid}/stat"))
        if stat is None or pid <= 1:
            return None
        if stat[0] == _WORKER:
            return pid
        pid = stat[1]
    return None


def _is_full(used_kb: Optional[int], whole_kb: Optional[int]) -> bool:
    return used_kb is not None and whole_kb is not None and used_kb > _FULL * whole_kb


def _is_little(free_kb: Optional[int]) -> bool:
    return free_kb is not None and free_kb < _LITTLE_KB
