"""CPU time of all and of those that are known in, sample by sample; whether an idler works, out.

Who is taken for idle is read in turn only. When that one wakes, the machine uses more than is known
of, and then all are read: what a step uses is its own, and not that of the step when its turn came.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

LEAST_TICKS = 5
"""Between two samples less may be a matter of rounding, …"""
LEAST_SHARE = 1 / 16
"""… as may less of what all used."""

_LONGEST_PAUSE = 16  # samples


class Unseen:
    """Where reading all explains nothing, as with work of the kernel's own, it is done seldom."""

    def __init__(self) -> None:
        """No sample yet."""
        self._before: Optional[tuple[int, int]] = None
        self._pause = self._wait = 1

    def is_there(self, used_ticks: Optional[int], known_ticks: int) -> bool:
        """Whether all should be read at the next sample; both counters are ever rising.

        `used_ticks` is what all of them used, None where that is not known.
        """
        if used_ticks is None:
            return False
        before, self._before = self._before, (used_ticks, known_ticks)
        if before is None:
            return False
        used_ticks -= before[0]
        unknown_ticks = used_ticks - (known_ticks - before[1])
        if unknown_ticks < LEAST_TICKS or unknown_ticks < used_ticks * LEAST_SHARE:
            self._pause = self._wait = 1
            return False
        self._wait -= 1
        if self._wait:
            return False
        self._pause = self._wait = min(2 * self._pause, _LONGEST_PAUSE)
        return True
