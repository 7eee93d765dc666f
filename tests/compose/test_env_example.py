""".env.example has every setting, and the defaults that it names are the defaults."""

import re

import pytest

from src.backend.settings import BackendSettings
from src.cli.stack_settings import StackSettings
from src.frontend.settings import FrontendSettings
from src.insights.settings import InsightsSettings
from src.shared.settings import Settings, load
from tests.compose.composed import ROOT
from tests.compose.test_file import BUCKET, READ_BY_LIBRARIES, names_of

ALL = (FrontendSettings, BackendSettings, InsightsSettings)
TOLD = dict(re.findall(r"^#([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))


@pytest.mark.parametrize("settings", ALL)
def test_every_setting_is_in_it(settings: type[Settings]):
    assert [names for names in names_of(settings) if not names & TOLD.keys()] == []


def test_nothing_is_in_it_that_nobody_reads():
    read = {name for settings in ALL for names in names_of(settings) for name in names}

    assert TOLD.keys() <= read | READ_BY_LIBRARIES | BUCKET


@pytest.mark.parametrize("settings", ALL)
def test_its_defaults_are_the_defaults(settings: type[Settings], monkeypatch: pytest.MonkeyPatch):
    for name in TOLD:
        monkeypatch.delenv(name, raising=False)
    defaults = load(settings)
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value)

    assert load(settings) == defaults


def test_the_readme_has_the_same_names():
    readme = (ROOT / "README.md").read_text()

    assert [name for name in TOLD if name not in readme] == []


def test_nothing_but_comments_is_in_it():
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if line and not line.startswith("#")] == []


def test_what_make_run_reads_besides_is_its_own():
    known = {name for names in names_of(StackSettings) for name in names}

    assert {name for name in known if name not in TOLD} <= {
        *("DEMO", "FRONTEND_GITHUB_WEBHOOK_SECRET", "BACKEND_AZURE_STORAGE_QUEUE_NAME")
    }
