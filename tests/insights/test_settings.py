import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from src.insights.settings import FILE_NAME, InsightsSettings
from src.shared.errors import SettingsError
from src.shared.settings import load
from tests.insights.stack import ROOT, free_port, running_insights

NAMES = ("INSIGHTS_HOST", "INSIGHTS_PORT", "INSIGHTS_RETENTION_DAYS", "GITHUB_TELEMETRY_HOME")


def start(*command: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run something that should end by itself."""
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_nothing_need_be_set(monkeypatch: pytest.MonkeyPatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    settings = load(InsightsSettings)
    assert (settings.host, settings.port) == ("127.0.0.1", 8090)
    assert settings.file == Path(".github-telemetry") / FILE_NAME
    assert settings.retention == timedelta(days=90)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INSIGHTS_PORT", "many"),
        ("INSIGHTS_PORT", "65536"),
        ("INSIGHTS_RETENTION_DAYS", "0"),
    ],
)
def test_a_bad_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=name):
        load(InsightsSettings)


@pytest.mark.parametrize(
    "command",
    [("src", "insights"), ("uvicorn", "src.insights.app:app", "--port", "0")],
    ids=["command", "uvicorn"],
)
def test_a_bad_setting_ends_it_with_one_line_and_code_2(command: tuple[str, ...]):
    ended = start(*command, INSIGHTS_PORT="many")
    assert ended.returncode == 2
    assert ended.stderr.startswith("github-telemetry: INSIGHTS_PORT: ")
    assert ended.stderr.count("\n") == 1


def test_a_home_in_use_ends_it_with_one_line_and_code_2(tmp_path: Path):
    with running_insights(tmp_path):
        second = start(
            "src",
            "insights",
            GITHUB_TELEMETRY_HOME=str(tmp_path),
            INSIGHTS_PORT=str(free_port()),
        )
    assert second.returncode == 2
    assert f"{tmp_path / FILE_NAME} is in use by another process" in second.stderr


def test_sigterm_stops_it_at_once(tmp_path: Path):
    with running_insights(tmp_path) as insights:
        insights.process.send_signal(signal.SIGTERM)
        insights.process.wait(10)
    assert not (tmp_path / f"{FILE_NAME}.wal").exists()
