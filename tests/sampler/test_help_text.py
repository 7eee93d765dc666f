"""What --help says, of each command: all of its options, and within a screen."""

import subprocess

import pytest

from src.sampler.help_text import asked_for, help_text
from src.sampler.main import _COMMANDS
from src.sampler.mark_commands import STATUSES
from src.sampler.options import StartOptions, SummaryOptions
from src.sampler.used import FIGURES
from tests.sampler.running import entry

OURS_ALONE = {"daemon"}
COMMANDS = sorted(_COMMANDS.keys() - OURS_ALONE)
SAMPLING, TELLING = set(StartOptions.KNOWN), set(SummaryOptions.KNOWN)
OPTIONS = {
    "run": {"--interval", "--json", "--samples", "--proc-path"},
    "start": SAMPLING,
    "collect": SAMPLING,
    "init": SAMPLING,
    "begin": SAMPLING | {"--artifact"},
    "finish": TELLING,
    "summarize": TELLING | {"--input-file"},
    "step": {"--status", *STATUSES},
    "stage": {"--status", "--message", *STATUSES},
    "failure": {"--code"},
    "finalize": {"--packages-built", "--packages-failed"},
    "summary": {"--csv", "--json"},
    "push": {"--last"},
}


def shown(*words: str) -> str:
    told = subprocess.run([*entry(), *words], capture_output=True, text=True, check=True)
    return told.stdout


def test_the_overview_fits_a_screen_and_names_every_command():
    told = shown("--help")

    assert all(f" {command}" in told for command in COMMANDS)
    assert len(told.splitlines()) <= 30
    assert max(map(len, told.splitlines())) <= 80
    assert shown("help") == told


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_its_own(command: str):
    told = help_text(command)

    assert told.startswith(f"usage: sampler.py {command}")
    assert all(option in told for option in OPTIONS.get(command, ()))
    assert max(map(len, told.splitlines())) <= (100 if command == "run" else 88)
    assert shown(command, "--help") == told


def test_that_of_run_has_every_name_of_its_json():
    told = help_text("run")

    assert all(figure.name in told for figure in FIGURES)
    assert FIGURES[1].name not in help_text("start")


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("help run", "run"),
        ("run -h", "run"),
        ("step start --help", "step"),
        ("baseline save -h", "baseline"),
        ("help nonsense", None),
        ("", None),
    ],
)
def test_it_can_be_asked_for_in_many_ways(words: str, command: str | None):
    assert asked_for(words.split()) == help_text(command)


@pytest.mark.parametrize(
    "words",
    [
        "run make --help",
        "run -- make --help",
        "run --interval 1 make -h",
        "step start help",
        "step -- end --help",
        "stage -- -h",
        "stage x --status failure --message --help",
        "nonsense --help",
    ],
)
def test_what_is_meant_for_others_asks_for_none(words: str):
    assert asked_for(words.split()) is None
