"""A terminal sends Ctrl-C to all of its group: the command has it from there, not from us."""

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
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
            assert process.wait(60) == exit_code
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("send", "exit_code"),
    [
        pytest.param(os.killpg, 12, id="to-the-group"),
        pytest.param(os.kill, 12, id="to-us-alone"),
    ],
)
def test_what_is_sent_twice_the_command_has_twice(
    send: Callable[[int, int], None], exit_code: int, number: signal.Signals, tmp_path: Path
):
    """To whomever it was sent; we are held up, so that one more of ours would be a third."""
    script = COUNT.format("").replace("SIGINT", number.name)
    with subprocess.Popen(
        [*entry(), "run", "--", sys.executable, "-c", script],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        for _ in range(2):
            process.send_signal(signal.SIGSTOP)
            send(process.pid, number)
            time.sleep(0.2)
            process.send_signal(signal.SIGCONT)
            time.sleep(0.2)

        assert process.wait(60) == exit_code
    with pytest.raises(ProcessLookupError):  # nobody of the group lives on
        os.killpg(process.pid, 0)


def test_a_sampler_that_is_killed_leaves_no_process_but_the_command(tmp_path: Path):
    with subprocess.Popen(
        [*entry(), "run", "--", "sh", "-c", "echo ready; exec sleep 0.5"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.kill()
        process.communicate(timeout=60)  # as long as anybody has our pipe open
