"""Whatever is missing, full, broken or slow: one line, exit code 0, and the job as it would be."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.runner import REPOSITORY, Runner, Step
from tests.action.shown import (
    FAST,
    POST,
    assert_cpu_is_true,
    assert_untouched,
    burn,
    notices,
    rows,
)
from tests.sampler.receiving import receiving

pytestmark = pytest.mark.slow

KEY = "a key of sixteen and more"


def no_python(tmp_path: Path) -> str:
    """A PATH with what steps need, but for Python."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("bash", "true", "env", "sleep"):
        (tools / name).symlink_to(str(shutil.which(name)))
    return str(tools)


def test_where_there_is_no_python_it_says_so(tmp_path: Path):
    runner = Runner(tmp_path, env={"PATH": no_python(tmp_path)})
    done = runner.run([runner.telemetry(), Step("Work", run="true")])

    assert_untouched(done)
    assert notices(done) == ["begin: there is no python3 here"]


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_than_on_linux_it_says_so(platform: str, tmp_path: Path):
    pretend = tmp_path / "pretend.js"
    pretend.write_text(f"Object.defineProperty(process, 'platform', {{value: '{platform}'}});")
    runner = Runner(tmp_path, env={"NODE_OPTIONS": f"--require {pretend}"})
    done = runner.run([runner.telemetry(), Step("Work", run="true")])

    assert_untouched(done)
    assert notices(done) == [f"nothing is sampled: this is {platform}, and /proc is Linux's"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"proc_path": "/nowhere"}, "no processes can be seen in /nowhere"),
        ({"sampling_rate": "often"}, "often is not between"),
        ({"push_url": "htp:/nonsense", "push_secret": KEY}, "push_url: not an address"),
        ({"push_url": "https://telemetry.invalid"}, "a pull request from a fork has neither"),
    ],
    ids=["no /proc", "bad rate", "bad URL", "fork"],
)
def test_what_cannot_work_is_one_line(given: dict[str, str], said: str, runner: Runner):
    done = runner.run([runner.telemetry(**given), Step("Work", run="sleep 0.3; true")])

    assert_untouched(done)
    [told] = notices(done)
    assert said in told


@pytest.mark.parametrize("name", ["upload_artifact", "generate_chart", "finish"])
def test_a_switch_that_says_neither_is_told_of_and_is_off(name: str, runner: Runner):
    said = runner.telemetry(sampling_rate=FAST, **{name: "direct"})
    done = runner.run([said, Step("Work", run="sleep 0.5; true")])

    assert_untouched(done)
    assert notices(done) == [f"{name}: direct is neither true nor false"]
    assert "**The runner" in done.summary
    assert ("TELEMETRY_ARTIFACT_PATH" in done.env) is (name != "upload_artifact")
    assert ("mermaid" in done.summary) is (name != "generate_chart")


def test_where_nothing_was_sampled_there_is_nothing_to_finish(runner: Runner):
    done = runner.run([runner.telemetry(proc_path="/nowhere"), runner.telemetry(finish="true")])

    assert_untouched(done)
    assert len(notices(done)) == 1
    assert done.summary == ""


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path):
    runner = Runner(tmp_path, env={"TELEMETRY_DIR": "/dev/null/telemetry"})
    done = runner.run([runner.telemetry(), Step("Work", run="true")])

    assert_untouched(done)
    [told] = notices(done)
    assert "Not a directory" in told


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if os.getuid() or subprocess.run(["mount", *options], check=False).returncode:
        pytest.skip("only root may mount a small disk")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk_fails_no_job(tmp_path: Path, tiny_disk: Path):
    runner = Runner(tmp_path, env={"TELEMETRY_DIR": str(tiny_disk / "telemetry")})
    fill = f"head -c 1M /dev/zero > {tiny_disk}/fill || true; sleep 1; true"
    done = runner.run([runner.telemetry(sampling_rate=FAST), Step("Fill", run=fill)])

    assert_untouched(done)
    assert 1 <= len(notices(done)) <= 3


def test_switched_off_it_does_nothing(runner: Runner):
    done = runner.run([runner.telemetry(telemetry_enabled="false"), Step("Work", run="true")])

    assert (done.output, done.summary, done.env) == ("", "", {})


def test_switched_off_by_a_variable_it_does_nothing(tmp_path: Path):
    runner = Runner(tmp_path, env={"TELEMETRY_ENABLED": "false"})
    done = runner.run([runner.telemetry(), Step("Work", run="true")])

    assert (done.output, done.summary) == ("", "")


def test_a_frontend_that_hangs_costs_the_end_of_the_job_a_moment(runner: Runner):
    with receiving() as receiver:
        receiver.answer = lambda _: time.sleep(4)
        done = runner.run(
            [runner.telemetry(push_url=receiver.url, push_secret=KEY), Step("Work", run="true")]
        )

    assert_untouched(done)
    post = done.step(POST)
    plain = runner.run([runner.telemetry(), Step("Work", run="true")]).step(POST)
    assert post.ended - post.started < plain.ended - plain.started + 3
    assert "**The runner" in done.summary


@pytest.mark.parametrize("status", [500, 404, 401, 413])
def test_a_frontend_that_refuses_costs_a_line_at_most(status: int, runner: Runner):
    with receiving() as receiver:
        receiver.answer = lambda handler: handler.say(status)
        given = {"push_url": receiver.url, "push_secret": KEY, "sampling_rate": FAST}
        done = runner.run([runner.telemetry(**given), Step("Work", run="sleep 0.5; true")])

    assert_untouched(done)
    assert receiver.received
    [told] = notices(done)
    assert str(status) in told
    assert "**The runner" in done.summary


# --- a Python that hangs, a clock that is set -----------------------------------------------------


def test_a_python_that_hangs_is_given_up(tmp_path: Path):
    stuck = tmp_path / "bin" / "python3"
    stuck.parent.mkdir()
    stuck.write_text("#!/bin/sh\nexec sleep 60\n")
    stuck.chmod(0o755)
    runner = Runner(tmp_path, env={"PATH": f"{stuck.parent}:{os.environ['PATH']}"})
    done = runner.run([runner.telemetry(), Step("Work", run="true")])

    assert_untouched(done)
    assert notices(done) == ["begin: it took more than 5 s"]
    assert done.ran[-1].ended - done.ran[0].started < 30


SETTING_THE_CLOCK = """

_true_ms = wall_ms


def wall_ms() -> int:
    return _true_ms() + (int(open({file!r}).read()) if os.path.exists({file!r}) else 0)
"""


@pytest.mark.parametrize("seconds", [3600, -3600], ids=["ahead", "back"])
def test_a_clock_that_is_set_meanwhile_changes_no_figure(seconds: int, tmp_path: Path):
    """By a copy of the action whose sampler's clock a step can set, after most of the samples."""
    action, file = tmp_path / "action", tmp_path / "set_by_ms"
    for part in ("action", "src"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / part, action / part, ignore=ignored)
    shutil.copy(REPOSITORY / "action.yml", action)
    clock = action / "src" / "sampler" / "clock.py"
    text = clock.read_text().replace("import time", "import os\nimport time", 1)
    clock.write_text(text + SETTING_THE_CLOCK.format(file=str(file)))
    runner = Runner(tmp_path, action=action)
    done = runner.run(
        [
            runner.telemetry(sampling_rate=FAST),
            Step("Before", run=burn(3.0), id="before_it"),
            Step("Set", run=f"echo {seconds * 1000} > {file}; sleep 0.5", id="set_it"),
            Step("After", run=burn(1.0), id="after_it"),
        ]
    )

    assert_untouched(done)
    assert notices(done) == []
    assert rows(done) == ["before_it", "set_it", "after_it"]
    assert re.search(r"^\d{1,2}(\.\d)? s on ", done.summary, re.MULTILINE)  # and not an hour
    assert_cpu_is_true(done, "Before", "After")
