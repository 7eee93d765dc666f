"""/proc/PID/cgroup to the control groups that a process is in.

https://man7.org/linux/man-pages/man7/cgroups.7.html
"""

from __future__ import annotations

UNIFIED = ""
"""The controller under which version 2's only path stands."""


def parse_control_groups(text: bytes) -> dict[str, str]:
    """Each controller of version 1 and the path of its group; version 2's is under UNIFIED."""
    paths = {}
    for line in text.split(b"\n"):
        number, _, rest = line.partition(b":")
        controllers, colon, path = rest.partition(b":")
        if number.isdigit() and colon and path.startswith(b"/"):
            for controller in controllers.split(b","):
                paths[controller.decode("utf-8", "replace")] = path.decode(
                    "utf-8", "surrogateescape"
                )
    return paths
