"""A mounted /proc in; whose view of the machine it gives, out."""

from __future__ import annotations

import os

from .files import list_folder

PROC = "/proc"
"""Where it is mounted, but in containers that have another's too."""

_FIRST_PID_NAMESPACE = "pid:[4026531836]"  # PROC_PID_INIT_INO in include/linux/proc_ns.h
_FIRST_CGROUP_NAMESPACE = "cgroup:[4026531835]"  # PROC_CGROUP_INIT_INO, there
_CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")


def is_readable(proc: str) -> bool:
    """Whether there is anything to see of processes."""
    return any(name.isdigit() for name in list_folder(proc))


def is_own(proc: str) -> bool:
    """Whether it shows the processes that this one sees, not those of a host around it."""
    try:
        return os.readlink(f"{proc}/self") == str(os.getpid())
    except OSError:
        return False


def is_container(proc: str) -> bool:
    """Whether it shows only some of the processes that share the machine's CPU and disks."""
    try:
        return os.readlink(f"{proc}/self/ns/pid") != _FIRST_PID_NAMESPACE and is_own(proc)
    except OSError:
        return any(os.path.exists(mark) for mark in _CONTAINER_MARKS)


def has_all_groups(proc: str) -> bool:
    """Whether control groups are seen up to the machine's own: a container may share that view."""
    try:
        return os.readlink(f"{proc}/self/ns/cgroup") == _FIRST_CGROUP_NAMESPACE
    except OSError:
        return False
