"""Mounts and a process's groups in; the folders of its control groups out, its own first."""

from __future__ import annotations

import posixpath

from ..proc.pid_cgroup import UNIFIED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Optional

    from ..proc.mountinfo import Mount

V1, V2 = "cgroup", "cgroup2"
"""The versions, as the types of their filesystems."""


def group_folders(
    mounts: Iterable[Mount], paths: Mapping[str, str], controller: str
) -> tuple[Optional[str], list[str]]:
    """The version that has the controller, and the folders from the process's group to the top.

    Both versions may be there at once: then a controller is in version 1 or else in version 2.
    """
    found: dict[str, list[str]] = {}
    for mount in mounts:
        if mount.kind == V1 and controller in mount.options.split(",") and controller in paths:
            found[V1] = _folders(mount, paths[controller])
        elif mount.kind == V2 and UNIFIED in paths:
            found[V2] = _folders(mount, paths[UNIFIED])
    version = next((version for version in (V1, V2) if version in found), None)
    return version, found[version] if version else []


def _folders(mount: Mount, path: str) -> list[str]:
    """From the group up to what is mounted: further up nothing can be seen."""
    relative = posixpath.relpath(path, mount.root)
    if relative == "." or relative.startswith(".."):  # what is mounted is not above the group
        return [mount.point]
    parts = relative.split("/")
    below = [posixpath.join(mount.point, *parts[:depth]) for depth in range(len(parts), 0, -1)]
    return [*below, mount.point]
