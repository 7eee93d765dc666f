"""What the documents tell a newcomer to type exists."""

import re
from pathlib import Path

import click
import pytest

from src.backend.settings import BackendSettings
from src.cli import COMMANDS, main
from src.cli.stack_settings import StackSettings
from src.frontend.settings import FrontendSettings
from src.insights.settings import InsightsSettings

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/operations.md",
    "docs/sampler.md",
    "docs/telemetry.md",
]
TEXT = {name: (ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_that_is_named_exists(name: str):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", TEXT[name])) | set(
        re.findall(r"^\$ make ([a-z]+)", TEXT[name], re.MULTILINE)
    )
    assert named <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_and_option_that_is_named_exists(name: str):
    for named in re.findall(r"python -m src ([a-z]+[^`\n]*)", TEXT[name]):
        words = named.split()
        assert words[0] in COMMANDS
        command: click.Command | None = main
        while isinstance(command, click.Group):  # poison has commands of its own
            command = command.get_command(click.Context(command), words.pop(0))
        assert command is not None
        options = {text for param in command.params for text in param.opts}
        assert {word for word in words if re.fullmatch(r"--[a-z-]+", word)} <= options


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_relative_link_leads_somewhere(name: str):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", TEXT[name])
    missing = [link for link in links if not (ROOT / name).parent.joinpath(link).exists()]
    assert missing == []


def test_the_readme_names_every_variable_that_is_read():
    named = set(re.findall(r"[A-Z][A-Z_]{3,}", TEXT["README.md"]))
    for settings in (FrontendSettings, BackendSettings, InsightsSettings, StackSettings):
        for field in settings.model_fields.values():
            alias = field.validation_alias
            names = [alias] if isinstance(alias, str) else [str(c) for c in alias.choices]  # type: ignore[union-attr]
            assert set(names) & named, f"{names} is in no table of the README"
