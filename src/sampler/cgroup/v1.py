"""The files of a version 1 control group: text in, values out, None where there is no data.

https://docs.kernel.org/admin-guide/cgroup-v1/
"""

from __future__ import annotations

from ..proc.fields import labelled, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_NS_PER_US = 1000
# No limit is told as the largest multiple of a page size, which is not the same everywhere.
_UNLIMITED_BYTES = 2**62


def parse_cpu_quota(quota: bytes, period: bytes) -> Optional[float]:
    """cpu.cfs_quota_us and cpu.cfs_period_us: how many cores' time; None where not limited."""
    quota_us, period_us = whole(quota.strip()), whole(period.strip())
    return quota_us / period_us if quota_us and period_us else None


def parse_memory_limit(text: bytes) -> Optional[int]:
    """memory.limit_in_bytes; None where it is not limited."""
    limit_bytes = whole(text.strip())
    return None if limit_bytes is None or limit_bytes >= _UNLIMITED_BYTES else limit_bytes


def parse_cpu_usage(text: bytes) -> Optional[int]:
    """cpuacct.usage, in microseconds."""
    return _us(whole(text.strip()))


def parse_throttled(text: bytes) -> Optional[int]:
    """cpu.stat: microseconds of waiting for a quota that was used up."""
    return _us(labelled(text, b"throttled_time "))


def parse_memory_usage(text: bytes) -> Optional[int]:
    """memory.usage_in_bytes, with what files are cached."""
    return whole(text.strip())


def parse_cached_files(text: bytes) -> Optional[int]:
    """memory.stat: bytes of cached files, which give way when memory is short.

    All of them: a kernel that needs memory makes active ones inactive, and takes those. What lies
    in a tmpfs does not give way, and is in neither.
    """
    active = labelled(text, b"total_active_file ")
    inactive = labelled(text, b"total_inactive_file ")
    return None if active is None or inactive is None else active + inactive


def parse_oom_kills(text: bytes) -> Optional[int]:
    """memory.oom_control: processes killed for want of memory; not told before Linux 4.13."""
    return labelled(text, b"oom_kill ")


def _us(ns: Optional[int]) -> Optional[int]:
    return None if ns is None else ns // _NS_PER_US
