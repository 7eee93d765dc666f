"""Three files of pressure in; how long what stood still for want of what, as samples have it, out.

The machine's are in /proc/pressure; a control group of version 2 has its own, by other names.
"""

from __future__ import annotations

from .files import KeptFile
from .proc.pressure import parse_stalled_us

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    Stalled = tuple[Optional[int], ...]

UNKNOWN: Stalled = (None,) * 5
"""Where there are no such files."""


class Stalls:
    """What is stalled for want of CPU, of memory, and of disks."""

    def __init__(self, cpu: str, memory: str, io: str) -> None:
        """Paths; reads nothing yet."""
        self._files = [KeptFile(path) for path in (cpu, memory, io)]

    def read_us(self) -> Stalled:
        """Microseconds in which something was, of each of the three; all was, of the last two."""
        cpu, memory, io = (parse_stalled_us(file.read()) for file in self._files)
        return cpu[0], memory[0], io[0], memory[1], io[1]
