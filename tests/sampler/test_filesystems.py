from pathlib import Path

import pytest

from src.sampler.filesystems import local_mount_points, read_space_kb
from src.sampler.proc.mountinfo import Mount, parse_mounts


def mount(
    point: Path, source: str = "/dev/vda1", kind: str = "ext4", device: str = "254:1"
) -> Mount:
    return Mount(device=device, root="/", point=str(point), kind=kind, source=source, options="rw")


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    for name in ("a", "a/longer", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "hosts").write_text("")
    return {path.name: path for path in (*tmp_path.iterdir(), tmp_path / "a/longer")}


def test_a_filesystem_is_asked_at_its_shortest_point(folders: dict[str, Path]):
    mounts = [mount(folders["longer"]), mount(folders["a"]), mount(folders["b"], device="254:2")]

    assert local_mount_points(mounts) == [str(folders["a"]), str(folders["b"])]


def test_a_file_that_a_container_is_lent_is_no_filesystem(folders: dict[str, Path]):
    assert local_mount_points([mount(folders["hosts"]), mount(folders["longer"])]) == [
        str(folders["longer"])
    ]


@pytest.mark.parametrize(
    ("source", "kind"),
    [("server:/x", "nfs4"), ("proc", "proc"), ("tmpfs", "tmpfs"), ("/dev/loop3", "squashfs")],
)
def test_what_may_hang_or_is_no_disk_is_not_asked(source: str, kind: str, folders: dict[str, Path]):
    assert local_mount_points([mount(folders["a"], source, kind)]) == []


@pytest.mark.parametrize(("source", "kind"), [("overlay", "overlay"), ("pool/data", "zfs")])
def test_some_disks_have_no_device(source: str, kind: str, folders: dict[str, Path]):
    assert local_mount_points([mount(folders["a"], source, kind)]) == [str(folders["a"])]


def test_what_cannot_be_written_is_not_asked(folders: dict[str, Path]):
    lines = (
        f"36 27 11:0 / {folders['b']} ro,relatime - iso9660 /dev/sr0 ro",
        f"37 27 254:1 / {folders['a']} ro,relatime - ext4 /dev/vda1 rw,errors=remount-ro",
        f"38 27 254:1 / {folders['longer']} rw - ext4 /dev/vda1 rw,errors=remount-ro",
    )
    mounts = parse_mounts("\n".join(lines).encode())

    assert [mount.is_read_only for mount in mounts] == [True, True, False]
    assert local_mount_points(mounts) == [str(folders["longer"])]


def test_space_that_cannot_be_asked_is_unknown(tmp_path: Path):
    assert read_space_kb(str(tmp_path / "gone")) is None
