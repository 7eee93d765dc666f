"""The workflow that tests the action, run step by step on a stand-in of the runner."""

from pathlib import Path
from typing import Any

import pytest

from tests.action.runner import REPOSITORY, Finished, Runner, Step
from tests.workflows.workflow import jobs, substituted

pytestmark = pytest.mark.slow

JOBS = dict(jobs())
CONTEXT = {"matrix.runner": "ubuntu-24.04"}


def as_steps(job: dict[str, Any]) -> list[Step]:
    """Those that are ours: checking out and uploading are GitHub's."""
    steps = []
    for step in job["steps"]:
        name, id_ = step["name"], step.get("id", "")
        if "run" in step:
            steps.append(Step(name, run=step["run"], id=id_))
        elif step["uses"] == "./":
            given = {key: substituted(value, CONTEXT) for key, value in step["with"].items()}
            steps.append(Step(name, uses=REPOSITORY, given=given, is_local=True))
    return steps


def run(job: str, folder: Path) -> Finished:
    return Runner(folder).run(as_steps(JOBS[f"action/{job}"]))


def test_on_a_runner(tmp_path: Path):
    done = run("runner", tmp_path)

    assert {each.name: each.conclusion for each in done.ran} == dict.fromkeys(
        [
            *("GitHub Telemetry", "Keep a core busy", "End sampling"),
            *("All files are there and tell of this machine",),
            *("Post End sampling", "Post GitHub Telemetry"),
        ],
        "success",
    ), done.output


def test_in_a_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(JOBS["action/container"]["steps"][1]["with"], "proc_path", "/proc")
    done = run("container", tmp_path)

    assert done.step("All files are there").conclusion == "success", done.output


def test_switched_off(tmp_path: Path):
    done = run("switched-off", tmp_path)

    assert done.step("Nothing was done").conclusion == "success", done.output


def test_a_file_that_is_missing_fails_the_check(tmp_path: Path):
    steps = as_steps(JOBS["action/runner"])
    steps.insert(-1, Step("Lose one", run='rm "$(echo "$TELEMETRY_ARTIFACT_PATH" | tail -n 1)"'))

    done = Runner(tmp_path).run(steps)

    assert done.step("All files are there and tell of this machine").conclusion == "failure"
