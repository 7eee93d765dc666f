"""A folder of a control group in; its limit and its counters out, whichever its version.

The four classes are two of a kind: a `CpuMeter` and a `MemoryMeter` for each version.
"""

from __future__ import annotations

from ..files import KeptFile, read_text
from ..proc.fields import difference
from . import v1, v2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Protocol

    class CpuMeter(Protocol):
        """CPU of a control group."""

        def limit_cores(self) -> Optional[float]:
            """None where this folder does not limit it."""

        def read(self) -> tuple[Optional[int], Optional[int]]:
            """Microseconds used and throttled, ever rising."""

    class MemoryMeter(Protocol):
        """Memory of a control group."""

        def limit_bytes(self) -> Optional[int]:
            """None where this folder does not limit it."""

        def read(self) -> tuple[Optional[int], Optional[int]]:
            """Bytes used without cached files, as what is available to a machine counts them.

            And out-of-memory kills. A working set as others have it, without inactive files alone,
            would call a group full that has merely read a lot.
            """


class CpuV2:
    """cpu.max, cpu.stat."""

    def __init__(self, folder: str) -> None:
        """Reads nothing yet."""
        self._folder = folder
        self._stat = KeptFile(f"{folder}/cpu.stat")

    def limit_cores(self) -> Optional[float]:
        """As `CpuMeter`."""
        return v2.parse_cpu_max(read_text(f"{self._folder}/cpu.max"))

    def read(self) -> tuple[Optional[int], Optional[int]]:
        """As `CpuMeter`."""
        return v2.parse_cpu_stat(self._stat.read())


class CpuV1:
    """cpu.cfs_quota_us and its period, cpu.stat, and cpuacct.usage of the folder given for it."""

    def __init__(self, folder: str, cpuacct_folder: str) -> None:
        """Reads nothing yet."""
        self._folder = folder
        self._stat = KeptFile(f"{folder}/cpu.stat")
        self._usage = KeptFile(f"{cpuacct_folder}/cpuacct.usage")

    def limit_cores(self) -> Optional[float]:
        """As `CpuMeter`."""
        quota = read_text(f"{self._folder}/cpu.cfs_quota_us")
        return v1.parse_cpu_quota(quota, read_text(f"{self._folder}/cpu.cfs_period_us"))

    def read(self) -> tuple[Optional[int], Optional[int]]:
        """As `CpuMeter`."""
        return v1.parse_cpu_usage(self._usage.read()), v1.parse_throttled(self._stat.read())


class MemoryV2:
    """memory.max, memory.current, memory.stat, memory.events."""

    def __init__(self, folder: str) -> None:
        """Reads nothing yet."""
        self._folder = folder
        self._current = KeptFile(f"{folder}/memory.current")
        self._stat = KeptFile(f"{folder}/memory.stat")
        self._events = KeptFile(f"{folder}/memory.events")

    def limit_bytes(self) -> Optional[int]:
        """As `MemoryMeter`."""
        return v2.parse_memory_max(read_text(f"{self._folder}/memory.max"))

    def read(self) -> tuple[Optional[int], Optional[int]]:
        """As `MemoryMeter`."""
        current = v2.parse_memory_current(self._current.read())
        used = difference(current, v2.parse_cached_files(self._stat.read()))
        return used, v2.parse_oom_kills(self._events.read())


class MemoryV1:
    """memory.limit_in_bytes, memory.usage_in_bytes, memory.stat, memory.oom_control."""

    def __init__(self, folder: str) -> None:
        """Reads nothing yet."""
        self._folder = folder
        self._usage = KeptFile(f"{folder}/memory.usage_in_bytes")
        self._stat = KeptFile(f"{folder}/memory.stat")
        self._oom = KeptFile(f"{folder}/memory.oom_control")

    def limit_bytes(self) -> Optional[int]:
        """As `MemoryMeter`."""
        return v1.parse_memory_limit(read_text(f"{self._folder}/memory.limit_in_bytes"))

    def read(self) -> tuple[Optional[int], Optional[int]]:
        """As `MemoryMeter`."""
        usage = v1.parse_memory_usage(self._usage.read())
        used = difference(usage, v1.parse_cached_files(self._stat.read()))
        return used, v1.parse_oom_kills(self._oom.read())
