"""A terminal sends Ctrl-C to all of its group: the command has it from there, not from us."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.sampler.running import entry

COUNT = """
import os, signal
{}
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGINT}})
print("ready", flush=True)
got = 0
while signal.sigtimedwait({{signal.SIGINT}}, 1): got += 1
raise SystemExit(10 + got)
"""


@pytest.mark.parametrize(
    ("first", "exit_code"),
    [
        pytest.param("", 11, id="in-the-terminal-s-group"),
        pytest.param("os.setpgid(0, 0)", 10, id="in-a-group-of-its-own"),
    ],
)
def test_control_c_reaches_the_command_from_the_terminal_alone(
    first: str, exit_code: int, tmp_path: Path
):
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [*entry(), "run", "--", sys.executable, "-c", COUNT.format(first)],
            cwd=tmp_path,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        ) as process:
            os.close(theirs)
            assert os.read(ours, 100).startswith(b"ready")
            time.sleep(0.1)
            os.write(ours, b"\x03")
            said = read_to_end(ours)
            assert process.wait(20) == exit_code
    finally:
        os.close(ours)
    assert f"ended with {exit_code}".encode() in said


def read_to_end(terminal: int) -> bytes:
    """What is written until nobody has it open any more, which is an error on Linux."""
    said = b""
    while True:
        try:
            piece = os.read(terminal, 1000)
        except OSError:
            return said
        if not piece:
            return said
        said += piece
