"""Subjects and facts in, keys of the object store out, and back. Pure.

    state/HOST/RUN/ATTEMPT/                     of a run attempt
    state/HOST/RUN/jobs/JOB/                    of a job
        gate-MILLISECONDS-ACTION-DELIVERY       a queued or waiting delivery came then
        completed-DELIVERY                      the completed event itself
        completed-DELIVERY.RUNNER               … of a job whose samples may not name it: see
                                                `runner_mark`
        sampled                                 there are samples of it
        late-MILLISECONDS-BATCH, looked-BATCH   the letter of that late batch waits till then, and
                                                looks: see `lookouts`
        emitted-REVISION-HASH                   these rows are out
        emitted-REVISION-HASH-TOTAL             … and this is what the job adds to its run: see
                                                `run_totals`; the object holds the job's name
    samples/HOST/RUN/JOB/TIME/BATCH             a batch of samples: see `batch_facts`
    samples/HOST/RUN/ATTEMPT-RUNNER/TIME/BATCH  one whose sampler did not know its job's id

Names are percent-encoded; an attempt and a job's id cannot be taken for each other.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from hashlib import sha256

from ..analysis.durations import Gate
from ..shared import messages
from ..shared.object_store import segment
from .arrivals import AnyArrival, SamplesArrival, Subject
from .batch_facts import BatchFact
from .decide import Emitted
from .run_totals import read_total

COMPLETED, SAMPLED = "completed-", "sampled"
_GATE, _EMITTED = "gate-", "emitted-"
_FOLDER_MS = 600_000  # each batch lists its neighbours: forty of them, at one each 15 seconds
_NEAR_MS = 120_000  # batches cover up to a minute, and the one before is needed


def folder_of(subject: Subject) -> str:
    """Where all is that is remembered of it, but for its samples."""
    if subject.job_id is not None:
        return f"{jobs_folder(subject)}{subject.job_id}/"
    return f"state/{segment(subject.host)}/{subject.run_id}/{subject.attempt}/"


def runner_mark(runner: Subject) -> str:
    """What marks the completions of jobs that ran there: a runner's name may be long."""
    name = sha256((runner.runner or "").encode()).hexdigest()[:8]
    return f"{runner.attempt}-{name}"


def delivery_of(completed: str) -> str:
    """The delivery's id in the name of a completion."""
    return completed.removeprefix(COMPLETED).partition(".")[0]


def jobs_folder(run: Subject) -> str:
    """Where the folders of its jobs are, of whatever attempt."""
    return f"state/{segment(run.host)}/{run.run_id}/jobs/"


def samples_folder(subject: Subject) -> str:
    """Where its samples are, by ten minutes: who needs the latest lists no others."""
    whose = str(subject.job_id)
    if subject.runner is not None:
        whose = f"{subject.attempt}-{segment(subject.runner)}"
    return f"samples/{segment(subject.host)}/{subject.run_id}/{whose}/"


def batch_key(subject: Subject, fact: BatchFact) -> str:
    """Where this batch of a job, or of a runner, is."""
    time = fact.folder or (fact.first_ms or 0) // _FOLDER_MS
    return f"{samples_folder(subject)}{time}/{fact.name}"


def is_batch_key(key: str) -> bool:
    """Whether a batch is there, and no fact."""
    return key.startswith("samples/")


def folders_near(subject: Subject, fact: BatchFact) -> list[str]:
    """Where the batches are whose samples are at most two minutes away from this one's."""
    folder = samples_folder(subject)
    if fact.first_ms is None or fact.last_ms is None:
        return [folder]
    moments_ms = (fact.first_ms - _NEAR_MS, fact.first_ms, fact.last_ms + _NEAR_MS)
    return [f"{folder}{time}/" for time in sorted({ms // _FOLDER_MS for ms in moments_ms})]


def folder_before(subject: Subject, fact: BatchFact) -> str:
    """Where the batch before this one is if it begins long before: ten minutes, or as long as this.

    Of whoever looks seldom, or pushes seldom.
    """
    first_ms, last_ms = fact.first_ms or 0, fact.last_ms or 0
    before_ms = first_ms - max(_FOLDER_MS, last_ms - first_ms)
    return f"{samples_folder(subject)}{before_ms // _FOLDER_MS}/"


def fact_objects(arrival: AnyArrival) -> Iterator[tuple[str, bytes]]:
    """The keys and the bodies of the facts that an event adds."""
    if isinstance(arrival, SamplesArrival):
        yield batch_key(arrival.subject, arrival.fact), messages.encode([arrival.event], limit=0)
        return
    folder = folder_of(arrival.subject)
    if gate := arrival.gate:
        milliseconds = int(gate.received_at.timestamp() * 1000)
        yield f"{folder}{_GATE}{milliseconds}-{gate.action}-{gate.delivery_id}", b""
    if arrival.is_completed:
        mark = f".{runner_mark(arrival.runner)}" if arrival.runner else ""
        yield f"{folder}{COMPLETED}{arrival.event.id}{mark}", messages.encode([arrival.event])


def sampled_mark(arrival: AnyArrival) -> Iterator[str]:
    """Beside a job's facts, that it has samples: of one that has none nobody looks for them."""
    if isinstance(arrival, SamplesArrival) and arrival.subject.job_id is not None:
        yield f"{folder_of(arrival.subject)}{SAMPLED}"


def emitted_object(subject: Subject, emitted: Emitted) -> tuple[str, bytes]:
    """The key and the body of a tombstone."""
    key = f"{folder_of(subject)}{_EMITTED}{emitted.revision}-{emitted.content_hash}"
    if emitted.total is None:
        return key, b""
    return f"{key}-{emitted.total.name}", emitted.title.encode()


def read_gates(names: Iterable[str]) -> tuple[Gate, ...]:
    """The gates by these names, a redelivered one as often as it came."""
    parts = (name.split("-", 3) for name in names if name.startswith(_GATE))
    return tuple(
        Gate(datetime.fromtimestamp(int(milliseconds) / 1000, UTC), action, delivery)
        for _, milliseconds, action, delivery in parts
    )


def read_emitted(name: str) -> Emitted | None:
    """What a tombstone of this name says is out; None where it is none."""
    if not name.startswith(_EMITTED):
        return None
    _, revision, content_hash, *total = name.split("-", 3)
    return Emitted(int(revision), content_hash, read_total(total[0]) if total else None)
