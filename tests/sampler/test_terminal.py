"""A terminal sends Ctrl-C to all of its group: the command gets it once, and its end is told."""

import fcntl
import os
import pty
import subprocess
import sys
import termios
import time
from pathlib import Path

from tests.sampler.running import entry

COUNT = """
import signal, time
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(1))
print("ready", flush=True)
end = time.monotonic() + 1.5
while time.monotonic() < end: time.sleep(0.05)
raise SystemExit(10 + len(got))
"""


def test_control_c_reaches_the_command_once(tmp_path: Path):
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            [*entry(), "run", "--", sys.executable, "-c", COUNT],
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
            assert process.wait(20) == 11
    finally:
        os.close(ours)
    assert b"ended with 11" in said


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
