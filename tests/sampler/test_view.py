"""Whose view of the machine a /proc gives: ours, a container's, or that of a host around us."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from src.model import samples
from src.model.batches import decode
from src.sampler import view
from tests.sampler.running import entry

CONTAINER = ("unshare", "--mount", "--pid", "--fork")
BURN = "import time\nwhile time.process_time() < 0.3: sum(range(10_000))"
HOST_BESIDE_OURS = """
mkdir host && mount --rbind /proc host && mount -t proc proc /proc &&
exec "$@"
"""


def test_our_own_view():
    assert view.is_readable("/proc")
    assert view.is_own("/proc")


def test_a_folder_without_processes_is_no_view(tmp_path: Path):
    (tmp_path / "self").mkdir()

    assert not view.is_readable(str(tmp_path))
    assert not view.is_readable(str(tmp_path / "missing"))
    assert not view.is_own(str(tmp_path))


@pytest.mark.parametrize(
    ("namespace", "has_all"), [("cgroup:[4026531835]", True), ("cgroup:[4026532717]", False)]
)
def test_whose_control_groups_are_seen(tmp_path: Path, namespace: str, *, has_all: bool):
    (tmp_path / "self" / "ns").mkdir(parents=True)
    (tmp_path / "self" / "ns" / "cgroup").symlink_to(namespace)

    assert view.has_all_groups(str(tmp_path)) is has_all
    assert not view.has_all_groups(str(tmp_path / "missing"))


def test_another_s_view(tmp_path: Path):
    (tmp_path / "1").mkdir()
    (tmp_path / "self").symlink_to("1")

    assert view.is_readable(str(tmp_path))
    assert not view.is_own(str(tmp_path))


@pytest.fixture
def container() -> None:
    """Skips where nobody may make one."""
    may = subprocess.run([*CONTAINER, "mount", "-t", "proc", "proc", "/proc"], check=False)
    if may.returncode:
        pytest.skip("namespaces cannot be made here")


def told_inside(folder: Path, script: str, *options: str) -> dict[str, Any]:
    """What a sampler in a container told, where `script` prepares /proc for it."""
    sampler = [*entry(), "run", "--json", "inside.json", "--interval", "0.1", *options]
    command = [*CONTAINER, "sh", "-c", script, "sh", *sampler, "--", sys.executable, "-c", BURN]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
    told: dict[str, Any] = json.loads((folder / "inside.json").read_text())
    return told


@pytest.mark.usefixtures("container")
def test_a_container_is_told_to_be_one(tmp_path: Path):
    used = told_inside(tmp_path, 'mount -t proc proc /proc && exec "$@"')

    assert used["is_container"] is True
    assert 0.28 <= used["processes"][0]["cpu_seconds"] < 1  # a busy machine's Python starts slowly


@pytest.mark.usefixtures("container")
def test_a_host_s_proc_shows_all_of_its_processes(tmp_path: Path):
    options = ("--proc-path", "host", "--samples", "inside.jsonl")
    used = told_inside(tmp_path, HOST_BESIDE_OURS, *options)
    batch = decode((tmp_path / "inside.jsonl").read_text())

    assert used["complaints"] == []
    assert 0.28 <= used["processes"][0]["cpu_seconds"] < 1  # a busy machine's Python starts slowly
    assert samples.NETWORK_RECEIVED_BYTES in batch.columns
    assert used["is_container"] is False
