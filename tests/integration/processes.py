"""A command in, a process of our own out, that can be killed, restarted and stopped by its id."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.insights.stack import ROOT

START_SECONDS = 60.0
STOP_SECONDS = 15.0
POLL_SECONDS = 0.02

# Nothing of the machine's own settings may leak into the services.
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


def environment(**settings: str) -> dict[str, str]:
    """These settings and no others."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | settings


class Service:
    """A command with these settings; what it says is appended to `log`."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._command = command
        self._settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The running process's id."""
        assert self.process is not None
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it, or start it again."""
        assert not self.is_running
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self._command,
                cwd=ROOT,
                env=environment(**self._settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )

    def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def signal(self, number: int) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit code; the test fails where it does not end in time."""
        assert self.process is not None
        return self.process.wait(seconds)

    def end(self) -> None:
        """Whatever happened in the test, nothing of it stays."""
        if self.is_running:
            self.kill()


def wait_for(
    condition: Callable[[], bool], seconds: float, what: str, poll_seconds: float = POLL_SECONDS
) -> None:
    """Return when the condition holds; fail where it does not within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(poll_seconds)
