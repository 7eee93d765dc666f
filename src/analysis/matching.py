"""Owners by their births and steps by their times in; which owner is which step's out, if certain.

Steps start in an order, and so do their first processes: owners are laid along the steps in that
order, so that births lie as near to starts as can be. What could nearly as well be otherwise is
not certain, and left out: never a silent guess.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from . import step_names
from .alignment import certain
from .series import Span
from .step_names import numbered, speaks_for
from .timeline import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional, Sequence

SECOND_MS = 1000
"""GitHub cuts times to whole seconds: what it says was at 9 was before 10."""

_FAR_MS = 5000  # that a process was born still later after a step's start says no more
_UNSAID_MS = 1000  # where a name could have spoken for the key, and does not


class _Step(NamedTuple):
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
    places = _places(steps, lives, kin, seen, interval_ms)
    found = _told_by_name(births_ms, places)
    left = [place for place in places if place.step not in found.values()]
    owners = [key for key in _in_order(births_ms) if key not in found]
    costs_ms = [[_cost_ms(key, births_ms[key], place) for place in left] for key in owners]
    for row, column in certain(costs_ms, [place.bare_ms for place in left]).items():
        found[owners[row]] = left[column].step
    families = {key: kin[step] for key, step in found.items()}
    claimed = list(families.values())
    return {key: family for key, family in families.items() if claimed.count(family) == 1}


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
) -> list[_Step]:
    """The steps that may have an owner, in the order of their starts."""
    in_order = sorted(lives, key=lambda index: (lives[index].start_ms, index))
    places = []
    for index in in_order:
        if steps[index].name not in step_names.OF_THE_RUNNER:
            is_first = index == min(kin[index], key=in_order.index)
            met_ms = _met_ms(lives[index], seen) - interval_ms if is_first else 0
            bare_ms = min(max(met_ms, 0), _FAR_MS)
            places.append(
                _Step(index, lives[index], step_names.without_part(steps[index].name), bare_ms)
            )
    return places


def _met_ms(span: Span, seen: Span) -> int:
    """How long the step certainly was under the sampler's eyes."""
    return min(span.end_ms, seen.end_ms) - max(span.start_ms + SECOND_MS, seen.start_ms)


def _in_order(births_ms: Mapping[str, int]) -> list[str]:
    """By birth; but of one kind's keys born within a second the lower number first.

    Steps that start together are started in the order of their definition, and numbered in it;
    when their first processes come is up to the scheduler.
    """
    owners = sorted(births_ms, key=lambda key: (births_ms[key], key))
    for end in range(1, len(owners)):
        for later in range(end, 0, -1):
            before, key = owners[later - 1 : later + 1]
            near = births_ms[key] - births_ms[before] < SECOND_MS
            if not (near and _is_numbered_before(key, before)):
                break
            owners[later - 1 : later + 1] = key, before
    return owners


def _told_by_name(births_ms: Mapping[str, int], places: Sequence[_Step]) -> dict[str, int]:
    """The steps of those owners whose keys name one step alone, which no other key names.

    Only steps that fit the birth as well as any: order says nothing against a name, but time does.
    """
    named: dict[str, int] = {}
    for key, born_ms in births_ms.items():
        costs = {place: _cost_ms(key, born_ms, place) for place in places}
        fits = {place: cost for place, cost in costs.items() if cost is not None}
        speaking = [place for place in fits if speaks_for(key, place.name)]
        if len(speaking) == 1 and fits[speaking[0]] == min(fits.values()):
            named[key] = speaking[0].step
    steps = list(named.values())
    return {key: step for key, step in named.items() if steps.count(step) == 1}


def _is_numbered_before(key: str, other: str) -> bool:
    one, two = numbered(key), numbered(other)
    return bool(one and two and one.kind == two.kind and one.number < two.number)


def _cost_ms(key: str, born_ms: int, place: _Step) -> Optional[int]:
    """How ill a birth and a step fit; None where they cannot belong together.

    A birth within the second of the step's start is as good as can be.
    """
    start_ms, end_ms = place.span
    if not start_ms - SECOND_MS <= born_ms <= end_ms + SECOND_MS:
        return None
    speaks = speaks_for(key, place.name)
    if speaks is False:
        return None
    late_ms = min(born_ms - start_ms - SECOND_MS, _FAR_MS)
    unsaid_ms = _UNSAID_MS if speaks is None and numbered(key) else 0
    return max(late_ms, start_ms - born_ms, 0) + unsaid_ms
