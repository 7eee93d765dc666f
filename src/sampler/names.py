"""What a process calls itself in; a name to read out. Never its arguments: they may be secret.

Programs go by their own name. Interpreters all look the same, so they go with what they run.
"""

from __future__ import annotations

from posixpath import basename

from ..model.printable import printable
from .interpreters import interpreter, what_runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 60
_COMM_LENGTH = 15  # the kernel keeps no more of a name


def readable_name(comm: str, words: Sequence[str]) -> str:
    """By the kernel's name of a process and the words it was called with, if there are any.

    `python3 manage.py`, `bash (step)`, `node actions/checkout`, `java GradleDaemon`, `cc1plus`.
    """
    called = basename(words[0]).lstrip("-") if words else ""  # a login shell has a "-" before it
    known = interpreter(called)
    if known is None:  # it may have renamed itself, and then its words are anything
        called = called if _is_cut(comm) and called.startswith(comm) else comm
        known = interpreter(called)
    runs = what_runs(known, words[1:]) if known else ""
    return printable(f"{called} {runs}" if runs else called)[:_LONGEST]


def _is_cut(comm: str) -> bool:
    return len(comm.encode("utf-8", "replace")) >= _COMM_LENGTH
