"""The files of a version 2 control group: text in, values out, None where there is no data.

https://docs.kernel.org/admin-guide/cgroup-v2.html
"""

from __future__ import annotations

from ..proc.fields import labelled, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_cpu_max(text: bytes) -> Optional[float]:
    """cpu.max: how many cores' time may be used; None where it is not limited."""
    words = text.split()
    numbers = [whole(word) for word in words]
    if len(numbers) != len(("quota", "period")) or None in numbers:
        return None
    quota, period = numbers
    return quota / period if quota and period else None


def parse_memory_max(text: bytes) -> Optional[int]:
    """memory.max, in bytes; None where it is not limited."""
    return whole(text.strip())


def parse_cpu_stat(text: bytes) -> tuple[Optional[int], Optional[int]]:
    """cpu.stat: microseconds used, and of waiting for a quota that was used up."""
    return labelled(text, b"usage_usec "), labelled(text, b"throttled_usec ")


def parse_memory_current(text: bytes) -> Optional[int]:
    """memory.current, in bytes, with what files are cached."""
    return whole(text.strip())


def parse_cached_files(text: bytes) -> Optional[int]:
    """memory.stat: bytes of cached files, which give way when memory is short.

    All of them: a kernel that needs memory makes active ones inactive, and takes those. What lies
    in a tmpfs does not give way, and is in neither.
    """
    active = labelled(text, b"active_file ")
    inactive = labelled(text, b"inactive_file ")
    return None if active is None or inactive is None else active + inactive


def parse_oom_kills(text: bytes) -> Optional[int]:
    """memory.events: processes killed for want of memory, in this group and below."""
    return labelled(text, b"oom_kill ")
