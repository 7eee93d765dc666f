"""/proc/loadavg to the process id that was given last.

https://man7.org/linux/man-pages/man5/proc_loadavg.5.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_LAST_PID = 4


def parse_last_pid(text: bytes) -> Optional[int]:
    """The id of the youngest process or thread, in the reader's pid namespace."""
    words = text.split()
    return whole(words[_LAST_PID]) if len(words) > _LAST_PID else None
