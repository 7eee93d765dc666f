"""A command in; it runs in the foreground, as if we were not there, and how it ended, out.

It has our standard streams and our environment, and gets the signals that we get. Those are held
back and waited for together with its end, so that nothing interrupts a sample.
"""

from __future__ import annotations

import errno
import os
import signal
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from resource import struct_rusage
    from typing import Any, Optional

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes, as of a shell."""
_BY_SIGNAL = 128  # plus the signal's number

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
_SENT_BY_THE_KERNEL = (
    0x80  # SI_KERNEL in asm-generic/siginfo.h: the terminal's, to all of its group
)


class CommandNotRunError(Exception):
    """It could not be started; the message says why, `exit_code` is what a shell would end with."""

    def __init__(self, message: str, exit_code: int) -> None:
        """One line."""
        super().__init__(message)
        self.exit_code = exit_code


def become(words: list[str]) -> None:
    """Run a command in our place, where there is no way to look on.

    Raises:
        CommandNotRunError: as for `Command`; else it does not return.
    """
    try:
        os.execvp(words[0], words)  # noqa: S606 -- it is what was asked for
    except (OSError, ValueError) as exc:
        raise _not_run(words[0], exc) from exc


class Command:
    """One that runs."""

    def __init__(self, words: list[str], environment: Mapping[str, str]) -> None:
        """Start it.

        Raises:
            CommandNotRunError: there is no such command, or it cannot be executed.
        """
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # where it is ignored, children vanish
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        self.started = self.ended = time.monotonic()
        try:
            self.pid = _spawn(words, environment, mask)
        except (OSError, ValueError) as exc:
            raise _not_run(words[0], exc) from exc

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
        _, status, usage = os.wait4(self.pid, 0)
        if os.WIFSIGNALED(status):
            return _BY_SIGNAL + os.WTERMSIG(status), usage
        return os.WEXITSTATUS(status), usage

    def _has_ended(self) -> bool:
        """It stays to be seen in /proc, with all that it used, until it is reaped."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.pid, how) is not None

    def _pass_on(self, received: Optional[signal.struct_siginfo]) -> None:
        """To the command; from the terminal it has got it already."""
        if received is None or received.si_signo == signal.SIGCHLD:
            return
        if received.si_code != _SENT_BY_THE_KERNEL:
            os.kill(self.pid, received.si_signo)


def _not_run(command: str, exc: Exception) -> CommandNotRunError:
    """Which of the two it is; a ValueError is for no name, or one with a NUL in it."""
    if not command:
        return CommandNotRunError("'': no command has an empty name", NOT_FOUND)
    if isinstance(exc, FileNotFoundError):
        missing = "no such file" if "/" in command else "command not found"
        return CommandNotRunError(f"{command}: {missing}", NOT_FOUND)
    problem = getattr(exc, "strerror", None) or exc
    return CommandNotRunError(f"{command}: {problem}", NOT_EXECUTABLE)


def _spawn(words: list[str], environment: Mapping[str, str], mask: Iterable[int]) -> int:
    as_ours: dict[str, Any] = {"setsigmask": mask, "setsigdef": _DEFAULT}
    try:
        return os.posix_spawnp(words[0], words, environment, **as_ours)
    except OSError as exc:
        if exc.errno != errno.ENOEXEC or "/" not in words[0]:
            raise
    # A script whose first line does not say what runs it.
    return os.posix_spawn("/bin/sh", ["sh", *words], environment, **as_ours)
