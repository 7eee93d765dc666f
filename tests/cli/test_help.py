import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from src.cli import COMMANDS, HIDDEN, main

ROOT = Path(__file__).parents[2]
SHOWN = [name for name in COMMANDS if name not in HIDDEN]
# What takes long to import, and says nothing in a help text.
HEAVY = ["azure", "duckdb", "duckdb_kql", "fastapi", "opentelemetry", "uvicorn"]
LOADED = f"""
import sys
from src.cli import main

try:
    main(sys.argv[1:], prog_name="python -m src")
finally:
    print(*(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
"""


def loaded_by(*arguments: str) -> list[str]:
    """The heavy modules that a command line imports."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Usage: python -m src" in done.stdout
    return done.stderr.split()


def test_the_group_s_help_lists_what_a_newcomer_may_call():
    said = CliRunner().invoke(main, ["--help"]).stdout
    assert CliRunner().invoke(main, ["-h"]).stdout == said

    listed = [line.split()[0] for line in said.partition("Commands:\n")[2].splitlines() if line]
    assert listed[: len(SHOWN)] == SHOWN
    assert not HIDDEN & set(listed)
    assert "python -m src up" in said


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_s_help_has_an_example_that_calls_it(name: str):
    answer = CliRunner().invoke(main, [name, "--help"], prog_name="python -m src")

    assert answer.exit_code == 0
    assert f"python -m src {name}" in answer.stdout.partition("Example")[2]


@pytest.mark.parametrize(
    "arguments", [["--help"], *([name, "--help"] for name in SHOWN)], ids=" ".join
)
def test_help_imports_nothing_heavy(arguments: list[str]):
    assert loaded_by(*arguments) == []


def test_an_unknown_command_is_exit_code_2():
    answer = CliRunner().invoke(main, ["dance"])

    assert answer.exit_code == 2
    assert "No such command 'dance'" in answer.stderr


def test_the_version_is_told():
    answer = CliRunner().invoke(main, ["--version"])

    assert answer.exit_code == 0
    assert "0." in answer.stdout
