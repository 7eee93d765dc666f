"""Mounts in; the size of each local filesystem, and what is free, out."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    from .proc.mountinfo import Mount

_KIB = 1024
_MOST = 16
_WITHOUT_DEVICE = frozenset({"btrfs", "overlay", "zfs"})  # local, and not mounted from /dev


def local_mount_points(mounts: Iterable[Mount]) -> list[str]:
    """Where to ask, one point a filesystem.

    Never one across a network: a server that is away would hold us up; nor one that cannot be
    written: a disc is always full, and hurts nobody. A container shows single files of its host's
    filesystem; a folder says more.
    """
    points: dict[str, str] = {}
    for mount in mounts:
        if _is_local(mount) and not mount.is_read_only and os.path.isdir(mount.point):
            known = points.setdefault(mount.device, mount.point)
            points[mount.device] = min(known, mount.point, key=len)
    return sorted(points.values())[:_MOST]


def read_space_kb(point: str) -> Optional[tuple[int, int]]:
    """In all, and free to use without privileges; None where it cannot be asked."""
    try:
        found = os.statvfs(point)
    except OSError:
        return None
    return found.f_blocks * found.f_frsize // _KIB, found.f_bavail * found.f_frsize // _KIB


def _is_local(mount: Mount) -> bool:
    is_device = mount.source.startswith("/dev/") and not mount.source.startswith("/dev/loop")
    return is_device or mount.kind in _WITHOUT_DEVICE
