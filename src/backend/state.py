"""What is remembered of each run and job, as immutable objects in the object store.

    state/HOST/RUN/ATTEMPT/                     of a run attempt
    state/HOST/RUN/jobs/JOB/                    of a job
        gate-MILLISECONDS-ACTION-DELIVERY       a queued or waiting delivery came then
        completed-DELIVERY                      the completed event itself
        emitted-REVISION-HASH                   these rows are out
    samples/HOST/RUN/JOB/HOUR/BATCH             a batch of samples; named as `batch_facts` says

A fact is written before anything is looked up, a tombstone after every sink has the rows; so a
crash between any two lines ends in rows written twice (which the saved functions fold into one),
never in rows lost. Nothing is read, changed and written back, so nothing can be lost that way.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from ..analysis.durations import Gate, was_gated
from ..model.samples import Batch
from ..shared import messages
from ..shared.errors import UndecodableMessageError
from ..shared.object_store import ObjectStore, segment
from .arrivals import AnyArrival, Arrival, SamplesArrival, Subject, arrive
from .batch_facts import BatchFact, read_fact, trusted
from .decide import Emitted, Known
from .pauses import all_of

log = logging.getLogger(__name__)


class State:
    """The facts and tombstones of all subjects."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def note(self, arrivals: Iterable[AnyArrival]) -> None:
        """Write the facts that these events add; an event that came before adds nothing."""
        facts = (fact for arrival in arrivals if (fact := _fact(arrival)))
        await all_of(self._store.create(key, body) for key, body in facts)

    async def recall(
        self, subjects: Iterable[Subject], in_hand: Iterable[AnyArrival] = ()
    ) -> dict[Subject, Known]:
        """What is known of each subject; what is in hand need not be read."""
        distinct = list(dict.fromkeys(subjects))
        held = {a.event.id: a for a in in_hand if isinstance(a, Arrival) and a.is_completed_job}
        known = await all_of(self._recall(subject, held) for subject in distinct)
        return dict(zip(distinct, known, strict=True))

    async def remember(self, emitted: Iterable[tuple[Subject, Emitted]]) -> None:
        """Write tombstones of what is out."""
        keys = (
            f"{_folder(subject)}emitted-{name.revision}-{name.content_hash}"
            for subject, name in emitted
        )
        await all_of(self._store.create(key, b"") for key in keys)

    async def batches(self, subject: Subject, facts: Sequence[BatchFact]) -> list[Batch]:
        """The batches of these facts, without those that were stored torn."""
        folder = _samples_folder(subject)
        keys = [f"{folder}{_hour(fact)}/{fact.name}" for fact in facts]
        bodies = await all_of(self._store.read(key) for key in keys)
        return [batch for body in bodies for batch in _batch(body)]

    async def _recall(self, subject: Subject, held: Mapping[str, Arrival]) -> Known:
        folder = _folder(subject)
        names = sorted(key.removeprefix(folder) for key in await self._store.keys(folder))
        gates, done = _gates(names), [name for name in names if name.startswith("completed-")]
        facts = await self._facts(subject) if done else []
        if not facts and not was_gated(gates):
            return Known(gates, emitted=_emitted(names))
        completions = await all_of(self._completion(folder + name, held) for name in done)
        completed = tuple(arrival for found in completions for arrival in found)
        repositories = [arrival.delivery.repository.id for arrival in completed]
        own = trusted(facts, repositories[0]) if repositories else ()
        return Known(gates, completed, _emitted(names), own)

    async def _completion(self, key: str, held: Mapping[str, Arrival]) -> list[Arrival]:
        arrival = held.get(key.rpartition("/completed-")[2])
        if arrival:
            return [arrival]
        stored = _stored(await self._store.read(key))
        return [arrival for arrival in stored if isinstance(arrival, Arrival)]

    async def _facts(self, subject: Subject) -> list[BatchFact]:
        """The batches of a job, whoever sent them."""
        keys = await self._store.keys(_samples_folder(subject))
        return [fact for key in keys if (fact := read_fact(key.rpartition("/")[2]))]


def _batch(body: bytes) -> list[Batch]:
    return [arrival.batch for arrival in _stored(body) if isinstance(arrival, SamplesArrival)]


def _stored(body: bytes) -> list[AnyArrival]:
    """The stored event; none where a power cut left half of it, or nothing."""
    try:
        return [arrive(event) for event in messages.decode(body)]
    except UndecodableMessageError as exc:
        log.warning("a stored event cannot be read", extra={"reason": str(exc)})
        return []


def _folder(subject: Subject) -> str:
    run = f"state/{segment(subject.host)}/{subject.run_id}"
    if subject.job_id is None:
        return f"{run}/{subject.attempt}/"
    return f"{run}/jobs/{subject.job_id}/"


def _samples_folder(subject: Subject) -> str:
    return f"samples/{segment(subject.host)}/{subject.run_id}/{subject.job_id}/"


def _hour(fact: BatchFact) -> int:
    """What its samples of an hour are listed by, for who needs but the latest."""
    return (fact.first_ms or 0) // 3_600_000


def _fact(arrival: AnyArrival) -> tuple[str, bytes] | None:
    if isinstance(arrival, SamplesArrival):
        key = f"{_samples_folder(arrival.subject)}{_hour(arrival.fact)}/{arrival.fact.name}"
        return key, messages.encode([arrival.event], limit=0)
    folder = _folder(arrival.subject)
    if gate := arrival.gate:
        milliseconds = int(gate.received_at.timestamp() * 1000)
        name = f"gate-{milliseconds}-{gate.action}-{gate.delivery_id}"
        return folder + name, b""
    if arrival.is_completed_job:
        event = arrival.event
        return f"{folder}completed-{event.id}", messages.encode([event])
    return None


def _gates(names: Iterable[str]) -> tuple[Gate, ...]:
    """The gates by these names, a redelivered one as often as it came."""
    parts = (name.split("-", 3) for name in names if name.startswith("gate-"))
    return tuple(
        Gate(datetime.fromtimestamp(int(milliseconds) / 1000, UTC), action, delivery)
        for _, milliseconds, action, delivery in parts
    )


def _emitted(names: Iterable[str]) -> frozenset[Emitted]:
    parts = (name.split("-") for name in names if name.startswith("emitted-"))
    return frozenset(Emitted(int(revision), content_hash) for _, revision, content_hash in parts)
