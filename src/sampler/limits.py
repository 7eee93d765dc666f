"""How often, how much and how long a sampler writes; a folder in, whether to go on at all, out."""

from __future__ import annotations

import os

from . import pid_file
from .files import read_text
from .proc.pid_stat import parse_pid_stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

BATCH_MS, LONGEST_BATCH_MS = 15_000, 60_000
"""A batch is made as often at first, and at last: the longer it is, the less a sample weighs; …"""
SHORT_BATCH_MS = 2_000
"""… or as often while memory or disk is short."""
FILE_MIB = 64.0
"""Neither file of samples grows beyond it."""

_LONGEST_MS = 5 * 24 * 3_600_000  # GitHub allows a job no more, wherever it runs
_WORKER = b"Runner.Worker"
_FURTHEST = 50  # forebears
_AT_STAKE = 4  # what is not in a batch yet is at most one part in so many of what was seen before


def batch_ms(seen_ms: int, thinned: int) -> int:
    """How long a batch should be, after so long a time and so many halvings of the file."""
    return min(max(BATCH_MS, seen_ms // _AT_STAKE), LONGEST_BATCH_MS) << thinned


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
