"""A process in, a file that names it out; and back, unless it is gone.

Its number alone may be another's by now, so the file has its birth too.
"""

from __future__ import annotations

import os

from .files import read_text
from .proc.pid_stat import parse_pid_stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_GONE = (b"Z", b"X")  # nobody has waited for it yet


class Known:
    """A process that a file names; `samples` is the file that it writes."""

    __slots__ = ("pid", "samples", "start_ticks")

    def __init__(self, pid: int, start_ticks: int, samples: str) -> None:
        """As the file has it."""
        self.pid = pid
        self.start_ticks = start_ticks
        self.samples = samples

    def is_alive(self) -> bool:
        """Whether it runs, and no other in its place."""
        return birth(self.pid) == self.start_ticks


def birth(pid: int) -> Optional[int]:
    """When a process was born, in ticks since boot; None where it runs no more."""
    text = read_text(f"/proc/{pid}/stat")
    stat = parse_pid_stat(text)
    if stat is None or text[text.rfind(b")") + 1 :].split()[0] in _GONE:
        return None
    return stat[-2]


def write(path: str, samples: str) -> None:
    """Name this process, all at once.

    Raises:
        OSError: it cannot be written.
    """
    pid = os.getpid()
    draft = f"{path}.{pid}"
    with open(draft, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(f"{pid} {birth(pid)}\n{samples}\n")
    os.replace(draft, path)


def read(path: str) -> Optional[Known]:
    """Whom it names, alive or not; None where there is no such file."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            numbers, samples = file.read().split("\n", 1)
        pid, start_ticks = numbers.split()
        return Known(int(pid), int(start_ticks), samples.removesuffix("\n"))
    except (OSError, ValueError):
        return None


def remove(path: str) -> None:
    """It names nobody any more."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
