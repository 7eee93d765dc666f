"""The local stack's processes: started together, watched together, stopped together."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep

import httpx

from ..shared.errors import TelemetryError

START_SECONDS = 30.0
STOP_SECONDS = 4.5
POLL_SECONDS = 0.03
LAST_LINES = 5

_PR_SET_PDEATHSIG = 1  # prctl(2): a signal for us when our parent dies


class StackError(TelemetryError):
    """A part of the stack did not start, or ended by itself; the message shows its last words."""


def require_free(host: str, port: int, setting: str) -> None:
    """Refuse to start on a port that somebody else has.

    Raises:
        StackError: names the setting that moves us elsewhere.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as exc:
        raise StackError(
            f"{host}:{port} is not free ({exc.strerror}): choose another by {setting}=…"
        ) from exc


class Part:
    """One child process, its log in a file."""

    def __init__(self, name: str, env: Mapping[str, str], log: Path) -> None:
        self.name = name
        self._log = log
        with log.open("wb") as out:
            self._process = subprocess.Popen(  # noqa: S603 -- our own command
                [sys.executable, "-m", "src", name],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C is for the parent, who stops its parts in order
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 -- no threads here
            )

    def require_alive(self) -> None:
        """Raise StackError where the process has ended."""
        if self._process.poll() is not None:
            words = "\n".join(self._log.read_text(errors="replace").splitlines()[-LAST_LINES:])
            raise StackError(
                f"{self.name} ended ({self._process.returncode}); {self._log}:\n{words}"
            )

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


class Stack:
    """The parts that were started, in the order in which a delivery meets them."""

    def __init__(self, home: Path, env: Mapping[str, str]) -> None:
        self.logs = home / "logs"
        self.logs.mkdir(parents=True, exist_ok=True)
        self._env = env
        self._parts: list[Part] = []

    def start(self, name: str) -> None:
        """Start a part by its command's name."""
        self._parts.append(Part(name, {**os.environ, **self._env}, self.logs / f"{name}.log"))

    def wait_until_up(self, *urls: str) -> None:
        """Return when every URL answers 200.

        Raises:
            StackError: a part ended, or does not answer in time.
        """
        deadline = monotonic() + START_SECONDS
        with httpx.Client(trust_env=False, timeout=START_SECONDS) as client:
            for url in urls:
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


def _is_up(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(url).is_success
    except httpx.TransportError:
        return False


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
