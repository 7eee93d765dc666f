"""Commands of the bench where only the runtime is installed: one line that says what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = ["", *(f".{name}" for name in ("pictures", "insights", "join_cases"))]


@pytest.mark.parametrize("part", PARTS)
def test_says_in_one_line_that_make_test_installs_it(part: str):
    """Without its site-packages this Python has no libraries at all."""
    command = [sys.executable, "-S", "-m", f"bench{part}", "--help"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "`make test` installs it" in done.stderr
