"""/proc/PID/stat to one process's parent, CPU time, birth, and about what it holds.

https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
"""

from __future__ import annotations

from .fields import LARGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    Stat = tuple[bytes, int, int, int, int, int]

# As the page numbers them, less the three that the state, behind the comm, comes after.
_PARENT, _USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM, _START, _RESIDENT = (
    1,
    11,
    12,
    13,
    14,
    19,
    21,
)


def parse_pid_stat(text: bytes) -> Optional[Stat]:
    """Its comm, its parent, ticks of its own, of reaped children, of its birth; pages resident.

    The comm may hold anything, so fields begin behind the last parenthesis. Since Linux 6.2 the
    pages are inexact, the more so the more CPUs there are: `pid_statm` has them exactly.
    """
    end = text.rfind(b")")
    fields = text[end + 1 :].split(None, _RESIDENT + 1)
    try:
        comm = text[text.index(b"(", 0, end) + 1 : end]
        numbers = (
            int(fields[_PARENT]),
            int(fields[_USER]) + int(fields[_SYSTEM]),
            # Kernel threads of some kernels have the least and the largest number here.
            max(0, int(fields[_CHILDREN_USER]) + int(fields[_CHILDREN_SYSTEM])),
            int(fields[_START]),
            int(fields[_RESIDENT]),
        )
    except (IndexError, ValueError):
        return None
    return (comm, *numbers) if min(numbers) >= 0 and max(numbers) <= LARGEST else None
