"""azure.yaml leads to what there is, and its hooks do what they say."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.bicep import INFRA, ROOT

HOOKS = INFRA / "hooks"
PRINTS_WHAT_IT_WAS_ASKED = '#!/bin/sh\nprintf "%s\\n" "$@"\n'


def azure_yaml() -> dict[str, Any]:
    value: dict[str, Any] = yaml.safe_load((ROOT / "azure.yaml").read_text())
    return value


def run(hook: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A hook, beside an azd that says what it was asked for."""
    azd = folder / "azd"
    azd.write_text(PRINTS_WHAT_IT_WAS_ASKED)
    azd.chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}"} | variables
    return subprocess.run(
        [HOOKS / hook], env=environment, capture_output=True, text=True, check=False, timeout=20
    )


def test_each_service_has_its_image_and_its_own_bicep():
    services = azure_yaml()["services"]

    assert set(services) == {"frontend", "backend"}
    for name, service in services.items():
        assert service["host"] == "containerapp"
        assert (ROOT / service["project"] / service["docker"]["path"]).is_file()
        assert (INFRA / f"{name}.bicep").is_file()
        assert (INFRA / f"{name}.parameters.json").is_file()


def test_hooks_are_there_for_both_kinds_of_machine():
    for hook in azure_yaml()["hooks"].values():
        for kind, shell in (("posix", "sh"), ("windows", "pwsh")):
            assert hook[kind]["shell"] == shell
            assert (ROOT / hook[kind]["run"]).is_file()


def test_a_secret_is_made_where_there_is_none(tmp_path: Path):
    made = [run("make-secret.sh", tmp_path).stdout.split() for _ in range(2)]

    for words in made:
        assert words[:3] == ["env", "set", "GITHUB_WEBHOOK_SECRET"]
        assert re.fullmatch(r"[0-9a-f]{64}", words[3])
    assert made[0] != made[1]


def test_a_secret_that_is_there_stays(tmp_path: Path):
    done = run("make-secret.sh", tmp_path, GITHUB_WEBHOOK_SECRET="there")

    assert (done.returncode, done.stdout) == (0, "")


def test_the_webhook_is_told_and_its_secret_is_not(tmp_path: Path):
    url = "https://frontend.example/webhook"
    done = run("tell-webhook.sh", tmp_path, WEBHOOK_URL=url, GITHUB_WEBHOOK_SECRET="hush")

    assert url in done.stdout
    assert "hush" not in done.stdout
    assert run("tell-webhook.sh", tmp_path).returncode != 0


@pytest.mark.parametrize("name", ["make-secret", "tell-webhook"])
def test_both_kinds_of_a_hook_know_the_same_variables(name: str):
    posix, windows = ((HOOKS / f"{name}{end}").read_text() for end in (".sh", ".ps1"))
    known = [set(re.findall(r"[A-Z]+_[A-Z_]+", text)) for text in (posix, windows)]
    assert known[0] == known[1]
