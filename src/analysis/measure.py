"""A job with its steps and its sample batches in; what each step used, and the job, out. Pure.

    batches ─▶ series ─▶ matching (owners and steps) ─▶ attribution (whose CPU time) ─▶ usage

Time and memory are linear in samples times the steps that overlap.
"""

from __future__ import annotations

from ..model.samples import Batch, Host
from .attribution import Claim, Used, attribute, claims
from .consumption import Consumption
from .coverage import Coverage, coverages
from .cpu_usage import cpu_figures, how_found
from .heaviest import heaviest
from .known_time import KnownTime
from .matching import match
from .memory import free_space, kills, memory_figures, own_memory
from .overlap import alone_percent
from .processes import tops
from .roster import BETWEEN, JOB, Roster, roster_of
from .series import Series, read_series
from .timeline import Job, Step
from .tracks import tracks
from .usage import NONE, PARTIAL, JobUsage, Machine, StepUsage, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Mapping, Optional, Union

    from .consumption import Column

_KIB = 1024
_SECOND_MS = 1000
_WHOLE = ("_bytes", "_kills")  # what ends so is told in whole numbers


def measure(job: Job, batches: Iterable[Batch], *, skew_ms: int = 0) -> JobUsage:
    """What the job's steps used, as far as the batches tell.

    Batches may come in any order and number, late, twice, or not at all; `skew_ms` is how far the
    runner's clock is behind the one by which the job's times are told.
    """
    series = read_series(batches, skew_ms)
    if series is None:
        steps = tuple(StepUsage(step, Usage(seconds=_seconds(step))) for step in job.steps)
        return JobUsage(job, None, Usage(seconds=_seconds(job)), steps, Usage())
    roster = roster_of(job, series.seen)
    births_ms, interval_ms = series.owner_births_ms(), series.host.interval_ms
    matched = match(births_ms, job.steps, roster.lives, series.seen, interval_ms)
    claimed = claims(series, roster.lives, matched)
    machine = _machine(series.host)
    usages = _usages(series, roster, claimed, machine)
    steps = tuple(
        StepUsage(
            step,
            usages.get(index, Usage())._replace(seconds=_seconds(step)),
            claimed[index].owner if index in claimed else None,
        )
        for index, step in enumerate(job.steps)
    )
    whole = usages[JOB]._replace(seconds=_seconds(job))
    return JobUsage(job, machine, whole, steps, usages[BETWEEN])


def _seconds(told: Union[Job, Step]) -> Optional[float]:
    if told.start_ms is None or told.end_ms is None:
        return None
    return max(told.end_ms - told.start_ms, 0) / _SECOND_MS


def _machine(host: Host) -> Machine:
    """What the job may use: a limit never allows more than there is."""
    cores, memory_kb = host.cpu_limit_cores, host.memory_limit_kb
    return Machine(
        host.cpus,
        host.cpus if cores is None else min(cores, host.cpus),
        host.memory_total_kb * _KIB,
        min(host.memory_total_kb if memory_kb is None else memory_kb, host.memory_total_kb) * _KIB,
        host.system,
        host.is_container,
    )


def _usages(
    series: Series, roster: Roster, claimed: Mapping[int, Claim], machine: Machine
) -> dict[int, Usage]:
    """By whom: the steps that ran, what lies between them, the job."""
    coverage = coverages(series, roster)
    known_time = KnownTime(roster, coverage, series.host.interval_ms)
    used = attribute(series, roster, claimed, known_time)
    figures: dict[str, Column] = {
        **cpu_figures(used, machine.cores_allowed, coverage),
        **Consumption(series, roster, known_time, machine.cores_allowed).figures(),
        **memory_figures(series, roster, machine.memory_allowed_bytes),
        "memory_own_max_bytes": own_memory(series, roster, claimed),
        "out_of_memory_kills": kills(series, roster),
        **free_space(series, roster),
        "alone_percent": alone_percent(roster),
    }
    partly_known = known_time.partly_known()
    found, ticks_per_second = heaviest(tracks(series.segments)), series.host.ticks_per_second
    best = tops(found, roster, claimed, used, ticks_per_second)
    usages = {}
    for who, covered in coverage.items():
        usage = _seen(covered, used.get(who), has_owner=who in claimed)
        known: dict[str, Any] = {
            field: _rounded(field, column.get(who)) for field, column in figures.items()
        }
        known.update(best[who]._asdict())
        if who in partly_known:
            known["samples"] = PARTIAL
        usages[who] = usage if usage.samples == NONE else usage._replace(**known)
    return usages


def _seen(covered: Coverage, use: Optional[Used], *, has_owner: bool) -> Usage:
    """How much was seen; of what has no time in the series at least its own processes, perhaps."""
    is_partial = covered.samples == NONE and use and use.own_us
    samples = PARTIAL if is_partial else covered.samples
    attribution = how_found(use, has_owner=has_owner) if use and samples != NONE else None
    length_seconds, covered_seconds = (
        covered.length_ms / _SECOND_MS,
        covered.covered_ms / _SECOND_MS,
    )
    return Usage(length_seconds, covered_seconds, samples, attribution)


def _rounded(field: str, value: Optional[float]) -> Optional[float]:
    """Bytes and kills are whole."""
    return round(value) if value is not None and field.endswith(_WHOLE) else value
