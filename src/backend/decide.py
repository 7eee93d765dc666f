"""An event and what is known of its subject in; what to emit and what to remember out. Pure.

Deliveries come in any order, any number of times, or never. Order does not matter here because a
decision is made from the set of facts known, not from the way they came: every event first adds
its own fact, then looks at all of them. Duplicates do not matter because what was emitted before
is known by its fingerprint.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeAlias

from ..analysis.durations import RAN, Gate, was_gated
from ..model.records import PHASE_COMPLETED, REVISIONS_PER_PHASE, RunRecord, revision
from ..shared.github_events import RunDelivery
from .arrivals import AnyArrival, Arrival, SamplesArrival, Subject
from .batch_facts import BatchFact, are_complete
from .interpret import Interpretation, corrections_by, interpret_job, interpret_run
from .judging import Judged, Sampled
from .lookouts import Lookout
from .run_totals import NO_JOBS, FinishedJobs, JobTotal, total_of

PATIENCE = timedelta(minutes=2)  # for a job's last samples, after its completion came


@dataclass(frozen=True, slots=True)
class Emitted:
    """What names an emission: the place in its subject's life, and its content.

    Attributes:
        total: what a finished job adds to its run.
        title: such a job's name, where it is at hand.
    """

    revision: int
    content_hash: str
    total: JobTotal | None = field(default=None, compare=False)
    title: str = field(default="", compare=False)

    @property
    def rank(self) -> tuple[int, str]:
        """The highest is the truth."""
        return self.revision, self.content_hash

    @property
    def correction(self) -> int:
        """How many facts corrected it, since its subject came to this phase of its life."""
        return self.revision % REVISIONS_PER_PHASE


Emissions: TypeAlias = frozenset[Emitted]


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a subject, this event's own fact included; redeliveries too.

    Attributes:
        gates: of a job, its queued and waiting deliveries.
        completed: its completions; there only where a gate or samples may change what they mean.
        emitted: what is out.
        batches: its samples; there only where it is completed.
        sampled: whose they are in the store: the job's own, or its runner's.
        batch_count: how many there are, those that nobody believes included: it never falls, so
            what is told later has a higher revision.
        lookouts: late batches of it whose letters look for others, at once or after a wait.
        judged: what they say, by the completion's delivery id; empty before they are all there.
        jobs: of a run that is over, its jobs that are.
    """

    gates: tuple[Gate, ...] = ()
    completed: tuple[Arrival, ...] = ()
    emitted: Emissions = frozenset()
    batches: tuple[BatchFact, ...] = ()
    sampled: Subject | None = None
    batch_count: int = 0
    lookouts: tuple[Lookout, ...] = ()
    judged: Mapping[str, Judged] = field(default_factory=dict)
    jobs: FinishedJobs = NO_JOBS


@dataclass(frozen=True)
class Emission:
    """Records that go out together, and whether their spans go with them, at this moment."""

    interpretation: Interpretation
    spans: bool
    received_at: datetime

    @cached_property
    def name(self) -> Emitted:
        """What to remember of it; asked for many times."""
        subject = self.interpretation.subject
        revision, content_hash = subject.revision, subject.content_hash
        if isinstance(subject, RunRecord):
            return Emitted(revision, content_hash)
        return Emitted(revision, content_hash, total_of(subject), subject.job_name)

    @property
    def clamped_count(self) -> int:
        """How many durations came out negative."""
        records = (self.interpretation.subject, *self.interpretation.steps)
        return sum(record.clamped_count for record in records)


def is_waiting(known: Known, now: datetime) -> bool:
    """Whether a job is over, and its last samples may still be on their way.

    Nobody waits for long, or where no samples came. A clock that was set back ends the waiting too.
    """
    if not known.batches or are_complete(known.batches):
        return False
    return any(abs(now - each.event.received_at) < PATIENCE for each in known.completed)


def is_corrected_by_samples(known: Known, now: datetime) -> bool:
    """Whether samples that come now are late: their job's end was told, and nobody waits for it."""
    return bool(known.completed) and _is_end_out(known.emitted) and not is_waiting(known, now)


def is_told(known: Known) -> bool:
    """Whether the end of a job is out, with no fewer facts than are known."""
    newest = revision(PHASE_COMPLETED, corrections_by(known.gates, known.batch_count))
    return any(emitted.revision >= newest for emitted in known.emitted)


def decide(arrival: AnyArrival, known: Known) -> tuple[Emission, ...]:
    """What to emit now: what this event means, and what it corrects, unless it is out already."""
    out: dict[Emitted, Emission] = {}
    for source in _sources(arrival, known):
        emitted = known.emitted.union(out)  # two completions of one job may say the same
        interpretation = interpret(source, known)
        emission = Emission(
            interpretation,
            spans=_deserves_spans(interpretation, emitted),
            received_at=source.event.received_at,
        )
        if emission.name not in emitted:
            out[emission.name] = emission
    return tuple(out.values())


def _sources(arrival: AnyArrival, known: Known) -> Iterator[Arrival]:
    """The deliveries whose meaning is told: what the arrival is, or what it may change."""
    if isinstance(arrival, SamplesArrival):
        yield from known.completed
        return
    yield arrival
    # An approval's delivery that comes after the completion changes the job's queue time; and where
    # a completion is told anew, by samples that came since, so is every other that contradicts it.
    if arrival.is_completed or (arrival.gate and was_gated(known.gates)):
        yield from (each for each in known.completed if each.event.id != arrival.event.id)


def interpret(source: Arrival, known: Known) -> Interpretation:
    """What a delivery means, by what else is known."""
    name = source.event.id
    if isinstance(source.delivery, RunDelivery):
        return interpret_run(source.delivery, name, known.jobs)
    sampled = Sampled(known.batch_count, known.judged.get(name))
    return interpret_job(source.delivery, name, known.gates, sampled)


def _deserves_spans(interpretation: Interpretation, emitted: Emissions) -> bool:
    """Once, at the first completion, for what really ran."""
    if interpretation.phase != PHASE_COMPLETED:
        return False
    if _is_end_out(emitted):
        return False
    subject = interpretation.subject
    return isinstance(subject, RunRecord) or subject.execution == RAN


def _is_end_out(emitted: Emissions) -> bool:
    return any(e.revision // REVISIONS_PER_PHASE == PHASE_COMPLETED for e in emitted)
