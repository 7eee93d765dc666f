"""Owners by their births and steps by their times in; which owner is which step's out, if certain.

Steps start in an order, and so do their first processes: owners are laid along the steps in that
order, so that births lie as near to starts as can be. What could nearly as well be otherwise is
not certain, and left out: never a silent guess.
"""

from __future__ import annotations

from typing import Mapping, NamedTuple, Optional, Sequence

from .alignment import certain
from .series import Span
from .step_names import OF_THE_RUNNER, families, numbered, speaks_for, without_part
from .timeline import Step

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
    owners = _in_order(births_ms)
    places = _places(steps, lives, kin, seen, interval_ms)
    costs_ms = [[_cost_ms(key, births_ms[key], place) for place in places] for key in owners]
    chosen = certain(costs_ms, [place.bare_ms for place in places])
    found = {owners[row]: kin[places[column].step] for row, column in chosen.items()}
    claimed = list(found.values())
    return {key: family for key, family in found.items() if claimed.count(family) == 1}


def _kin(steps: Sequence[Step], lives: Mapping[int, Span]) -> dict[int, tuple[int, ...]]:
    """For each step that lives those of its action, itself among them."""
    living = sorted(lives)
    return {
        living[member]: tuple(living[each] for each in family)
        for family in families([steps[index].name for index in living])
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
        if steps[index].name not in OF_THE_RUNNER:
            is_first = index == min(kin[index], key=in_order.index)
            met_ms = _met_ms(lives[index], seen) - interval_ms if is_first else 0
            bare_ms = min(max(met_ms, 0), _FAR_MS)
            places.append(_Step(index, lives[index], without_part(steps[index].name), bare_ms))
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


def _is_numbered_before(key: str, other: str) -> bool:
    one, two = numbered(key), numbered(other)
    return bool(one and two and one.kind == two.kind and one.number < two.number)


def _cost_ms(key: str, born_ms: int, place: _Step) -> Optional[int]:
    """How ill a birth and a step fit; None where they cannot belong together.

    A birth within the second of the step's start is as good as can be.
    """
    start_ms, end_ms = place.span
    speaks = speaks_for(key, place.name)
    if speaks is False or not start_ms - SECOND_MS <= born_ms <= end_ms + SECOND_MS:
        return None
    late_ms = min(born_ms - start_ms - SECOND_MS, _FAR_MS)
    unsaid_ms = _UNSAID_MS if speaks is None and numbered(key) else 0
    return max(late_ms, start_ms - born_ms, 0) + unsaid_ms
