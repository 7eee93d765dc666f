"""/proc/PID/statm to the memory that a process holds.

https://man7.org/linux/man-pages/man5/proc_pid_statm.5.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_RESIDENT = 1


def parse_resident_pages(text: bytes) -> Optional[int]:
    """Pages resident; shared ones count in each process that shares them."""
    words = text.split(None, _RESIDENT + 1)
    return whole(words[_RESIDENT]) if len(words) > _RESIDENT else None
