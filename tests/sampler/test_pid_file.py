"""A process to a file that names it, and back."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from src.sampler import pid_file


def test_who_is_named_lives_until_it_does_not(tmp_path: Path):
    path = str(tmp_path / "pid")
    pid_file.write(path, "/a b/\n.jsonl")
    known = pid_file.read(path)

    assert known
    assert (known.pid, known.samples) == (os.getpid(), "/a b/\n.jsonl")
    assert known.is_alive()
    assert not pid_file.Known(known.pid, known.start_ticks + 1, "").is_alive()


def test_who_only_waits_to_be_reaped_has_ended():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert pid_file.birth(process.pid) is not None
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert pid_file.birth(process.pid) is None


@pytest.mark.parametrize("text", ["", "1", "1 2", "a b\n", "1 2 3\n/x\n"])
def test_a_file_that_is_no_such_file_names_nobody(text: str, tmp_path: Path):
    path = tmp_path / "pid"
    path.write_text(text)
    assert pid_file.read(str(path)) is None


def test_a_file_that_is_gone_names_nobody(tmp_path: Path):
    path = str(tmp_path / "pid")
    pid_file.remove(path)
    assert pid_file.read(path) is None
