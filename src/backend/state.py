"""What is remembered of each run and job, as immutable objects in the object store.

A fact is written before anything is looked up, a tombstone after every sink has the rows; so a
crash between any two lines ends in rows written twice (which the saved functions fold into one),
never in rows lost. Nothing is read, changed and written back, so nothing can be lost that way.
Where what is: `state_keys`.
"""

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from ..analysis.durations import was_gated
from ..shared import messages
from ..shared.errors import UndecodableMessageError
from ..shared.object_store import ObjectStore
from .arrivals import AnyArrival, Arrival, Subject, arrive
from .batch_facts import BatchFact, of_repository, read_fact, trusted, within
from .decide import Emitted, Known
from .lookouts import read_lookouts
from .marks import Marks
from .pauses import all_of
from .recent_batches import RecentBatches
from .run_totals import FinishedJobs, JobTotal, critical_path
from .state_keys import (
    COMPLETED,
    SAMPLED,
    batch_key,
    delivery_of,
    emitted_object,
    fact_objects,
    folder_before,
    folder_of,
    folders_near,
    is_batch_key,
    jobs_folder,
    read_emitted,
    read_gates,
    runner_mark,
    sampled_mark,
    samples_folder,
)
from .stored_batches import StoredBatch, read_stored
from .sweep_marks import run_mark

Held = Mapping[str, Arrival]
"""Completed deliveries that are in hand, by their ids: they need not be read."""

READ_TOGETHER = 16  # batches, by one call
READ_AT_ONCE = 128  # batches, by all calls: they may be as large as the frontend takes them
MOST_BYTES = 8 * 1024 * 1024  # of a job's batches, as text: eleven hours of a busy machine

log = logging.getLogger(__name__)


class State:
    """The facts and tombstones of all subjects."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._marks = Marks(store)
        self._recent = RecentBatches()

    async def note(self, arrivals: Sequence[AnyArrival]) -> None:
        """Write the facts that these events add; an event that came before adds nothing."""
        objects = (found for arrival in arrivals for found in fact_objects(arrival))
        creating = (self._create(key, body) for key, body in objects)
        marks = [run_mark(arrival) for arrival in arrivals]
        marks += [mark for arrival in arrivals for mark in sampled_mark(arrival)]
        await all_of([self._marks.leave(marks), *creating])

    async def _create(self, key: str, body: bytes) -> None:
        """What was there before stands, also against what is in hand."""
        if await self._store.create(key, body) and is_batch_key(key):
            self._recent.keep(key, body)

    async def recall(
        self, subjects: Iterable[Subject], in_hand: Iterable[AnyArrival] = ()
    ) -> dict[Subject, Known]:
        """What is known of each subject."""
        distinct = list(dict.fromkeys(subjects))
        held = {a.event.id: a for a in in_hand if isinstance(a, Arrival) and a.is_completed}
        known = await all_of(self._recall(subject, held) for subject in distinct)
        return dict(zip(distinct, known, strict=True))

    async def remember(self, emitted: Iterable[tuple[Subject, Emitted]]) -> None:
        """Write tombstones of what is out."""
        objects = (emitted_object(subject, name) for subject, name in emitted)
        await all_of(self._store.create(key, body) for key, body in objects)

    async def mark(self, subject: Subject, name: str) -> None:
        """Leave this mark beside its facts."""
        await self._marks.leave([folder_of(subject) + name])

    async def batches(self, subject: Subject, facts: Iterable[BatchFact]) -> list[dict[str, Any]]:
        """What the batches of these facts tell, without those that were stored torn.

        Of the first few MiB: in memory names made up anew are forty times as large as their text,
        and a sender may take his time.
        """
        keys = [batch_key(subject, fact) for fact in facts]
        told: list[dict[str, Any]] = []
        left_bytes = MOST_BYTES
        for some in _parts(keys, READ_AT_ONCE):
            for stored in map(_stored_batch, await self._read(some)):
                left_bytes -= stored.size_bytes if stored else 0
                if left_bytes < 0:
                    extra = {"job_id": subject.job_id, "batches": len(keys), "read": len(told)}
                    log.warning("a job has too large batches", extra=extra)
                    return told
                told += [stored.told] if stored else []
        return told

    async def _read(self, keys: Sequence[str]) -> list[bytes]:
        found = {key: self._recent.find(key) for key in keys}
        lacking = [key for key, body in found.items() if body is None]
        parts = _parts(lacking, READ_TOGETHER)
        read = chain(*await all_of(self._store.read_all(part) for part in parts))
        return [next(read) if body is None else body for body in found.values()]

    async def facts_near(
        self, subject: Subject, facts: Collection[BatchFact], repository_id: int
    ) -> tuple[BatchFact, ...]:
        """The batches that are stored beside these, in their time and a little around it.

        Farther back where one lacks the batch before it.
        """
        near = dict.fromkeys(f for fact in facts for f in folders_near(subject, fact))
        found = await self._facts_in(near)
        numbers = {(fact.sampler, fact.sequence) for fact in found}
        firsts = (f for f in facts if f.sequence and (f.sampler, f.sequence - 1) not in numbers)
        before = dict.fromkeys(folder_before(subject, fact) for fact in firsts)
        found += await self._facts_in(before.keys() - near.keys())
        return trusted(of_repository(found, repository_id))

    async def _facts_in(self, folders: Iterable[str]) -> list[BatchFact]:
        names = await all_of(self._names(folder) for folder in folders)
        return _read_facts(name for each in names for name in each)

    async def _recall(self, subject: Subject, held: Held) -> Known:
        if subject.runner is not None:
            return Known()
        names = await self._names(folder_of(subject))
        emitted = frozenset(found for name in names if (found := read_emitted(name)))
        done = [name for name in names if name.startswith(COMPLETED)]
        if subject.job_id is None:
            return await self._recall_run(subject, done, emitted, held)
        gates = read_gates(names)
        completed = await self._completed(subject, done, held)
        sampled, facts, count = await self._samples(subject, completed, has_own=SAMPLED in names)
        if not count and not was_gated(gates):
            return Known(gates, emitted=emitted)
        lookouts = read_lookouts(names)
        return Known(gates, completed, emitted, facts, sampled, count, lookouts)

    async def _recall_run(
        self, subject: Subject, done: Sequence[str], emitted: frozenset[Emitted], held: Held
    ) -> Known:
        """What its jobs add up to is asked for only where the run is over."""
        if not done:
            return Known(emitted=emitted)
        folder = jobs_folder(subject)
        names = await self._names(folder)
        newest, correction = _newest(names, subject.attempt)
        path = critical_path(newest)
        titles = await all_of(self._store.read(folder + name) for name in path)
        jobs = FinishedJobs(
            correction,
            tuple(newest.values()),
            tuple((newest[name], title.decode()) for name, title in zip(path, titles, strict=True)),
        )
        return Known((), await self._completed(subject, done, held), emitted, jobs=jobs)

    async def _completed(
        self, subject: Subject, names: Iterable[str], held: Held
    ) -> tuple[Arrival, ...]:
        arrivals: list[AnyArrival] = []
        for name in names:
            arrival = held.get(delivery_of(name))
            key = folder_of(subject) + name
            arrivals += [arrival] if arrival else _stored(await self._store.read(key))
        return tuple(arrival for arrival in arrivals if isinstance(arrival, Arrival))

    async def _samples(
        self, subject: Subject, completed: Sequence[Arrival], *, has_own: bool
    ) -> tuple[Subject, tuple[BatchFact, ...], int]:
        """A finished job's batches, or else its runner's of that time; whose they are.

        And how many there are, whoever is believed: with each that comes that number rises.
        """
        if not completed:
            return subject, (), 0
        repository_id = completed[0].delivery.repository.id
        own = of_repository(await self._facts(subject), repository_id) if has_own else []
        runner = completed[0].runner
        times_ms = completed[0].times_ms if runner else None
        if not runner or not times_ms:
            return subject, trusted(own), len(own)
        others = of_repository(await self._facts(runner), repository_id)
        count = len(own) + len(others)
        if own:
            return subject, trusted(own), count
        return runner, within(trusted(others), *times_ms), count

    async def _facts(self, subject: Subject) -> list[BatchFact]:
        """All batches of a job or a runner, whoever sent them."""
        return _read_facts(await self._names(samples_folder(subject)))

    async def jobs_of(self, runner: Subject) -> list[Subject]:
        """The run's finished jobs that most likely ran there."""
        mark = f".{runner_mark(runner)}"
        names = await self._names(jobs_folder(runner))
        found = {int(name.partition("/")[0]) for name in names if name.endswith(mark)}
        return [Subject(runner.host, runner.run_id, None, job_id) for job_id in sorted(found)]

    async def _names(self, folder: str) -> list[str]:
        return sorted(key.removeprefix(folder) for key in await self._store.keys(folder))


def _read_facts(names: Iterable[str]) -> list[BatchFact]:
    return [fact for name in names if (fact := read_fact(name))]


def _newest(names: Iterable[str], attempt: int | None) -> tuple[dict[str, JobTotal], int]:
    """Of names `JOB/NAME`, each job's newest total by its name; and which correction that makes."""
    newest: dict[str, tuple[str, Emitted]] = {}
    for name in names:
        job, _, own = name.partition("/")
        found = read_emitted(own)
        if not found or not found.total or found.total.attempt != attempt:
            continue
        if job not in newest or found.rank > newest[job][1].rank:
            newest[job] = name, found
    correction = sum(1 + found.correction for _, found in newest.values())
    return {name: found.total for name, found in newest.values() if found.total}, correction


def _parts(keys: Sequence[str], length: int) -> Iterator[Sequence[str]]:
    return (keys[at : at + length] for at in range(0, len(keys), length))


def _stored_batch(body: bytes) -> StoredBatch | None:
    """The stored batch; None where a power cut left half of it, or nothing."""
    try:
        return read_stored(body)
    except UndecodableMessageError as exc:
        log.warning("a stored batch cannot be read", extra={"reason": str(exc)})
        return None


def _stored(body: bytes) -> list[AnyArrival]:
    """The stored event; none where a power cut left half of it, or nothing."""
    try:
        return [arrive(event) for event in messages.decode(body)]
    except UndecodableMessageError as exc:
        log.warning("a stored event cannot be read", extra={"reason": str(exc)})
        return []
