"""Bad settings end a service with one line that says what to do, and exit code 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.insights.stack import ROOT, free_port
from tests.integration.processes import environment

FRONTEND, BACKEND, INSIGHTS, UP = (
    ("-m", "src", name) for name in ("frontend", "backend", "insights", "up")
)
FRONTEND_BY_UVICORN = ("-m", "uvicorn", "src.frontend.app:app")
BACKEND_BY_MODULE = ("-m", "src.backend.app")
SIGNED = {"GITHUB_WEBHOOK_SECRET": "do not show"}
SINK = {"JSONL_PATH": "rows.jsonl"}
NO_ACCOUNT = {"AZURE_STORAGE_ACCOUNT_NAME": "do not show"}
CLOUD = {"TELEMETRY_MODE": "azure"}
HOMELESS = {"GITHUB_TELEMETRY_HOME": f"{__file__}/is/no/folder"}

CASES = [
    (FRONTEND, {}, "GITHUB_WEBHOOK_SECRET"),
    (FRONTEND, {"GITHUB_WEBHOOK_SECRET": ""}, "GITHUB_WEBHOOK_SECRET"),
    (FRONTEND, SIGNED | {"PORT": "do not show"}, "PORT"),
    (FRONTEND, SIGNED | NO_ACCOUNT, "AZURE_STORAGE_ACCOUNT_NAME"),
    (FRONTEND, SIGNED | CLOUD, "AZURE_STORAGE_ACCOUNT_NAME"),
    (FRONTEND_BY_UVICORN, {}, "GITHUB_WEBHOOK_SECRET"),
    (BACKEND, {}, "APPLICATIONINSIGHTS_CONNECTION_STRING"),
    (BACKEND, SINK | CLOUD, "AZURE_STORAGE_ACCOUNT_NAME"),
    (
        BACKEND,
        SINK | {"AZURE_STORAGE_CONNECTION_STRING": "do not show"},
        "AZURE_STORAGE_CONNECTION_STRING",
    ),
    (BACKEND, SINK | {"OBJECT_STORE_URL": "ftp://do-not-show"}, "OBJECT_STORE_URL"),
    (BACKEND, SINK | {"MAX_MESSAGES_PER_BATCH": "33"}, "MAX_MESSAGES_PER_BATCH"),
    (
        BACKEND_BY_MODULE,
        {"APPLICATIONINSIGHTS_CONNECTION_STRING": "do not show"},
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
    ),
    (BACKEND, SINK | HOMELESS, "GITHUB_TELEMETRY_HOME"),
    (INSIGHTS, {"INSIGHTS_PORT": "do not show"}, "INSIGHTS_PORT"),
    (UP, {"DEMO": "do not show"}, "DEMO"),
    (UP, HOMELESS, "GITHUB_TELEMETRY_HOME"),
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "settings", "variable"),
    CASES,
    ids=[f"{command[-1]} {'+'.join(settings) or 'nothing'}" for command, settings, _ in CASES],
)
def test_bad_settings_are_one_line_and_exit_code_2(
    command: tuple[str, ...], settings: dict[str, str], variable: str, tmp_path: Path
):
    ports = {"PORT": str(free_port()), "INSIGHTS_PORT": str(free_port())}
    home = {"GITHUB_TELEMETRY_HOME": str(tmp_path)}
    ended = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(**(ports | home | settings)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    [line] = ended.stderr.splitlines()
    assert variable in line
    assert "do not show" not in line
    assert list(tmp_path.iterdir()) == []
