"""What the Dockerfiles promise, as far as it can be read off them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.dockerfile import Dockerfile, parse_dockerfile, read_dockerfile

ROOT = Path(__file__).parents[2]
SERVICES = {
    name: ROOT / "src" / name / "Dockerfile" for name in ("frontend", "backend", "insights")
}
ALL = SERVICES | {"azurite": ROOT / "docker" / "azurite.Dockerfile"}
IN_MEMORY = "/dev/shm/"  # noqa: S108 -- a container's own

each = pytest.mark.parametrize("name", ALL)


def read(name: str) -> Dockerfile:
    return read_dockerfile(ALL[name])


@each
def test_the_linter_has_nothing_to_say(name: str):
    linter = Path(sys.executable).parent / "hadolint"
    ran = subprocess.run([linter, ALL[name]], capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")


@each
def test_the_base_is_an_argument_that_a_digest_fits_into(name: str):
    (argument,) = read(name).args

    assert read(name).build.base == read(name).image.base == f"${{{argument}}}"
    assert read(name).args[argument] in {"python:3.13-slim", "node:22-slim"}


@each
def test_nobody_is_root(name: str):
    assert read(name).image.user == "10001:10001"


@each
def test_only_what_the_build_made_is_in_the_image(name: str):
    text = ALL[name].read_text()
    image = text[text.rindex("\nFROM ") :]

    assert read(name).image.runs == []
    assert image.count("COPY ") == image.count("COPY --from=build ")


@each
def test_signals_reach_the_process_since_no_shell_stands_before_it(name: str):
    image = read(name).image

    assert [*image.entrypoint, *image.command][0] in {"python", "node"}
    assert image.healthcheck[0] in {"python", "node"}


@pytest.mark.parametrize("name", SERVICES)
def test_packages_are_checked_by_their_hashes(name: str):
    install = " ".join(read(name).build.runs)

    assert "--require-hashes" in install
    assert "--only-binary :all:" in install
    assert f"-r {read(name).lock}" in install


def test_the_services_of_the_cloud_run_on_the_cloud_alone():
    modes = {name: read(name).image.env.get("TELEMETRY_MODE") for name in SERVICES}

    assert modes == {"frontend": "azure", "backend": "azure", "insights": None}


def test_the_heartbeat_is_written_to_memory():
    assert read("backend").image.env["BACKEND_HEARTBEAT_PATH"].startswith(IN_MEMORY)


def test_the_builder_is_given_what_is_copied_and_nothing_else():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    copied = {
        source for name in ALL for sources, _ in read(name).build.copies for source in sources
    }
    wanted = {source.partition("/")[0] for source in copied}

    assert "*" in lines
    assert {line[1:] for line in lines if line.startswith("!")} == {
        "requirements*.lock" if name.endswith(".lock") and "require" in name else name
        for name in wanted
    }


def test_an_instruction_that_nobody_knows_is_not_passed_over():
    with pytest.raises(ValueError, match="unknown instruction: ADD"):
        parse_dockerfile("FROM a AS build\nFROM b\nADD c d\n")
