"""A command in, a process pinned to a core out; it ends with the block that started it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
SECRET = "a secret of the bench"
START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.005


def python(*arguments: str) -> list[str]:
    """The command that runs this interpreter's `-m` with these arguments."""
    return [sys.executable, "-m", *arguments]


@contextmanager
def running(
    command: Sequence[str], core: int | None, env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command on this core (None: any) with these variables on top of our own."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=None if core is None else partial(os.sched_setaffinity, 0, {core}),  # noqa: PLW1509 -- no threads of ours hold a lock
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=STOP_SECONDS)
        process.kill()
        process.wait()


def output_of(command: Sequence[str], core: int, stdin: bytes = b"") -> bytes:
    """What the command prints, given this on its standard input.

    Raises:
        CalledProcessError: it failed.
    """
    return subprocess.run(
        command,
        cwd=ROOT,
        input=stdin,
        stdout=subprocess.PIPE,
        check=True,
        preexec_fn=partial(os.sched_setaffinity, 0, {core}),
    ).stdout


def fed(command: Sequence[str], core: int, stdin: bytes) -> subprocess.Popen[bytes]:
    """The command, started and given this on its standard input: no more than a pipe holds."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=partial(os.sched_setaffinity, 0, {core}),  # noqa: PLW1509 -- no threads of ours
    )
    assert process.stdin is not None
    process.stdin.write(stdin)
    process.stdin.close()
    return process


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def await_answer(port: int, path: str = "/ready") -> None:
    """Return when the server on this port answers 200 to a GET.

    Raises:
        TimeoutError: it does not in time.
    """
    request = f"GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n".encode()
    deadline = time.perf_counter() + START_SECONDS
    while time.perf_counter() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(request)
            if connection.recv(12) == b"HTTP/1.1 200":
                return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"nothing answers at port {port}")
