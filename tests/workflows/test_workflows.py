"""The project's own workflows: by GitHub's schema, by a linter for what is unsafe, by our rules."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.images.dockerfile import read_dockerfile
from tests.workflows.workflow import FILES, FOLDER, ROOT, jobs, read_workflow, script_of

BIN = Path(sys.executable).parent
DEPENDABOT = ROOT / ".github" / "dependabot.yml"
JOBS = dict(jobs())
USES = re.compile(r"^\s*(?:- )?uses: (.+)$", re.MULTILINE)
PINNED = re.compile(r"([\w-]+/[\w-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
OUR_OWN = re.compile(r"\./ # .+|\$/\.github/workflows/[a-z]+\.yml")
WRITES = {
    "release/package": {"id-token", "attestations"},
    "release/images": {"id-token", "attestations"},
    "release/release": {"contents"},
}
"""Whoever may change something, and what."""

each_job = pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)


def complaints(*command: object) -> str:
    words = [str(BIN / str(command[0])), *map(str, command[1:])]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


def test_they_are_workflows():
    assert {file.stem for file in FILES} == {"check", "action", "release"}
    assert (
        complaints("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *FILES) == ""
    )


def test_dependabot_is_told_in_its_own_words():
    assert complaints("check-jsonschema", "--builtin-schema", "vendor.dependabot", DEPENDABOT) == ""


def test_nothing_in_them_is_unsafe():
    command = ("zizmor", "--offline", "--no-progress", "--quiet", "--persona", "pedantic")

    assert complaints(*command, FOLDER.parent) == ""


def test_others_actions_are_named_by_their_commit_and_ours_by_their_place():
    used = [found for file in FILES for found in USES.findall(file.read_text())]

    assert [each for each in used if not (PINNED.fullmatch(each) or OUR_OWN.fullmatch(each))] == []
    assert len(used) > 10


def test_one_action_has_one_version():
    pins = {found for file in FILES for found in PINNED.findall(file.read_text())}

    assert len(pins) == len({name for name, _, _ in pins})


@each_job
def test_every_job_ends(job: dict[str, Any]):
    assert "uses" in job or job["timeout-minutes"] <= 60


def test_nobody_may_change_anything_but_those_who_must():
    writes = {
        name: {scope for scope, level in job["permissions"].items() if level == "write"}
        for name, job in JOBS.items()
    }

    assert {name: scopes for name, scopes in writes.items() if scopes} == WRITES
    assert all(read_workflow(file.stem)["permissions"] == {} for file in FILES)


def test_tests_run_on_the_oldest_python_that_is_promised_and_on_that_of_the_images():
    tried = JOBS["check/test"]["strategy"]["matrix"]["python"]
    floor = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    image = read_dockerfile(ROOT / "src" / "frontend" / "Dockerfile").args["PYTHON_IMAGE"]

    assert f">={tried[0]}" == floor
    assert image == f"python:{tried[-1]}-slim"


def test_the_sampler_runs_on_the_oldest_python_that_is_promised():
    assert JOBS["check/sampler"]["strategy"]["matrix"]["python"][0] == "3.9"


def test_make_targets_that_are_named_exist():
    scripts = [step.get("run", "") for job in JOBS.values() for step in job.get("steps", [])]
    named = {name for script in scripts for name in re.findall(r"\bmake (\S+)", script)}
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")

    assert {"check", "test"} <= named
    assert [
        name for name in named if not re.search(rf"^{re.escape(name)}:", makefile, re.MULTILINE)
    ] == []


@pytest.mark.parametrize("service", ["frontend", "backend"])
def test_images_are_built_as_their_files_say(service: str):
    command = f"docker build -f src/{service}/Dockerfile -t github-telemetry-{service} ."
    file = (ROOT / "src" / service / "Dockerfile").read_text()

    assert f"#   {command}\n" in file
    assert command in script_of("check/images", "Build as the README says")


def test_every_template_is_built():
    assert "infra/*.bicep" in script_of("check/templates", "Build and lint")
    assert (ROOT / "infra" / "main.bicep").exists()
