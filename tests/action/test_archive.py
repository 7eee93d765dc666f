"""What a job downloads when it uses the action: an archive of the repository."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.action.runner import REPOSITORY


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Unpacked."""
    if not (REPOSITORY / ".git").exists():
        pytest.skip("not a clone")
    packed = tmp_path / "archive.tar"
    git = ["git", "-C", str(REPOSITORY), "archive", "--worktree-attributes", "-o", str(packed)]
    subprocess.run([*git, "HEAD"], check=True, capture_output=True)
    folder = tmp_path / "archive"
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(packed), "-C", str(folder)], check=True)
    return folder


def test_it_has_what_runs_and_not_what_only_developers_need(archive: Path):
    there = {path.name for path in archive.iterdir()}

    assert {"action.yml", "action", "src", "LICENSE", "README.md"} <= there
    assert not there & {"tests", "docs", "bench", "examples", "package-lock.json"}


def test_the_sampler_runs_from_it(archive: Path):
    words = ["-I", "-S", str(archive / "action" / "sampler.py"), "run", "--", "true"]
    ran = subprocess.run([sys.executable, *words], capture_output=True, text=True, check=False)

    assert ran.returncode == 0
    assert "CPU" in ran.stderr
