"""/proc/PID/io to what a process had read from and written to storage.

https://man7.org/linux/man-pages/man5/proc_pid_io.5.html
"""

from __future__ import annotations

from .fields import labelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_io_bytes(text: bytes) -> tuple[Optional[int], Optional[int]]:
    """Read and written, by itself and by the children that it has reaped.

    What is written counts when it is handed to the kernel, even if it is deleted before a disk has
    it.
    """
    return labelled(text, b"read_bytes:"), labelled(text, b"write_bytes:")
