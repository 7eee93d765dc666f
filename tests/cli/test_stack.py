"""The parts' processes: their logs, and what is said of one that ended."""

import sys
import time
from pathlib import Path

import pytest

from src.cli import stack as module
from src.cli.stack import Stack, StackError

PATIENCE_SECONDS = 30.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever part is started here ends at once, with a word of its name."""
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\necho "I am $3"\nexit 7\n')
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    return tmp_path


def end_of(stack: Stack, name: str) -> str:
    """What is said of a part that was started and ended."""
    stack.start(name)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            stack.require_alive()
        except StackError as exc:
            return str(exc)
        time.sleep(0.01)
    pytest.fail("it runs")


def test_a_log_goes_on_and_only_the_last_words_of_this_start_are_shown(home: Path):
    stack = Stack(home, {})
    log = stack.logs / "frontend.log"
    log.write_text("said before\n")

    said = end_of(stack, "frontend")

    assert log.read_text() == "said before\nI am frontend\n"
    assert said == f"frontend ended (7); {log}:\nI am frontend"


def test_a_long_log_is_put_aside(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MAX_LOG_BYTES", 20)
    for _ in range(5):
        end_of(Stack(home, {}), "insights")

    word = "I am insights\n"
    assert (home / "logs" / "insights.log.1").read_text() == word * 2
    assert (home / "logs" / "insights.log").read_text() == word
