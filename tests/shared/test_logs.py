import json
import logging
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from src.shared.logs import JsonLines, Readable

ROOT = Path(__file__).parents[2]
PROGRAM = """
import logging
from src.shared.logs import set_up_logs

set_up_logs()
set_up_logs()
logging.getLogger("src.test").info("emitted", extra={"deliveries": 3})
logging.getLogger("src.test").debug("too much")
"""


def record(message: str = "emitted", **extra: Any) -> logging.LogRecord:
    made = logging.makeLogRecord(
        {"name": "src.test", "levelname": "WARNING", "msg": message, "created": 1_000_000_000.5}
    )
    vars(made).update(extra)
    return made


def failed() -> logging.LogRecord:
    try:
        int("two")
    except ValueError:
        return record("failed", exc_info=sys.exc_info())


def test_a_record_is_one_json_object_on_one_line():
    line = JsonLines().format(record("two\nlines", job_id=7, reason='a "b"\nc', at=None))

    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2001-09-09T01:46:40.500+00:00",
        "level": "warning",
        "logger": "src.test",
        "event": "two\nlines",
        "job_id": 7,
        "reason": 'a "b"\nc',
        "at": None,
    }


def test_a_traceback_is_a_key_of_the_same_line():
    line = JsonLines().format(failed())

    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("'two'")


@pytest.mark.parametrize("value", [Path("/tmp/x"), datetime.now, {1, 2}, b"bytes"])  # noqa: S108
def test_any_value_can_be_logged(value: object):
    assert json.loads(JsonLines().format(record(value=value)))["value"] == str(value)


def test_what_uvicorn_adds_for_terminals_is_left_out():
    line = json.loads(JsonLines().format(record(color_message="\x1b[1m", taskName="Task-1")))

    assert line.keys() == {"time", "level", "logger", "event"}


def test_arguments_are_filled_in():
    made = record("on port %d")
    made.args = (8080,)

    assert json.loads(JsonLines().format(made))["event"] == "on port 8080"


def test_readable_is_short_with_the_traceback_below():
    assert Readable().format(record(job_id=7)) == "01:46:40 WARNING emitted job_id=7"
    first, *below = Readable().format(failed()).splitlines()
    assert first == "01:46:40 WARNING failed"
    assert below[0] == "Traceback (most recent call last):"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two words", '"two words"'),
        ("", '""'),
        ('a"b', '"a\\"b"'),
        ("two\nlines", '"two\\nlines"'),
        ("http://x/?a=b", "http://x/?a=b"),
        (None, "None"),
        (1.5, "1.5"),
    ],
)
def test_readable_values_are_told_apart_from_the_next_key(value: object, shown: str):
    line = Readable().format(record(reason=value, status=7))

    assert line == f"01:46:40 WARNING emitted reason={shown} status=7"


def run_program(stderr: int) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, check=True)


def test_logs_are_json_on_stderr_where_nobody_reads_along():
    done = run_program(subprocess.PIPE)

    assert done.stdout == b""
    [line] = done.stderr.splitlines()
    assert json.loads(line).items() >= {"event": "emitted", "deliveries": 3}.items()


def test_logs_are_readable_on_a_terminal():
    ours, theirs = pty.openpty()
    try:
        run_program(theirs)
        said = os.read(ours, 4096).decode()
    finally:
        os.close(ours)
        os.close(theirs)

    assert said.endswith(" INFO emitted deliveries=3\r\n")
    assert said.count("\n") == 1
