"""/proc/meminfo to memory and swap, in KiB.

https://man7.org/linux/man-pages/man5/proc_meminfo.5.html
"""

from __future__ import annotations

from .fields import difference, labelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


def parse_memory_kb(text: bytes) -> tuple[Optional[int], Optional[int]]:
    """In all, and used: MemTotal - MemAvailable, which kernels before 3.14 do not tell."""
    total_kb = labelled(text, b"MemTotal:")
    return total_kb, difference(total_kb, labelled(text, b"MemAvailable:"))


def parse_swap_kb(text: bytes) -> tuple[Optional[int], Optional[int]]:
    """In all, and used."""
    total_kb = labelled(text, b"SwapTotal:")
    return total_kb, difference(total_kb, labelled(text, b"SwapFree:"))
