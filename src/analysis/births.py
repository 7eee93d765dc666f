"""Owners' keys and births in; the order in which their steps began out, and where nobody knows it.

Steps start in an order, and so do their first processes, but for two things: of steps that start
together the scheduler may let a later one run first, and a kernel tells births by its ticks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from ..model.named_tuples import NamedTuple
from .step_names import numbered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Sequence

_TOGETHER_MS = 1000  # as far apart may be what GitHub says was in the same second
_TICK_MS = 10  # of a kernel that counts 100 a second, as nearly all do


class Owner(NamedTuple):
    """Who may have a step; `number` tells it from others of its `kind`, as the runner made the key.

    A user's own key is a kind by itself.
    """

    born_ms: int
    kind: str
    number: int
    key: str


def by_birth(births_ms: Mapping[str, int]) -> list[Owner]:
    """All owners, the first born first; of those born together the lower number first."""
    return sorted(_owner(key, born_ms) for key, born_ms in births_ms.items())


def in_order(owners: Iterable[Owner]) -> list[Owner]:
    """Those `by_birth`, but of one kind's that were born within a second the lower number first.

    Steps that start together are started in the order of their definition, and numbered in it;
    when their first processes come is up to the scheduler.
    """
    line: list[Owner] = []
    for owner in owners:
        place = len(line)
        while place and _overtakes(owner, line[place - 1]):
            place -= 1
        line.insert(place, owner)
    return line


def peers(owners: Sequence[Owner]) -> Iterator[tuple[Owner, list[Owner]]]:
    """For each of those `by_birth` the others that may as well have begun before it as after."""
    births_ms = [owner.born_ms for owner in owners]
    for owner in owners:
        first = bisect_left(births_ms, owner.born_ms - _TICK_MS)
        last = bisect_right(births_ms, owner.born_ms + _TICK_MS)
        yield owner, [other for other in owners[first:last] if other.kind != owner.kind]


def _owner(key: str, born_ms: int) -> Owner:
    kind, number = numbered(key) or (key, 0)
    return Owner(born_ms, kind, number, key)


def _overtakes(owner: Owner, before: Owner) -> bool:
    is_near = owner.born_ms - before.born_ms < _TOGETHER_MS
    return is_near and owner.kind == before.kind and owner.number < before.number
