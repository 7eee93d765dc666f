"""The time of a sample: of the wall, and since boot, in milliseconds."""

from __future__ import annotations

import time

_NS_PER_MS = 1_000_000
# Processes' births are told by the clock that goes on while the machine is suspended.
_SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def wall_ms() -> int:
    """Since 1970; it may be set back and forth."""
    return time.time_ns() // _NS_PER_MS


def uptime_ms() -> int:
    """Since boot; differences are taken from this one."""
    return time.clock_gettime_ns(_SINCE_BOOT) // _NS_PER_MS
