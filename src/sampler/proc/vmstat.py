"""/proc/vmstat to how many processes were killed for want of memory.

https://man7.org/linux/man-pages/man5/proc_vmstat.5.html
"""

from __future__ import annotations

from .fields import labelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_oom_kills(text: bytes) -> Optional[int]:
    """Since boot; kernels before 4.13 do not tell."""
    return labelled(text, b"oom_kill ")
