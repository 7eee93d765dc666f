"""Nothing in; the process that called us, and what CPU time it has used so far, out.

A step that is marked in a shell is done by that shell: what it runs, it waits for, and then the
kernel counts that as the shell's. So of one shell's step its own CPU time is known exactly,
whoever else is on the machine; what still runs in the background at its end is not in it.
"""

from __future__ import annotations

import os
import time

from .files import read_text
from .proc.pid_stat import parse_pid_stat
from .view import PROC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

CPU_DIGITS = 2  # the kernel tells it in hundredths of a second


def caller() -> Optional[list[float]]:
    """Its id, its birth in ticks since boot, its CPU seconds with those of all it waited for.

    It waits for us, too: what we have used until now is in it. None where it cannot be seen.
    """
    used = _used(os.getppid())
    return None if used is None else [*used[:2], used[2] + time.process_time()]


def cpu_seconds_since(before: object) -> Optional[float]:
    """What was used since `before`, which was `caller()`; None where another one calls now."""
    used = _used(os.getppid())
    if used is None or not isinstance(before, list) or before[:2] != used[:2]:
        return None
    return round(max(0.0, used[2] - float(before[2])), CPU_DIGITS)


def _used(pid: int) -> Optional[list[float]]:
    stat = parse_pid_stat(read_text(f"{PROC}/{pid}/stat"))
    if stat is None:
        return None
    _, _, cpu_ticks, children_ticks, start_ticks, _ = stat
    return [pid, start_ticks, (cpu_ticks + children_ticks) / os.sysconf("SC_CLK_TCK")]
