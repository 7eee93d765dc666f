"""A folder that is ours alone in; what one pusher leaves to the next, out.

Tokens are in it, so nobody else may read it, and it is not among the files that are uploaded.
"""

from __future__ import annotations

import json
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

_FILE = "state.json"
_LOCK = "lock"
_MOST_PROBLEMS = 20


class NotOursError(Exception):
    """The folder is another's, or open to others."""


def private_folder(path: str) -> str:
    """The folder, made if need be.

    Raises:
        NotOursError: somebody else could read what is in it, or has put it there.
        OSError: it cannot be made.
    """
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    try:
        os.mkdir(path, 0o700)
    except FileExistsError:
        found = os.lstat(path)
        is_private = stat.S_ISDIR(found.st_mode) and not stat.S_IMODE(found.st_mode) & 0o077
        if found.st_uid != os.geteuid() or not is_private:
            raise NotOursError(f"{path} is open to others") from None
    return path


class PushState:
    """What is known from one pusher to the next; times are of the clock since boot.

    `offset` is how much of the file `number` has been dealt with, `failures` how often in a row the
    frontend did not take what it was sent, `not_before_ms` when to try again; `problems` are lines
    for people.
    """

    __slots__ = (
        *("failures", "not_before_ms", "number", "offset", "problems"),
        *("token", "token_until_ms"),
    )

    def __init__(self, known: dict[str, Any]) -> None:
        """As it was left; anything may be missing."""
        self.number: int = known.get("number", 0)
        self.offset: int = known.get("offset", 0)
        self.failures: int = known.get("failures", 0)
        self.not_before_ms: int = known.get("not_before_ms", 0)
        self.problems: list[str] = known.get("problems", [])
        self.token: Optional[str] = known.get("token")
        self.token_until_ms: int = known.get("token_until_ms", 0)

    def complain(self, problem: str) -> None:
        """Once, however often it happens."""
        if problem not in self.problems and len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)


def read_state(folder: str) -> PushState:
    """What the last pusher left; nothing where there was none, or what it left is torn."""
    try:
        with open(os.path.join(folder, _FILE), encoding="utf-8") as file:
            return PushState(json.load(file))
    except (OSError, ValueError, AttributeError):
        return PushState({})


def write_state(folder: str, state: PushState) -> None:
    """All of it, or what was there before.

    Raises:
        OSError: it cannot be written.
    """
    path = os.path.join(folder, _FILE)
    new = f"{path}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({name: getattr(state, name) for name in PushState.__slots__}, file)
    os.replace(new, path)


def open_lock(folder: str) -> int:
    """A file to lock: one pusher at a time."""
    return os.open(os.path.join(folder, _LOCK), os.O_RDWR | os.O_CREAT, 0o600)
