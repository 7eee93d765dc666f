"""The job hooks of a self-hosted runner, as it calls them."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.action.runner import REPOSITORY

HOOKS = REPOSITORY / "action" / "hooks"


def hook(name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HOOKS / name)],
        env={
            "PATH": os.environ["PATH"],
            "RUNNER_TEMP": str(folder),
            "RUNNER_TRACKING_ID": "github_1",
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            **environment,
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.slow
def test_a_job_between_the_hooks_is_told_of(tmp_path: Path):
    began = time.monotonic()
    started = hook("job-started.sh", tmp_path)
    took_seconds = time.monotonic() - began
    work = {"GITHUB_ACTION": "compile_it", "PATH": os.environ["PATH"]}
    subprocess.run(["bash", "-c", "sleep 2.5; true"], env=work, check=True)
    completed = hook("job-completed.sh", tmp_path)

    assert (started.returncode, completed.returncode) == (0, 0)
    assert started.stdout + started.stderr + completed.stdout + completed.stderr == ""
    assert took_seconds < 20
    assert "compile" in (tmp_path / "summary").read_text()
    assert (tmp_path / "telemetry" / "report.html").exists()


def test_without_a_start_there_is_nothing_to_end(tmp_path: Path):
    completed = hook("job-completed.sh", tmp_path)

    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "", "")
    assert not (tmp_path / "summary").exists()


def test_without_python_a_hook_says_so_and_the_job_goes_on(tmp_path: Path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    started = hook("job-started.sh", tmp_path, PATH=str(tools))

    assert started.returncode == 0
    assert started.stdout == "GitHub Telemetry: nothing is sampled: there is no python3 here\n"


def test_where_nothing_can_be_written_the_job_goes_on(tmp_path: Path):
    started = hook("job-started.sh", tmp_path, TELEMETRY_DIR="/dev/null/telemetry")

    assert started.returncode == 0
    assert started.stderr.count("\n") == 1
