"""A signal that came to us in; whether it was sent to all of our process group, out.

A signal does not say so. Hence a process in the group that does nothing, for which signals wait
unseen: one that waits for it, too, was sent to all, and whatever we started has got it already. The
kernel signals the youngest first, so that the witness has it before us.
https://man7.org/linux/man-pages/man2/kill.2.html
"""

from __future__ import annotations

import os
import signal

from .files import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_WAITING = b"ShdPnd:"  # signals for the process as a whole, in proc_pid_status(5)


class Witness:
    """To be born where signals are blocked; it ends with us, however we end."""

    def __init__(self) -> None:
        """Where no process more is allowed, it has seen nothing."""
        self._pid, self._ours = _born()

    def has_seen(self, number: int) -> bool:
        """Whether this signal waits for it, too; each is told of once."""
        if self._pid is None or not _waiting(self._pid) >> (number - 1) & 1:
            return False
        self.close()  # what waits for it cannot be taken back
        self._pid, self._ours = _born()
        return True

    def close(self) -> None:
        """Be rid of it."""
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            os.close(self._ours)
            self._pid = None


def _born() -> tuple[Optional[int], int]:
    """Its pid, and the end of a pipe at which it waits until nobody has it open any more."""
    try:
        theirs, ours = os.pipe()
    except OSError:
        return None, -1
    try:
        pid = os.fork()
    except OSError:
        os.close(ours)
        return None, -1
    else:
        if pid == 0:
            _wait(theirs, ours)
        return pid, ours
    finally:
        os.close(theirs)


def _wait(theirs: int, ours: int) -> None:
    """All of the witness's life."""
    try:
        os.close(ours)
        os.read(theirs, 1)
    finally:
        os._exit(0)


def _waiting(pid: int) -> int:
    """The signals that wait for a process, as bits; none where it cannot be seen."""
    for line in read_text(f"/proc/{pid}/status").split(b"\n"):
        if line.startswith(_WAITING):
            return int(line[len(_WAITING) :], 16)
    return 0
