"""Limits in; a corner of this machine that has them, with a network of its own, out.

Who runs there has his core and his memory whatever the rest of the machine does, and is measured
by his control group: so what is planted there is what is found there.
"""

import os
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.integration.processes import STOP_SECONDS, wait_for

GROUPS = Path("/sys/fs/cgroup")
MIB = 2**20
PERIOD_US = 100_000
CONTAINER = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
ITS_OWN_PROC = "mount -t proc proc /proc; "
LINK = ("link", "add", "eth0", "type", "veth", "peer")


@dataclass(frozen=True)
class SmallMachine:
    """`command` runs what follows it there; by `address` this side of its line is reached."""

    command: tuple[str, ...]
    address: str


def tells_stalls() -> bool:
    """Whether such a machine tells how long it stood still: groups of version 2 do."""
    return (GROUPS / "cgroup.procs").exists() and Path("/proc/pressure/io").exists()


@contextmanager
def small_machine(
    *, cores: float = 1, memory_mib: int = 512, is_container: bool = True
) -> Iterator[SmallMachine]:
    """One with so much; in a container it sees its own processes alone.

    Skips the test where it cannot be made.
    """
    name = f"join-{uuid.uuid4().hex[:8]}"
    folders = _make_groups(name, cores, memory_mib)
    try:
        address = _make_line(name)
        enter = "".join(f"echo 0 > {folder}/cgroup.procs; " for folder in folders)
        script = f'{enter}{ITS_OWN_PROC if is_container else ""}exec "$@"'
        around = CONTAINER if is_container else ()
        net = ("nsenter", f"--net=/run/netns/{name}")
        yield SmallMachine((*net, *around, "sh", "-c", script, "sh"), address)
    finally:
        _ip("netns", "delete", name)
        for folder in folders:
            wait_for(lambda f=folder: _is_removed(f), STOP_SECONDS, f"the end of {folder}")


def _make_groups(name: str, cores: float, memory_mib: int) -> list[Path]:
    """Control groups of whichever version there is; others of the machine come second to them."""
    quota_us, limit = round(cores * PERIOD_US), str(memory_mib * MIB)
    wanted: Mapping[Path, Mapping[str, str]] = {
        GROUPS / "cpu" / name: {"cpu.cfs_quota_us": str(quota_us), "cpu.shares": "200000"},
        GROUPS / "cpuacct" / name: {},
        GROUPS / "memory" / name: {"memory.limit_in_bytes": limit},
    }
    if (GROUPS / "cgroup.procs").exists():
        quota = f"{quota_us} {PERIOD_US}"
        wanted = {GROUPS / name: {"cpu.max": quota, "cpu.weight": "10000", "memory.max": limit}}
    made = []
    try:
        for folder, limits in wanted.items():
            folder.mkdir()
            made.append(folder)
            for file, value in limits.items():
                (folder / file).write_text(value)
    except OSError as exc:
        for folder in made:
            folder.rmdir()
        pytest.skip(f"no control group can be made here: {exc}")
    return made


def _make_line(name: str) -> str:
    """A network namespace whose one line leads here; our address on it."""
    if _ip("netns", "add", name):
        pytest.skip("no network namespace can be made here")
    ours, first, second = name[-12:], *Random(name).choices(range(1, 255), k=2)  # noqa: S311
    near, far = (f"10.{first}.{second}.{end}" for end in (1, 2))
    for words in (
        ("-n", name, *LINK, ours, "netns", str(os.getpid())),
        ("address", "add", f"{near}/30", "dev", ours),
        ("link", "set", ours, "up"),
        ("-n", name, "address", "add", f"{far}/30", "dev", "eth0"),
        ("-n", name, "link", "set", "eth0", "up"),
        ("-n", name, "link", "set", "lo", "up"),
    ):
        assert not _ip(*words), words
    return near


def _ip(*words: str) -> int:
    return subprocess.run(["ip", *words], capture_output=True, check=False).returncode


def _is_removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True
