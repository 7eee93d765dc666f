"""`[HOST/]NUMBER` in, a host and a number out: whom a setting or a key's header means.

Numbers of different hosts collide, so each belongs to one; without a word it is github.com's.
"""

import re
from typing import NamedTuple

from ..shared.github_events import DEFAULT_HOST

_HOST = r"(?=[^/]{1,128}/)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::[0-9]{1,5})?"
_SCOPE = re.compile(rf"(?:({_HOST})/)?([0-9]{{1,18}})")
_KEY = re.compile(rf"({_SCOPE.pattern}):(.*)")


class Scope(NamedTuple):
    """An owner or a repository on its host."""

    host: str
    id: int


def parse_scope(text: str) -> Scope:
    """`1296269` or `github.example.com/7`.

    Raises:
        ValueError: it is neither.
    """
    found = _SCOPE.fullmatch(text)
    if found is None:
        raise ValueError("must be numbers, each with HOST/ before it where it is not github.com's")
    return Scope((found[1] or DEFAULT_HOST).lower(), int(found[2]))


def parse_key(text: str) -> tuple[Scope, bytes]:
    """`1296269:KEY`: a repository, and a key that it may sign with.

    Raises:
        ValueError: it is not that.
    """
    found = _KEY.fullmatch(text)
    if found is None:
        raise ValueError("must be REPOSITORY_ID:KEY, with HOST/ before it where not github.com's")
    return parse_scope(found[1]), found[4].encode()
