"""/proc/pressure/* and *.pressure of control groups to stalled time, in microseconds.

https://docs.kernel.org/accounting/psi.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_stalled_us(text: bytes) -> tuple[Optional[int], Optional[int]]:
    """Since boot: how long some tasks stood still, and how long all did.

    The averages beside them forget; of CPU, old kernels do not tell the second.
    """
    some_us = full_us = None
    for line in text.split(b"\n"):
        if line.startswith(b"some "):
            some_us = _total(line)
        elif line.startswith(b"full "):
            full_us = _total(line)
    return some_us, full_us


def _total(line: bytes) -> Optional[int]:
    return whole(line.rpartition(b" total=")[2].rstrip())
