"""Owners by their births and steps by their times in; which owner is which step's out, if certain.

Steps start in an order, and so do their first processes: owners are laid along the steps in that
order, so that births lie as near to starts as can be. What could nearly as well be otherwise is
not certain, and left out: never a silent guess.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from . import step_names
from .alignment import MARGIN, align
from .births import Owner, by_birth, in_order, peers
from .series import Span
from .step_names import speaks_for
from .timeline import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Optional, Sequence, TypeVar

    _Found = TypeVar("_Found")
    _Prices = Mapping[str, Mapping[int, int]]
    """What it costs an owner, by key, to have a place, by index: those that it may have."""

SECOND_MS = 1000
"""GitHub cuts times to whole seconds: what it says was at 9 was before 10."""

_FAR_MS = 5000  # that a process was born still later after a step's start says no more
_UNSAID_MS = 1000  # where a name could have spoken for the key, and does not
_NEVER = float("inf")


class _Place(NamedTuple):
    """A step that may have an owner: its index, its life, and what it costs to leave it bare."""

    step: int
    span: Span
    name: str
    bare_ms: int


def match(
    births_ms: Mapping[str, int],
    steps: Sequence[Step],
    lives: Mapping[int, Span],
    seen: Span,
    interval_ms: int,
) -> dict[str, tuple[int, ...]]:
    """The steps (by index; those of one action together) of each owner that certainly has some.

    `seen` is when the sampler looked, each `interval_ms`: a way that leaves a step bare which the
    sampler must have met is dearer.
    """
    kin = _kin(steps, lives)
    places, owners = _places(steps, lives, kin, seen, interval_ms), by_birth(births_ms)
    costs_ms = dict(_costs_ms(owners, places))
    found = _told_by_name(costs_ms, places)
    found.update(_told_by_order(owners, costs_ms, places, found))
    families = {key: kin[places[place].step] for key, place in found.items()}
    return _alone(families)


def _kin(steps: Sequence[Step], lives: Mapping[int, Span]) -> dict[int, tuple[int, ...]]:
    """For each step that lives those of its action, itself among them."""
    living = sorted(lives)
    return {
        living[member]: tuple(living[each] for each in family)
        for family in step_names.families([steps[index].name for index in living])
        for member in family
    }


def _places(
    steps: Sequence[Step],
    lives: Mapping[int, Span],
    kin: Mapping[int, tuple[int, ...]],
    seen: Span,
    interval_ms: int,
) -> list[_Place]:
    """The steps that may have an owner, in the order of their starts."""
    in_turn = sorted(lives, key=lambda index: (lives[index].start_ms, index))
    first: dict[tuple[int, ...], int] = {}
    places = []
    for index in in_turn:
        name, span = steps[index].name, lives[index]
        if name not in step_names.OF_THE_RUNNER:
            is_first = first.setdefault(kin[index], index) == index
            met_ms = _met_ms(span, seen) - interval_ms if is_first else 0
            bare_ms = min(max(met_ms, 0), _FAR_MS)
            places.append(_Place(index, span, step_names.without_part(name), bare_ms))
    return places


def _met_ms(span: Span, seen: Span) -> int:
    """How long the step certainly was under the sampler's eyes."""
    return min(span.end_ms, seen.end_ms) - max(span.start_ms + SECOND_MS, seen.start_ms)


def _costs_ms(
    owners: Iterable[Owner], places: Sequence[_Place]
) -> Iterator[tuple[str, dict[int, int]]]:
    """For each owner what it costs to have each place that it may have: one that lived then.

    GitHub's seconds leave a second's slack at both ends.
    """
    begun, living = 0, []
    for owner in owners:
        while begun < len(places) and places[begun].span.start_ms - SECOND_MS <= owner.born_ms:
            living.append(begun)
            begun += 1
        living = [at for at in living if owner.born_ms <= places[at].span.end_ms + SECOND_MS]
        costs = {at: _cost_ms(owner, places[at]) for at in living}
        yield owner.key, {at: cost for at, cost in costs.items() if cost is not None}


def _cost_ms(owner: Owner, place: _Place) -> Optional[int]:
    """How ill a birth and a step fit; None where a name speaks against it.

    A birth within the second of the step's start is as good as can be.
    """
    speaks = speaks_for(owner.key, place.name)
    if speaks is False:
        return None
    late_ms = min(owner.born_ms - place.span.start_ms - SECOND_MS, _FAR_MS)
    unsaid_ms = _UNSAID_MS if speaks is None and owner.kind != owner.key else 0
    return max(late_ms, place.span.start_ms - owner.born_ms, 0) + unsaid_ms


def _told_by_name(costs_ms: _Prices, places: Sequence[_Place]) -> dict[str, int]:
    """The places of those owners whose keys name one step alone, which no other key names.

    Only steps that fit the birth as well as any: order says nothing against a name, but time does.
    """
    named: dict[str, int] = {}
    for key, prices in costs_ms.items():
        speaking = [at for at in prices if speaks_for(key, places[at].name)]
        if len(speaking) == 1 and prices[speaking[0]] == min(prices.values()):
            named[key] = speaking[0]
    return _alone(named)


def _told_by_order(
    owners: Sequence[Owner], costs_ms: _Prices, places: Sequence[_Place], told: Mapping[str, int]
) -> dict[str, int]:
    """The places of the owners that are not told by name, in those that are left."""
    taken = set(told.values())
    left = {
        owner: {at: cost for at, cost in costs_ms[owner.key].items() if at not in taken}
        for owner in owners
        if owner.key not in told
    }
    line = in_order(left)
    bare_ms = [0 if at in taken else place.bare_ms for at, place in enumerate(places)]
    found = align([left[owner] for owner in line], bare_ms)
    best = {line[row]: place for row, place in found.best.items()}
    certain = {line[row] for row in found.certain}
    return {
        owner.key: best[owner]
        for owner, others in peers([*left])
        if owner in certain and not any(_may_swap(owner, other, best, left) for other in others)
    }


def _may_swap(
    one: Owner, two: Owner, best: Mapping[Owner, int], costs_ms: Mapping[Owner, Mapping[int, int]]
) -> bool:
    """Whether two could as well have the place of one, and one what two has."""
    swapped_ms = costs_ms[two].get(best[one], _NEVER)
    if two in best:
        swapped_ms += costs_ms[one].get(best[two], _NEVER) - costs_ms[two][best[two]]
    return swapped_ms < costs_ms[one][best[one]] + MARGIN


def _alone(found: Mapping[str, _Found]) -> dict[str, _Found]:
    """Without those of which two owners would have the same."""
    counts: dict[_Found, int] = {}
    for what in found.values():
        counts[what] = counts.get(what, 0) + 1
    return {key: what for key, what in found.items() if counts[what] == 1}
