"""One sample of a machine, as it was read: values only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from .proc.diskstats import Counters


class Moment:
    """`columns` by the names of model.samples, `disks` their counters in the order of DISK_COLUMNS.

    `free_kb` is by mount point.
    """

    __slots__ = ("columns", "disks", "free_kb", "time_ms", "uptime_ms")

    def __init__(
        self,
        time_ms: int,
        uptime_ms: int,
        *,
        columns: Mapping[str, Optional[int]],
        disks: Mapping[str, Counters],
        free_kb: Mapping[str, Optional[int]],
    ) -> None:
        """`time_ms` is the wall clock's, `uptime_ms` the monotonic one's."""
        self.time_ms = time_ms
        self.uptime_ms = uptime_ms
        self.columns = columns
        self.disks = disks
        self.free_kb = free_kb
