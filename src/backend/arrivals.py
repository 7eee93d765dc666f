"""An event in, what it is about out: a delivery parsed, or a batch of samples decoded. Pure."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from ..analysis.durations import QUEUED, WAITING, Gate
from ..model.batches import BatchError, NewerBatchError, decode
from ..model.ids import FIRST_ATTEMPT
from ..model.samples import SAMPLES, Batch
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
from ..shared.job_timeline import timeline_of
from ..shared.messages import Event
from ..shared.sent_batches import Identity, read_sent_batch
from .batch_facts import BatchFact, fact_of

_GITHUBS_GROUP = "GitHub Actions"
RECEIVED_YEARS = range(2000, 5000)  # the moment becomes part of a key, in milliseconds since 1970


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about: a run attempt, or a job, whose id needs no attempt beside it.

    Of samples whose sampler does not know its job's id: the runner, within a run attempt.
    """

    host: str
    run_id: int
    attempt: int | None
    job_id: int | None
    runner: str | None = None


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
    def is_completed(self) -> bool:
        """Whether what comes late could change what this event means.

        A gate or samples do so to a job, jobs to a run.
        """
        return self.delivery.action == "completed"

    @property
    def run(self) -> Subject:
        """The run attempt that it is about, or whose job it is about."""
        if isinstance(self.delivery, RunDelivery):
            return self.subject
        attempt = self.delivery.workflow_job.run_attempt or FIRST_ATTEMPT
        return Subject(self.subject.host, self.subject.run_id, attempt, None)

    @property
    def runner(self) -> Subject | None:
        """Where samples may be that do not name the job; GitHub's own runners always name it."""
        if isinstance(self.delivery, RunDelivery):
            return None
        job = self.delivery.workflow_job
        if not job.runner_name or job.runner_group_name == _GITHUBS_GROUP:
            return None
        return replace(self.run, runner=job.runner_name)

    @property
    def times_ms(self) -> tuple[int, int] | None:
        """From when to when a job ran, epoch milliseconds; None where that is not known."""
        if isinstance(self.delivery, RunDelivery):
            return None
        told = timeline_of(self.delivery.workflow_job)
        if told.start_ms is None or told.end_ms is None:
            return None
        return told.start_ms, told.end_ms


@dataclass(frozen=True, slots=True, eq=False)
class SamplesArrival:
    """An event with its batch decoded, and how that is called in the store."""

    event: Event
    identity: Identity
    batch: Batch
    subject: Subject
    fact: BatchFact


AnyArrival: TypeAlias = Arrival | SamplesArrival


def is_of_finished_run(arrival: AnyArrival) -> bool:
    """Whether it says that a run is over."""
    return (
        isinstance(arrival, Arrival)
        and isinstance(arrival.delivery, RunDelivery)
        and arrival.is_completed
    )


def arrive(event: Event) -> AnyArrival:
    """Read an event.

    Raises:
        UndecodableMessageError: a body that is none of its kind; NewerMessageError: a kind that
            nobody here knows.
    """
    if event.received_at.year not in RECEIVED_YEARS:
        raise UndecodableMessageError("the event was received at no plausible time")
    if event.kind == SAMPLES:
        return _samples(event)
    if event.kind in EVENTS:
        return _delivery(event)
    raise NewerMessageError(f"events of kind {event.kind!r} are not known here")


def _delivery(event: Event) -> Arrival:
    if not is_delivery_id(event.id):
        raise UndecodableMessageError("the event's id is no delivery id")
    try:
        delivery = parse_delivery(event.kind, event.body)
    except DeliveryRefusedError as exc:
        raise UndecodableMessageError(str(exc)) from exc
    return Arrival(event, delivery, _subject(delivery))


def _samples(event: Event) -> SamplesArrival:
    sent = read_sent_batch(event.body)
    try:
        batch = decode(bytes(sent.batch))
    except NewerBatchError as exc:
        raise NewerMessageError(f"a newer batch: {exc}") from exc
    except BatchError as exc:
        raise UndecodableMessageError(f"not a batch: {exc}") from exc
    fact = fact_of(sent, batch, event.received_at)
    return SamplesArrival(event, sent.identity, batch, _whose(sent.identity, batch), fact)


def _whose(identity: Identity, batch: Batch) -> Subject:
    """The job by its id, as signed or else as declared; where neither tells it, the runner."""
    job_id = identity.job_id or _number(batch, "job_id")
    if job_id:
        return Subject(identity.host, identity.run_id, None, job_id)
    runner = batch.job.get("runner_name")
    if not runner or not isinstance(runner, str):
        raise UndecodableMessageError("a batch that names neither its job nor its runner")
    attempt = identity.run_attempt or _number(batch, "run_attempt") or FIRST_ATTEMPT
    return Subject(identity.host, identity.run_id, attempt, None, runner)


def _number(batch: Batch, name: str) -> int | None:
    value = batch.job.get(name)
    return value if isinstance(value, int) else None


def _subject(delivery: GitHubDelivery) -> Subject:
    host = github_host(delivery)
    if isinstance(delivery, RunDelivery):
        run = delivery.workflow_run
        return Subject(host, run.id, run.run_attempt or FIRST_ATTEMPT, None)
    job = delivery.workflow_job
    return Subject(host, job.run_id, None, job.id)
