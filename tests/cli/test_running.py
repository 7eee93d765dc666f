"""Where a running stack is found, and that one which is gone misleads nobody."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from src.cli.running import RUNNING_FILE, as_running, told_where
from src.cli.stack_settings import StackSettings
from src.insights.settings import InsightsSettings


@pytest.fixture
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StackSettings:
    """On ports of its own, which only its own terminal's environment knew."""
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.setenv("PORT", "9124")
    monkeypatch.setenv("INSIGHTS_PORT", "9125")
    settings = StackSettings()
    for name in ("HOST", "PORT", "INSIGHTS_PORT"):
        monkeypatch.delenv(name, raising=False)
    return settings


def webhook_url() -> str:
    return as_running(StackSettings(), host="host", port="port").webhook_url


def insights_port() -> int:
    return as_running(InsightsSettings(), port="insights_port").port


def test_a_stack_is_found_while_it_runs(stack: StackSettings):
    with told_where(stack):
        assert webhook_url() == "http://127.0.0.1:9124/webhook"
        assert insights_port() == 9125

    assert webhook_url() == "http://127.0.0.1:8080/webhook"
    assert insights_port() == 8090
    assert list(stack.home.iterdir()) == []


def test_what_the_user_says_counts_before_it(stack: StackSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORT", "7000")
    monkeypatch.setenv("INSIGHTS_PORT", "7001")

    with told_where(stack):
        assert webhook_url() == "http://127.0.0.1:7000/webhook"
        assert insights_port() == 7001


@pytest.mark.parametrize("stale", ["gone", "torn", "other"])
def test_what_a_killed_stack_left_is_not_believed(stack: StackSettings, stale: str):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait(60)
    ports = {"host": "127.0.0.1", "port": 9124, "insights_port": 9125}
    text = {"gone": json.dumps({"pid": ended.pid, **ports}), "torn": "{", "other": "[]"}[stale]
    (stack.home / RUNNING_FILE).write_text(text)

    assert webhook_url() == "http://127.0.0.1:8080/webhook"
    assert insights_port() == 8090
