"""A job's batches in; its steps as far as a runner's processes tell of them, out. Pure.

Nobody tells a sampler when a step begins and ends, or what GitHub calls it. But every process of a
step bears its key, so a step lasts from the first such process to the last. What a step leaves
behind, a build daemon, would have it last for ever: once another step has begun, who idles is
over. Processes of one key that come back after another step are its action's cleaning up.
"""

from __future__ import annotations

from itertools import groupby
from typing import Collection, Iterable, NamedTuple, Optional, Sequence

from ..analysis.step_names import POST
from ..analysis.timeline import Job, Step
from ..model.samples import Batch
from .stored import clock_ms

_IDLE_CORES = 0.05
_MS_PER_SECOND = 1000


class _Seen(NamedTuple):
    """An owner at a sample, with processes or with what died ones had used since the last.

    `cpu_ms` counts since the sampler began.
    """

    place: int
    cpu_ms: float
    is_alive: bool


class _Stretch(NamedTuple):
    """An owner's processes from one sample to another, by their places, without a gap."""

    key: str
    start_ms: int
    first: int
    last: int


def own_steps(
    name: str, batches: Sequence[Batch], *, without: Collection[str] = ()
) -> Optional[Job]:
    """The job, its steps named by their keys; None where there is no sample.

    `batches` are one sampler's, in order; keys in `without` are no steps.
    """
    clock = clock_ms(batches)
    if clock is None:
        return None
    times_ms = [uptime + clock for batch in batches for uptime in batch.uptime_ms]
    seen = _seen(batches, without)
    set_ms = clock - _first_clock_ms(batches)
    born_ms = {
        owner.key: owner.born_ms + set_ms for batch in batches[::-1] for owner in batch.owners
    }
    stretches = sorted(
        (
            stretch
            for key, places in seen.items()
            for stretch in _stretches(key, places, born_ms[key], times_ms)
        ),
        key=lambda each: (each.start_ms, each.key),
    )
    steps = _steps(_joined(stretches), seen, times_ms)
    start_ms = min([times_ms[0], *(step.start_ms for step in steps if step.start_ms)])
    return Job(name, start_ms, times_ms[-1], tuple(steps))


def _first_clock_ms(batches: Iterable[Batch]) -> int:
    """The clock of the first sample, by which births are told."""
    first = next(batch for batch in batches if batch.time_ms)
    return first.time_ms[0] - first.uptime_ms[0]


def _seen(batches: Iterable[Batch], without: Collection[str]) -> dict[str, list[_Seen]]:
    """Each owner at each sample where it had any process, or had had one since the last."""
    seen: dict[str, list[_Seen]] = {}
    last_ticks: dict[str, int] = {}
    before = 0
    for batch in batches:
        tick_ms = _MS_PER_SECOND / batch.host.ticks_per_second
        for owner in batch.owners:
            if not owner.key or owner.key in without:
                continue
            for at, (ticks, resident_kb) in enumerate(zip(owner.cpu_ticks, owner.resident_kb)):
                if resident_kb or ticks > last_ticks.get(owner.key, 0):
                    seen.setdefault(owner.key, []).append(
                        _Seen(before + at, ticks * tick_ms, resident_kb > 0)
                    )
                last_ticks[owner.key] = ticks
        before += len(batch.time_ms)
    return seen


def _stretches(
    key: str, seen: Sequence[_Seen], born_ms: int, times_ms: Sequence[int]
) -> Iterable[_Stretch]:
    """Without gaps; the first begins when its first process was born."""
    start_ms: Optional[int] = born_ms
    for _, group in groupby(enumerate(seen), key=lambda each: each[1].place - each[0]):
        members = [each for _, each in group]
        living = [each.place for each in members if each.is_alive]
        if start_ms is None and not living:
            continue  # what the dead had used is learnt from who reaped them, and late
        places = living or [each.place for each in members]
        first, last = places[0], places[-1]
        yield _Stretch(key, times_ms[first - 1] if start_ms is None else start_ms, first, last)
        start_ms = None


def _joined(stretches: Sequence[_Stretch]) -> list[_Stretch]:
    """Stretches of one key with nobody else's beginning between them are one step's."""
    joined: list[_Stretch] = []
    latest: dict[str, int] = {}
    for stretch in stretches:
        at = latest.get(stretch.key)
        begun_since = joined[at + 1 :] if at is not None else ()
        if at is not None and all(each.first <= joined[at].last for each in begun_since):
            joined[at] = joined[at]._replace(last=stretch.last)
            continue
        latest[stretch.key] = len(joined)
        joined.append(stretch)
    return joined


def _steps(
    stretches: Sequence[_Stretch], seen: dict[str, list[_Seen]], times_ms: Sequence[int]
) -> list[Step]:
    met: set[str] = set()
    steps = []
    for number, stretch in enumerate(stretches, 1):
        name = POST + stretch.key if stretch.key in met else stretch.key
        end_ms = _end_ms(stretch, stretches[number:], seen[stretch.key], times_ms)
        steps.append(Step(number, name, stretch.start_ms, end_ms))
        met.add(stretch.key)
    return steps


def _end_ms(
    stretch: _Stretch, later: Sequence[_Stretch], seen: Sequence[_Seen], times_ms: Sequence[int]
) -> int:
    """By the next sample its last process is gone; the next step's beginning may tell it finer."""
    gone_ms = times_ms[min(stretch.last + 1, len(times_ms) - 1)]
    by_place = {each.place: each.cpu_ms for each in seen if each.place <= stretch.last}
    for other in later:
        if other.start_ms > gone_ms:
            break
        is_over = other.start_ms > times_ms[stretch.last]
        if is_over or _idles_after(other.first, stretch.last, by_place, times_ms):
            return max(other.start_ms, stretch.start_ms)
    return max(gone_ms, stretch.start_ms)


def _idles_after(first: int, last: int, cpu_ms: dict[int, float], times_ms: Sequence[int]) -> bool:
    """Whether it hardly uses any CPU between these samples."""
    if first not in cpu_ms or last <= first:
        return False
    used_ms = cpu_ms[last] - cpu_ms[first]
    return used_ms < _IDLE_CORES * (times_ms[last] - times_ms[first])
