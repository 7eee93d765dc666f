"""A batch that came, and a job's facts, in; which minutes to tell now, and from what, out. Pure.

A minute is told once it is over: its sampler has looked at a later one, or looks no more. Batches
come in any order; one that is late has its minutes told again, and those of its neighbours' ends:
only with it is known what happened between.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .batch_facts import BatchFact, distinct
from .host_figures import MINUTE_MS, minute_of


@dataclass(frozen=True, slots=True)
class DueMinutes:
    """When minutes of one sampler began, by its clock, and the batches that tell of them."""

    starts_ms: tuple[int, ...]
    facts: tuple[BatchFact, ...]


class _Reach(NamedTuple):
    """The samples of a batch lie from the one time to the other."""

    fact: BatchFact
    first_ms: int
    last_ms: int


def minutes_due(
    arrived: BatchFact, times_ms: Sequence[int], facts: Iterable[BatchFact]
) -> DueMinutes:
    """What to tell once `arrived`, whose samples' times these are, is among the job's `facts`."""
    own = [f for f in distinct([*facts, arrived]) if f.sampler == arrived.sampler]
    reaches = _reaches(own)
    before = [reach.last_ms for reach in reaches if reach.fact.sequence < arrived.sequence]
    after = [reach.first_ms for reach in reaches if reach.fact.sequence > arrived.sequence]
    latest_ms = max((reach.last_ms for reach in reaches), default=0)
    ends = [latest_ms] if arrived.is_final and reaches else []
    starts_ms = {minute_of(ms) for ms in (*before[-1:], *times_ms, *after[:1], *ends)}
    if not _is_over(own):
        starts_ms = {start_ms for start_ms in starts_ms if start_ms + MINUTE_MS <= latest_ms}
    return _due(starts_ms, reaches)


def minutes_left(facts: Iterable[BatchFact]) -> list[DueMinutes]:
    """The last minutes of samplers that stopped without a word: to tell when their job is over."""
    own: dict[str, list[BatchFact]] = {}
    for fact in distinct(facts):
        own.setdefault(fact.sampler, []).append(fact)
    unfinished = [_reaches(found) for found in own.values() if not _is_over(found)]
    return [
        _due({minute_of(max(reach.last_ms for reach in reaches))}, reaches)
        for reaches in unfinished
        if reaches
    ]


def _is_over(own: Iterable[BatchFact]) -> bool:
    return any(fact.is_final for fact in own)


def _due(starts_ms: Iterable[int], reaches: Sequence[_Reach]) -> DueMinutes:
    """With the batches that have samples then, and those just before, for the first intervals."""
    starts = sorted(starts_ms)
    within = {reach.fact.sequence for reach in reaches if _meets(reach, starts)}
    wanted = within | {sequence - 1 for sequence in within}
    facts = tuple(reach.fact for reach in reaches if reach.fact.sequence in wanted)
    return DueMinutes(tuple(starts), facts)


def _meets(reach: _Reach, starts: Sequence[int]) -> bool:
    following = bisect_left(starts, minute_of(reach.first_ms))
    return following < len(starts) and starts[following] <= reach.last_ms


def _reaches(own: Iterable[BatchFact]) -> list[_Reach]:
    """Of one sampler's batches that have samples, in order; its clock may have been set back."""
    return [
        _Reach(fact, *sorted((fact.first_ms, fact.last_ms)))
        for fact in sorted(own, key=lambda fact: fact.sequence)
        if fact.first_ms is not None and fact.last_ms is not None
    ]
