"""A release's scripts, run on a small repository and with a stand-in for GitHub's command line."""

import tomllib
from pathlib import Path

import pytest

from tests.workflows.workflow import ROOT, run_script, script_of

CHANGELOG = """\
# Changelog

## Unreleased

- Not yet.

## 1.2.3 (2026-02-03)

- The third.
- And its friend.

## 1.2.30

- Much later.

## 1.2.2

- The second.
"""
GH = """\
#!/bin/sh
echo "$*" >> calls
case "$*" in
  *matching-refs/tags/v1.*) printf 'refs/tags/%s\\n' $TAGS ;;
  *PATCH*) test -z "$IS_FIRST" ;;
esac
"""
MOVE = "Move the major tag, unless a newer release has it"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n')
    gh = tmp_path / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(GH)
    gh.chmod(0o755)
    return tmp_path


def test_notes_are_those_of_the_version_and_of_no_other(folder: Path):
    ran = run_script(script_of("release/package", "Notes"), folder, GITHUB_REF_NAME="v1.2.3")

    assert ran.returncode == 0, ran.stderr
    notes = (folder / "dist" / "notes.md").read_text()
    assert notes.strip().splitlines() == ["- The third.", "- And its friend."]


def test_a_version_without_notes_is_not_released(folder: Path):
    ran = run_script(script_of("release/package", "Notes"), folder, GITHUB_REF_NAME="v1.2.4")

    assert ran.returncode != 0


@pytest.mark.parametrize(
    ("tag", "is_well"), [("v1.2.3", True), ("v1.2.4", False), ("v11203", False)]
)
def test_the_tag_must_be_the_version(folder: Path, tag: str, *, is_well: bool):
    script = script_of("release/package", "The tag is the version")

    assert (run_script(script, folder, GITHUB_REF_NAME=tag).returncode == 0) is is_well


def test_our_own_version_is_found():
    script = script_of("release/package", "The tag is the version")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert run_script(script, ROOT, GITHUB_REF_NAME=f"v{version}").returncode == 0


def moved(folder: Path, tags: str, **variables: str) -> list[str]:
    """What GitHub is asked to do with the tags."""
    ran = run_script(
        script_of("release/release", MOVE),
        folder,
        folder / "bin",
        GITHUB_REF_NAME="v1.10.0",
        GITHUB_REPOSITORY="o/r",
        GITHUB_SHA="0" * 40,
        TAGS=tags,
        **variables,
    )
    assert ran.returncode == 0, ran.stderr
    return [line for line in (folder / "calls").read_text().splitlines() if "--method" in line]


def test_the_major_tag_moves_to_the_newest(folder: Path):
    assert moved(folder, "v1.2.0 v1.10.0 v1.9.9") == [
        f"api --method PATCH repos/o/r/git/refs/tags/v1 -f sha={'0' * 40} -F force=true"
    ]


def test_it_is_made_where_there_is_none(folder: Path):
    calls = moved(folder, "v1.10.0", IS_FIRST="yes")

    assert (
        calls[-1] == f"api --method POST repos/o/r/git/refs -f ref=refs/tags/v1 -f sha={'0' * 40}"
    )


def test_an_older_line_s_release_leaves_it_alone(folder: Path):
    assert moved(folder, "v1.10.0 v1.11.0") == []


@pytest.mark.parametrize("with_images", [True, False])
def test_the_release_has_notes_files_and_images(folder: Path, *, with_images: bool):
    for name in ("a.whl", "a.tar.gz", "SHA256SUMS"):
        (folder / name).touch()
    (folder / "notes.md").write_text("- News.\n")
    if with_images:
        (folder / "image-frontend.md").write_text("- `a@sha256:b`\n")

    script = script_of("release/release", "Release")
    told = {"GITHUB_REF_NAME": "v1.2.3", "GITHUB_REPOSITORY": "o/r"}
    ran = run_script(script, folder, folder / "bin", **told)

    assert ran.returncode == 0, ran.stderr
    assert (
        (folder / "calls").read_text().startswith("release create v1.2.3 --repo o/r --verify-tag")
    )
    assert ("sha256" in (folder / "notes.md").read_text()) is with_images
