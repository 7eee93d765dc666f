"""GitHub's names of steps and a runner's keys of owners in; what they tell of one another out.

A step's key is its GITHUB_ACTION: its `id` where it has one; else `__run` for a script, or the
action's repository without special characters, `__actions_checkout`; the second of a kind has `_2`,
and so on in the order of definition. Its name is its `name` where it has one, else "Run " and the
script's first line or the action; setting up and cleaning up are steps of their own, "Pre …" and
"Post …", with the key of their action.
https://docs.github.com/en/actions/reference/workflows-and-actions/variables
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, Sequence


PRE, POST = "Pre ", "Post "
_RUN = "Run "
_SCRIPT, _LOCAL = "run", "self"
_UNNAMED = "__"
_HERE, _IMAGE = "./", "docker://"

OF_THE_RUNNER = frozenset(
    {
        *("Set up job", "Complete job", "Set up runner", "Complete runner"),
        *("Initialize containers", "Stop containers"),
    }
)
"""Steps that the runner does itself: no process of theirs has a key."""


class Numbered(NamedTuple):
    """A key without the number that tells it from others of its kind."""

    kind: str
    number: int


def numbered(key: str) -> Optional[Numbered]:
    """The kind of step and which of them, as the runner made the key; None for a user's own."""
    if not key.startswith(_UNNAMED):
        return None
    kind, _, tail = key[len(_UNNAMED) :].rpartition("_")
    if kind and tail.isdigit():
        return Numbered(kind, int(tail))
    return Numbered(key[len(_UNNAMED) :], 1)


def action_of(name: str) -> Optional[str]:
    """The action in a step's own name, `owner/repository/path`; None for any other name."""
    if not name.startswith(_RUN):
        return None
    action, at, version = name[len(_RUN) :].partition("@")
    if action.startswith((_HERE, _IMAGE)) or " " in action + version:
        return None
    return action if at and version and "/" in action else None


def speaks_for(key: str, name: str) -> Optional[bool]:
    """Whether a key and a step's name, without Pre or Post, belong together; None: not said.

    Whoever names a step may begin with "Run ", too: only what is an action beyond doubt says no.
    """
    if name == key:
        return True
    kind = numbered(key)
    if kind is None or not name.startswith(_RUN):
        return None
    action = action_of(name)
    if action is not None:
        return _bare(action).startswith((_bare(kind.kind), _bare(key)))
    said = name[len(_RUN) :]
    if kind.kind == _SCRIPT:
        return not said.startswith(_IMAGE)
    is_local = kind.kind == _LOCAL and said.startswith(_HERE) and " " not in said
    return True if is_local else None


def families(names: Sequence[str]) -> list[tuple[int, ...]]:
    """The steps of each action, as indices into their names: Pre, itself, Post, those there are.

    Of several actions with one name, setting up goes in their order and cleaning up against it;
    where their counts differ, nobody can tell which is whose, and each stands alone.
    """
    mains: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        mains.setdefault(name, []).append(index)
    members = [[index] for index in range(len(names))]
    for name, indices in mains.items():
        if not name.startswith((PRE, POST)):
            _adopt(members, indices, mains.get(PRE + name, ()))
            _adopt(members, indices[::-1], mains.get(POST + name, ()))
    adopted = {index for family in members for index in family[1:]}
    return [tuple(family) for family in members if family[0] not in adopted]


def _adopt(members: list[list[int]], mains: Sequence[int], others: Sequence[int]) -> None:
    if len(mains) == len(others):
        for main, other in zip(mains, others):
            members[main].append(other)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def without_part(name: str) -> str:
    """The name without "Pre" or "Post"."""
    for part in (PRE, POST):
        if name.startswith(part):
            return name[len(part) :]
    return name
