"""An event and what is known of its subject in; what to emit and what to remember out. Pure.

Deliveries come in any order, any number of times, or never. Order does not matter here because a
decision is made from the set of facts known, not from the way they came: every event first adds
its own fact, then looks at all of them. Duplicates do not matter because what was emitted before
is known by its fingerprint.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from ..analysis.durations import QUEUED, RAN, WAITING, Gate, was_gated
from ..model.ids import FIRST_ATTEMPT
from ..model.records import PHASE_COMPLETED, REVISIONS_PER_PHASE, RunRecord
from ..shared.errors import DeliveryRefusedError, NewerMessageError, UndecodableMessageError
from ..shared.github_events import (
    EVENTS,
    GitHubDelivery,
    JobDelivery,
    RunDelivery,
    github_host,
    is_delivery_id,
    parse_delivery,
)
from ..shared.messages import Event
from .interpret import Interpretation, interpret_job, interpret_run

RECEIVED_YEARS = range(2000, 5000)  # the moment becomes part of a key, in milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: a run attempt, or a job, whose id needs no attempt beside it."""

    host: str
    run_id: int
    attempt: int | None
    job_id: int | None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event with its delivery parsed."""

    event: Event
    delivery: GitHubDelivery
    subject: Subject

    @property
    def gate(self) -> Gate | None:
        """The gate that this event is, if it is a job's queued or waiting."""
        if not isinstance(self.delivery, JobDelivery):
            return None
        if self.delivery.action not in {QUEUED, WAITING}:
            return None
        return Gate(self.event.received_at, self.delivery.action, self.event.id)

    @property
    def is_completed_job(self) -> bool:
        """Whether a gate that comes late could change what this event means."""
        return isinstance(self.delivery, JobDelivery) and self.delivery.action == "completed"


@dataclass(frozen=True, slots=True)
class Emitted:
    """What names an emission: the place in its subject's life, and its content."""

    revision: int
    content_hash: str


Emissions: TypeAlias = frozenset[Emitted]


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a subject, this event's own fact included; redeliveries too.

    `completed` are the job's completions, there only where a gate may have come after them.
    """

    gates: tuple[Gate, ...] = ()
    completed: tuple[Arrival, ...] = ()
    emitted: Emissions = frozenset()


@dataclass(frozen=True, slots=True)
class Emission:
    """Records that go out together, and whether their spans go with them, at this moment."""

    interpretation: Interpretation
    spans: bool
    received_at: datetime

    @property
    def name(self) -> Emitted:
        """What to remember of it."""
        subject = self.interpretation.subject
        return Emitted(subject.revision, subject.content_hash)


def arrive(event: Event) -> Arrival:
    """Parse an event's delivery.

    Raises:
        UndecodableMessageError: a body that is none of its kind; NewerMessageError: a kind that
            nobody here knows.
    """
    if event.kind not in EVENTS:
        raise NewerMessageError(f"events of kind {event.kind!r} are not known here")
    if not is_delivery_id(event.id):
        raise UndecodableMessageError("the event's id is no delivery id")
    if event.received_at.year not in RECEIVED_YEARS:
        raise UndecodableMessageError("the event was received at no plausible time")
    try:
        delivery = parse_delivery(event.kind, event.body)
    except DeliveryRefusedError as exc:
        raise UndecodableMessageError(str(exc)) from exc
    return Arrival(event, delivery, _subject(delivery))


def decide(arrival: Arrival, known: Known) -> tuple[Emission, ...]:
    """What to emit now: what this event means, and what it corrects, unless it is out already."""
    out: dict[Emitted, Emission] = {}
    for source in _sources(arrival, known):
        emitted = known.emitted.union(out)  # two completions of one job may say the same
        interpretation = _interpret(source, known.gates)
        emission = Emission(
            interpretation,
            spans=_deserves_spans(interpretation, emitted),
            received_at=source.event.received_at,
        )
        if emission.name not in emitted:
            out[emission.name] = emission
    return tuple(out.values())


def _sources(arrival: Arrival, known: Known) -> Iterator[Arrival]:
    yield arrival
    # An approval's delivery that comes after the completion changes the job's queue time.
    if arrival.gate and was_gated(known.gates):
        yield from known.completed


def _interpret(source: Arrival, gates: tuple[Gate, ...]) -> Interpretation:
    if isinstance(source.delivery, RunDelivery):
        return interpret_run(source.delivery, source.event.id)
    return interpret_job(source.delivery, source.event.id, gates)


def _deserves_spans(interpretation: Interpretation, emitted: Emissions) -> bool:
    """Once, at the first completion, for what really ran."""
    if interpretation.phase != PHASE_COMPLETED:
        return False
    if any(e.revision // REVISIONS_PER_PHASE == PHASE_COMPLETED for e in emitted):
        return False
    subject = interpretation.subject
    return isinstance(subject, RunRecord) or subject.execution == RAN


def _subject(delivery: GitHubDelivery) -> Subject:
    host = github_host(delivery)
    if isinstance(delivery, RunDelivery):
        run = delivery.workflow_run
        return Subject(host, run.id, run.run_attempt or FIRST_ATTEMPT, None)
    job = delivery.workflow_job
    return Subject(host, job.run_id, None, job.id)
