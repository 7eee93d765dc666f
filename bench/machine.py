"""A process id in, its CPU time and memory out; and what machine this is. Linux."""

import os
import platform
import sqlite3
import time
from pathlib import Path

_CPU_CLOCK = 2  # what clock_getcpuclockid(3) puts into the low bits: all threads, user and kernel


def cpu_seconds(pid: int) -> float:
    """CPU time that the process has used so far, its ended threads included."""
    return time.clock_gettime((~pid << 3) | _CPU_CLOCK)


def memory_mib(pid: int) -> float:
    """Resident memory, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def served_core() -> int:
    """The core for what is measured."""
    return min(os.sched_getaffinity(0))


def loading_core() -> int:
    """The core for what loads it: another one, where there is one."""
    return max(os.sched_getaffinity(0))


def describe() -> str:
    """Processor, cores, kernel, Python and SQLite in a line."""
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()},"
        f" Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
