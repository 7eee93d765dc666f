"""A workflow's file in; its jobs and their steps out, and a step's script as the runner runs it."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))


def read_workflow(name: str) -> dict[str, Any]:
    """By its file's name without `.yml`."""
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return found


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    """All jobs of all workflows, as `workflow/job`."""
    for file in FILES:
        for name, job in read_workflow(file.stem)["jobs"].items():
            yield f"{file.stem}/{name}", job


def script_of(path: str, step: str) -> str:
    """The `run` of the step of this name, of `workflow/job`."""
    steps = dict(jobs())[path]["steps"]
    script: str = next(each["run"] for each in steps if each["name"] == step)
    return script


def run_script(
    script: str, folder: Path, path: Path | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    """In this folder, as a step with no shell of its own: `bash -e`; programs in `path` first."""
    assert not re.search(r"\$\{\{", script), "an expression in a script is an injection"
    environment = {"PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment | variables,
        capture_output=True,
        text=True,
        check=False,
    )


def substituted(value: Any, context: Mapping[str, str]) -> str:
    """A text with `${{ name }}` replaced, where all that it names is known."""
    return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: context[found[1]], str(value))
