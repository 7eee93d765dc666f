"""A command in; it runs in the foreground, as if we were not there, and how it ended, out.

It has our standard streams and our environment, and gets the signals that we get. Those are held
back and waited for together with its end, so that nothing interrupts a sample. What was sent to all
of our process group it has from there.
"""

from __future__ import annotations

import errno
import os
import signal
import time

from .not_run import not_run
from .witness import Witness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from resource import struct_rusage
    from typing import Any, Optional

_BY_SIGNAL = 128  # plus the signal's number, as in a shell

_PASSED_ON = frozenset(
    {
        *(signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM),
        *(signal.SIGUSR1, signal.SIGUSR2),
    }
)
_AWAITED = _PASSED_ON | {signal.SIGCHLD}
_LONGEST_WAIT_SECONDS = 60.0  # the call takes no infinity
# What Python ignores, and a command expects to end it.
_DEFAULT = (signal.SIGPIPE, signal.SIGXFSZ)
_SENT_BY_THE_KERNEL = 0x80  # SI_KERNEL in asm-generic/siginfo.h: a terminal's, to all of its group


class Command:
    """One that runs."""

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            CommandNotRunError: there is no such command, or it cannot be executed.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, children vanish
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        self._witness = Witness()
        self.started = self.ended = time.monotonic()
        try:
            self.pid = _spawn(words, environment, mask)
        except (OSError, ValueError) as exc:
            self._witness.close()
            raise not_run(words[0], exc) from exc

    def ends_before(self, moment: float) -> bool:
        """Wait for its end, until this moment of the monotonic clock; pass signals on meanwhile."""
        while not self._has_ended():
            seconds = moment - time.monotonic()
            if seconds <= 0:
                return False
            self._pass_on(signal.sigtimedwait(_AWAITED, min(seconds, _LONGEST_WAIT_SECONDS)))
        self.ended = time.monotonic()
        return True

    def reap(self) -> tuple[int, struct_rusage]:
        """The exit code, and what it and all that it waited for used; call it once, at its end."""
        self._witness.close()
        _, status, usage = os.wait4(self.pid, 0)
        if os.WIFSIGNALED(status):
            return _BY_SIGNAL + os.WTERMSIG(status), usage
        return os.WEXITSTATUS(status), usage

    def _has_ended(self) -> bool:
        """It stays to be seen in /proc, with all that it used, until it is reaped."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, how) is not None

    def _pass_on(self, received: Optional[signal.struct_siginfo]) -> None:
        """To the command, unless it has got it already, or was not meant to."""
        if received is None or received.si_signo == signal.SIGCHLD:
            return
        is_for_all = received.si_code == _SENT_BY_THE_KERNEL
        if not (is_for_all or self._witness.has_seen(received.si_signo)):
            os.kill(self.pid, received.si_signo)


def _spawn(words: list[str], environment: Mapping[str, str], mask: Iterable[int]) -> int:
    as_ours: dict[str, Any] = {"setsigmask": mask, "setsigdef": _DEFAULT}
    try:
        return os.posix_spawnp(words[0], words, environment, **as_ours)
    except OSError as exc:
        if exc.errno != errno.ENOEXEC or "/" not in words[0]:
            raise
    # A script whose first line does not say what runs it.
    return os.posix_spawn("/bin/sh", ["sh", *words], environment, **as_ours)
