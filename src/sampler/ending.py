"""How a command ended, as the kernel tells of what has been waited for: values only."""

from __future__ import annotations

from typing import NamedTuple, Optional


class Ending(NamedTuple):
    """All but the times are of the command and of all its descendants that were waited for.

    `memory_max_bytes` is that of the largest of them; None where it is no more than the sampler's
    own, which each process has at its birth.
    """

    name: str
    exit_code: int
    start_ms: int
    end_ms: int
    wall_seconds: float
    cpu_seconds: float
    memory_max_bytes: Optional[int]
    disk_read_bytes: int
    disk_write_bytes: int
