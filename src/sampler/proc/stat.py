"""/proc/stat to CPU ticks of the whole machine, and to how many CPUs there are.

https://man7.org/linux/man-pages/man5/proc_stat.5.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_USER, _NICE, _SYSTEM, _IDLE, _IOWAIT, _IRQ, _SOFTIRQ, _STEAL = range(8)


def parse_cpu_ticks(text: bytes) -> Optional[tuple[int, int, int, int, Optional[int]]]:
    """User with nice, system with irq and softirq, idle, iowait, steal.

    Guest is inside user. Kernels before 2.6.11 do not tell of steal.
    """
    if not text.startswith(b"cpu "):
        return None
    words = text[: text.find(b"\n")].split()[1:]
    ticks = [whole(word) for word in words[: _STEAL + 1]]
    if len(ticks) < _STEAL or None in ticks[:_STEAL]:
        return None
    user, nice, system, idle, iowait, irq, softirq = ticks[:_STEAL]
    steal = ticks[_STEAL] if len(ticks) > _STEAL else None
    return user + nice, system + irq + softirq, idle, iowait, steal  # type: ignore[operator, return-value]  # none is None


def count_cpus(text: bytes) -> Optional[int]:
    """CPUs that are online; their ids may have gaps."""
    lines = text.split(b"\n")
    cpus = sum(line.startswith(b"cpu") and not line.startswith(b"cpu ") for line in lines)
    return cpus or None
