"""The local stack's processes: started together, watched together, stopped together."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import BinaryIO

import httpx

from ..shared.errors import TelemetryError
from ..shared.http_client import client_for

START_SECONDS = 30.0
STOP_SECONDS = 4.5
POLL_SECONDS = 0.03
LAST_LINES = 5
MAX_LOG_BYTES = 16 * 1024 * 1024  # a longer one is put aside at the next start

_PR_SET_PDEATHSIG = 1  # prctl(2): a signal for us when our parent dies


class StackError(TelemetryError):
    """A part of the stack did not start, or ended by itself; the message shows its last words."""


class Part:
    """One child process, its log appended to a file; it keeps the `inherited` files open."""

    def __init__(
        self, name: str, env: Mapping[str, str], log: Path, inherited: Sequence[int]
    ) -> None:
        self.name = name
        self._log = log
        with _appended(log) as out:
            self._said_before_bytes = out.tell()
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                [sys.executable, "-m", "src", name],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=inherited,
                start_new_session=True,  # Ctrl-C is for the parent, who stops its parts in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 -- no threads here
            )

    def require_alive(self) -> None:
        """Raise StackError where the process has ended."""
        code = self._process.poll()
        if code is not None:
            how = f"was killed (signal {-code})" if code < 0 else f"ended ({code})"
            raise StackError(f"{self.name} {how}; {self._log}:\n{self._last_words()}")

    def terminate(self) -> None:
        """Ask it to finish."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        """Wait for its end; past the deadline, end it."""
        try:
            self._process.wait(max(0.0, deadline - monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _last_words(self) -> str:
        with self._log.open("rb") as log:
            log.seek(self._said_before_bytes)
            return "\n".join(log.read().decode(errors="replace").splitlines()[-LAST_LINES:])


class Stack:
    """The parts that were started, in the order in which a delivery meets them."""

    def __init__(self, home: Path, env: Mapping[str, str], inherited: Sequence[int] = ()) -> None:
        self.logs = home / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._env = env
        self._inherited = inherited
        self._parts: list[Part] = []

    def start(self, name: str) -> None:
        """Start a part by its command's name."""
        log = self.logs / f"{name}.log"
        self._parts.append(Part(name, {**os.environ, **self._env}, log, self._inherited))

    def wait_until_up(self, *urls: str) -> None:
        """Return when every URL answers 200.

        Raises:
            StackError: a part ended, or does not answer in time.
        """
        deadline = monotonic() + START_SECONDS
        for url in urls:
            with client_for(url, START_SECONDS) as client:
                while not _is_up(client, url):
                    self.require_alive()
                    if monotonic() > deadline:
                        raise StackError(f"{url} does not answer; see {self.logs}")
                    sleep(POLL_SECONDS)

    def require_alive(self) -> None:
        """Raise StackError where any part has ended."""
        for part in self._parts:
            part.require_alive()

    def stop(self) -> None:
        """End all: first who takes deliveries, then who works on them, then who keeps the rows."""
        deadline = monotonic() + STOP_SECONDS
        for part in self._parts[:-1]:
            part.terminate()
        for part in self._parts:
            part.terminate()
            part.wait(deadline)


def _appended(log: Path) -> BinaryIO:
    """The log, open at its end; too long a one becomes `.log.1`, in the place of an older."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(f"{log}.1")
    return log.open("ab")


def _is_up(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
