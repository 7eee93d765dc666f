"""What is remembered of each run and job, as immutable objects in the object store.

    state/HOST/RUN/ATTEMPT/                     of a run attempt
    state/HOST/RUN/jobs/JOB/                    of a job
        gate-MILLISECONDS-ACTION-DELIVERY       a queued or waiting delivery came then
        completed-DELIVERY                      the completed event itself
        emitted-REVISION-HASH                   these rows are out

A fact is written before anything is looked up, a tombstone after every sink has the rows; so a
crash between any two lines ends in rows written twice (which the saved functions fold into one),
never in rows lost. Nothing is read, changed and written back, so nothing can be lost that way.
"""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime

from ..analysis.durations import Gate, was_gated
from ..shared import messages
from ..shared.errors import UndecodableMessageError
from ..shared.object_store import ObjectStore, segment
from .decide import Arrival, Emitted, Known, Subject, arrive
from .pauses import all_of

log = logging.getLogger(__name__)


class State:
    """The facts and tombstones of all subjects."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def note(self, arrivals: Iterable[Arrival]) -> None:
        """Write the facts that these events add; an event that came before adds nothing."""
        facts = (fact for arrival in arrivals if (fact := _fact(arrival)))
        await all_of(self._store.create(key, body) for key, body in facts)

    async def recall(self, subjects: Iterable[Subject]) -> dict[Subject, Known]:
        """What is known of each subject."""
        distinct = list(dict.fromkeys(subjects))
        known = await all_of(self._recall(subject) for subject in distinct)
        return dict(zip(distinct, known, strict=True))

    async def remember(self, emitted: Iterable[tuple[Subject, Emitted]]) -> None:
        """Write tombstones of what is out."""
        keys = (
            f"{_folder(subject)}emitted-{name.revision}-{name.content_hash}"
            for subject, name in emitted
        )
        await all_of(self._store.create(key, b"") for key in keys)

    async def _recall(self, subject: Subject) -> Known:
        folder = _folder(subject)
        names = sorted(key.removeprefix(folder) for key in await self._store.keys(folder))
        gates = _gates(names)
        completed: list[Arrival] = []
        if was_gated(gates):
            for name in names:
                if name.startswith("completed-"):
                    completed += _completion(await self._store.read(folder + name))
        return Known(gates, tuple(completed), _emitted(names))


def _completion(body: bytes) -> list[Arrival]:
    """The stored event; none where a power cut left half of it, or nothing."""
    try:
        return [arrive(event) for event in messages.decode(body)]
    except UndecodableMessageError as exc:
        log.warning("a stored completion cannot be read", extra={"reason": str(exc)})
        return []


def _folder(subject: Subject) -> str:
    run = f"state/{segment(subject.host)}/{subject.run_id}"
    if subject.job_id is None:
        return f"{run}/{subject.attempt}/"
    return f"{run}/jobs/{subject.job_id}/"


def _fact(arrival: Arrival) -> tuple[str, bytes] | None:
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
