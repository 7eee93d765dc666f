"""Whatever is missing, full, broken or slow: one line, exit code 0, and the job as it would be."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.runner import Runner, Step
from tests.action.shown import FAST, POST, assert_untouched, notices
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
    assert notices(done) == ["start: there is no python3 here"]


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
