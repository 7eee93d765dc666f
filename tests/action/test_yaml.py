"""The action and the examples, by GitHub's own schemas and by a linter for what is unsafe."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.action.runner import REPOSITORY

BIN = Path(sys.executable).parent
ACTION = REPOSITORY / "action.yml"
WORKFLOWS = sorted((REPOSITORY / "examples").glob("*.yml"))
PROMISED = {
    *("proc_path", "sampling_rate", "generate_chart", "upload_artifact", "artifact_name"),
    *("push_url", "push_secret", "audience", "job_id", "telemetry_enabled", "finish"),
}


def complaints(*command: str) -> str:
    ran = subprocess.run([str(BIN / command[0]), *command[1:]], capture_output=True, check=False)
    return "" if ran.returncode == 0 else (ran.stdout + ran.stderr).decode()


def test_the_action_is_one():
    schema = ("check-jsonschema", "--builtin-schema", "vendor.github-actions")

    assert complaints(*schema, str(ACTION)) == ""


def test_the_examples_are_workflows():
    schema = ("check-jsonschema", "--builtin-schema", "vendor.github-workflows")

    assert len(WORKFLOWS) > 3
    assert complaints(*schema, *map(str, WORKFLOWS)) == ""


def test_nothing_in_them_is_unsafe():
    command = ("zizmor", "--offline", "--no-progress", "--quiet", "--persona", "pedantic")

    assert complaints(*command, str(ACTION), *map(str, WORKFLOWS)) == ""


def test_the_action_has_the_inputs_that_were_promised_and_none_is_required():
    inputs = yaml.safe_load(ACTION.read_text())["inputs"]

    assert set(inputs) == PROMISED
    assert not any(told.get("required") for told in inputs.values())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_examples_ask_for_inputs_that_there_are(workflow: Path):
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    given = [step.get("with", {}) for job in jobs for step in job["steps"] if _is_ours(step)]

    assert given
    assert {name for each in given for name in each} <= PROMISED


def _is_ours(step: dict[str, str]) -> bool:
    return "github-telemetry@" in step.get("uses", "")
