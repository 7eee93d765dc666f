"""Samples that came in, rows of what their machines did in the minutes that they tell of out.

A minute is told as soon as it is over, and again when more of it is known. What only a late batch
shows, whose letter waits for others, is told with them.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from ..model.joined import machines
from ..model.samples import Batch
from ..shared.github_events import JobDelivery
from .arrivals import Arrival, SamplesArrival, Subject
from .batch import Letter, Planned
from .batch_facts import BatchFact, skew_ms, trusted
from .decide import Emitted, Known
from .host_points import HostIdentity, host_points
from .minutes import minutes_due, minutes_left
from .rows import OLDEST_ROW
from .sinks.base import MetricRow
from .state import State

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HostEmission:
    """A machine's minutes; nobody remembers them: who reads folds what comes twice."""

    name: Emitted
    clamped_count: int = 0


class _Came(NamedTuple):
    """A batch that came."""

    letter: Letter
    arrival: SamplesArrival


class Hosts:
    """Knows which minutes a batch completes, and what they were like."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def plan(
        self, letters: Sequence[Letter], known: Mapping[Subject, Known], now: datetime
    ) -> list[Planned]:
        """What to emit of the machines that these letters tell of; each minute once."""
        came: dict[tuple[Subject, int], list[_Came]] = defaultdict(list)
        over: dict[Subject, Letter] = {}
        for letter in letters:
            if isinstance(letter.arrival, SamplesArrival):
                whose = letter.arrival.subject, letter.arrival.identity.repository_id
                came[whose].append(_Came(letter, letter.arrival))
            if letter.arrival and known[letter.arrival.subject].judged:
                over[letter.arrival.subject] = letter
        told = [each for of_job in came.values() for each in await self._rows(of_job, now)]
        told += [(x, await self._last_rows(each, known[each], now)) for each, x in over.items()]
        return [
            Planned(letter, letter.arrival.subject, HostEmission(_name(rows)), rows)
            for letter, rows in told
            if rows and letter.arrival
        ]

    async def _last_rows(self, job: Subject, known: Known, now: datetime) -> list[MetricRow]:
        """The last minutes of a finished job's samplers that stopped without a word."""
        due = minutes_left(known.batches)
        wanted = {fact for each in due for fact in each.facts}
        if not wanted:
            return []
        batches = await self._stored(known.sampled or job, wanted)
        starts_ms = {start_ms for each in due for start_ms in each.starts_ms}
        return _points(batches, starts_ms, _who_ran(known.completed[0]), known.batches, now)

    async def _rows(
        self, came: Sequence[_Came], now: datetime
    ) -> list[tuple[Letter, list[MetricRow]]]:
        """Of one job's batches: its folder is listed once, however many samplers it seems to have.

        Each is told by the first of its letters. What is declared has no say beside what is signed.
        """
        first = came[0].arrival
        facts = await self._state.facts_near(
            first.subject, [each.arrival.fact for each in came], first.identity.repository_id
        )
        stored: dict[str, list[BatchFact]] = defaultdict(list)
        for fact in facts:
            stored[fact.sampler].append(fact)
        by_sampler: dict[str, list[_Came]] = defaultdict(list)
        believed = {*trusted([*facts, *(each.arrival.fact for each in came)])}
        for each in came:
            if each.arrival.fact in believed:
                by_sampler[each.arrival.fact.sampler].append(each)
        return [
            (own[0].letter, await self._rows_of([x.arrival for x in own], stored[sampler], now))
            for sampler, own in by_sampler.items()
        ]

    async def _rows_of(
        self, arrivals: Sequence[SamplesArrival], facts: Sequence[BatchFact], now: datetime
    ) -> list[MetricRow]:
        """Of one sampler's batches, beside those that are stored."""
        due = [minutes_due(each.fact, each.batch.time_ms, facts) for each in arrivals]
        starts_ms = {start_ms for each in due for start_ms in each.starts_ms}
        if not starts_ms:
            return []
        held = {each.fact: each.batch for each in arrivals}
        lacking = {fact for each in due for fact in each.facts} - held.keys()
        batches = [*held.values(), *await self._stored(arrivals[0].subject, lacking)]
        return _points(batches, starts_ms, _who(arrivals[0]), [*facts, *held], now)

    async def _stored(self, subject: Subject, facts: Iterable[BatchFact]) -> list[Batch]:
        """Each by itself: whether one follows another is told by their numbers.

        Those that trip us up cost what they tell of these minutes, and no letter.
        """
        told = await self._state.batches(subject, facts)
        try:
            return machines(told)
        except Exception:
            log.exception("stored samples not read", extra={"job_id": subject.job_id})
            return []


def _points(
    batches: Iterable[Batch],
    starts_ms: Collection[int],
    who: HostIdentity,
    facts: Sequence[BatchFact],
    now: datetime,
) -> list[MetricRow]:
    """Of these minutes; all the sampler's facts tell how wrong its clock is."""
    skew = skew_ms(facts)
    return host_points(batches, starts_ms, who, skew_ms=skew, oldest=now - OLDEST_ROW, now=now)


def _who(arrival: SamplesArrival) -> HostIdentity:
    runner = arrival.batch.job.get("runner_name")
    return HostIdentity(
        host=arrival.identity.host,
        repository_id=arrival.identity.repository_id,
        repository_full_name=arrival.identity.repository,
        workflow_run_id=arrival.identity.run_id,
        job_id=arrival.subject.job_id,
        runner_name=runner if isinstance(runner, str) else None,
    )


def _who_ran(completed: Arrival) -> HostIdentity:
    delivery = completed.delivery
    job = delivery.workflow_job if isinstance(delivery, JobDelivery) else None
    return HostIdentity(
        host=completed.subject.host,
        repository_id=delivery.repository.id,
        repository_full_name=delivery.repository.full_name,
        workflow_run_id=completed.subject.run_id,
        job_id=completed.subject.job_id,
        runner_name=job.runner_name if job else None,
    )


def _name(rows: Iterable[MetricRow]) -> Emitted:
    """The same for the same rows."""
    told = "\n".join(f"{row.record_id} {row.count}" for row in rows)
    return Emitted(0, sha256(told.encode()).hexdigest()[:16])
