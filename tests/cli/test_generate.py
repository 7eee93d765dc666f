import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FUNCTION = "src/kql/functions/WorkflowJobs.kql"
WORKSPACE_FUNCTION = "src/kql/functions/workspace/WorkflowJobs.kql"
PAGE = "docs/telemetry.md"
DASHBOARDS = "infra/generated"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what `generate` reads and writes, to be spoilt."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / PAGE, tmp_path / PAGE)
    shutil.copytree(ROOT / DASHBOARDS, tmp_path / DASHBOARDS)
    return tmp_path


def generate(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "src", "generate", *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_is_committed_is_fresh():
    answer = generate(ROOT, "--check")

    assert (answer.returncode, answer.stdout) == (0, "")


def test_check_names_what_is_stale_and_writes_nothing(checkout: Path):
    (checkout / FUNCTION).write_text("customEvents\n")
    (checkout / PAGE).unlink()

    answer = generate(checkout, "--check")

    assert answer.returncode == 1
    assert answer.stdout.splitlines() == [f"stale: {FUNCTION}", f"stale: {PAGE}"]
    assert (checkout / FUNCTION).read_text() == "customEvents\n"
    assert not (checkout / PAGE).exists()


def test_generate_writes_what_is_stale_and_only_that(checkout: Path):
    (checkout / FUNCTION).unlink()

    first, second = generate(checkout), generate(checkout)

    assert (first.returncode, first.stdout) == (0, f"written: {FUNCTION}\n")
    assert (checkout / FUNCTION).read_text() == (ROOT / FUNCTION).read_text()
    assert (second.returncode, second.stdout) == (0, "")


def test_a_new_name_makes_function_and_page_stale(checkout: Path):
    table = checkout / "src" / "model" / "semconv.py"
    old = 'number("queue_seconds"'
    new = 'number("lunch_seconds", "s", JOB, "Eating"),\n    ' + old
    table.write_text(table.read_text().replace(old, new))

    answer = generate(checkout)

    written = (FUNCTION, WORKSPACE_FUNCTION, PAGE)
    assert answer.stdout.splitlines() == [f"written: {path}" for path in written]
    assert "todouble(customMeasurements.lunch_seconds)" in (checkout / FUNCTION).read_text()
    assert "todouble(Measurements.lunch_seconds)" in (checkout / WORKSPACE_FUNCTION).read_text()
    assert "| `lunch_seconds` | real | s |" in (checkout / PAGE).read_text()
