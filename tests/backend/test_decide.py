"""Order, duplicates and late facts, without any I/O: a memory stands in for the state."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.durations import Gate, was_gated
from src.backend.arrivals import Arrival, Subject, arrive
from src.backend.decide import Emission, Emitted, Known, decide
from src.model.records import JobRecord
from src.shared.errors import UndecodableMessageError
from src.shared.messages import Event
from tests.backend.bodies import NOW, arrival_of, at, event_of, job_body, run_body


@dataclass
class Memory:
    """Facts first, then a look at all of them: what State does, in a dictionary."""

    gates: dict[Subject, set[Gate]] = field(default_factory=dict)
    completed: dict[Subject, dict[str, Arrival]] = field(default_factory=dict)
    emitted: dict[Subject, set[Emitted]] = field(default_factory=dict)
    out: list[Emission] = field(default_factory=list)

    def take(self, arrival: Arrival) -> tuple[Emission, ...]:
        subject = arrival.subject
        if gate := arrival.gate:
            self.gates.setdefault(subject, set()).add(gate)
        if arrival.is_completed and subject.job_id is not None:
            self.completed.setdefault(subject, {}).setdefault(arrival.event.id, arrival)
        gates = tuple(self.gates.get(subject, ()))
        done = tuple(self.completed.get(subject, {}).values()) if was_gated(gates) else ()
        emissions = decide(arrival, Known(gates, done, frozenset(self.emitted.get(subject, ()))))
        self.emitted.setdefault(subject, set()).update(e.name for e in emissions)
        self.out.extend(emissions)
        return emissions

    def newest(self) -> dict[str, Any]:
        """What the saved functions keep: the highest revision, ties by content."""
        best: dict[str, Any] = {}
        for emission in self.out:
            subject = emission.interpretation.subject
            for record in (subject, *emission.interpretation.steps):
                rank = (subject.revision, subject.content_hash)
                if record.record_id not in best or rank > best[record.record_id][0]:
                    best[record.record_id] = (rank, record)
        return {record_id: record for record_id, (_, record) in best.items()}


def told(arrivals: Sequence[Arrival]) -> Memory:
    memory = Memory()
    for arrival in arrivals:
        memory.take(arrival)
    return memory


GATED_JOB = [
    arrival_of(run_body("requested"), "r-1", 0),
    arrival_of(job_body("queued"), "d-1", 1),
    arrival_of(job_body("waiting"), "d-2", 1),
    arrival_of(job_body("queued"), "d-3", 601),
    arrival_of(run_body("in_progress"), "r-2", 602),
    arrival_of(job_body("in_progress", started_at=at("12:10:11")), "d-4", 611),
    arrival_of(
        job_body("completed", started_at=at("12:10:11"), completed_at=at("12:11:11")), "d-5", 671
    ),
    arrival_of(run_body("completed"), "r-3", 672),
]


def test_in_order_the_approval_is_apart():
    job = told(GATED_JOB).newest()["github.com/jobs/501"]
    assert isinstance(job, JobRecord)
    assert (job.approval_seconds, job.queue_seconds, job.duration_seconds) == (600.0, 10.0, 60.0)


@given(st.permutations(range(len(GATED_JOB))), st.lists(st.integers(0, len(GATED_JOB) - 1)))
def test_any_order_with_duplicates_gives_the_same_tables(order: list[int], again: list[int]):
    shuffled = told([GATED_JOB[i] for i in (*order, *again)])
    assert shuffled.newest() == told(GATED_JOB).newest()


TWICE_COMPLETED = [
    *GATED_JOB[1:4],
    *(
        arrival_of(
            job_body(run_attempt=n, started_at=at("12:10:11"), completed_at=at("12:11:11")),
            f"d-{9 - n}",
            671 + n,
        )
        for n in (1, 2)
    ),
]


@given(st.permutations(range(len(TWICE_COMPLETED))))
def test_two_different_completions_end_in_the_same_table_in_any_order(order: list[int]):
    assert told([TWICE_COMPLETED[i] for i in order]).newest() == told(TWICE_COMPLETED).newest()


REDELIVERED_GATES = [
    *GATED_JOB[1:4],
    arrival_of(job_body("waiting"), "d-2", 300),
    arrival_of(job_body("queued"), "d-3", 9000),
    GATED_JOB[6],
]


@given(st.permutations(range(len(REDELIVERED_GATES))))
def test_redelivered_gates_end_in_the_same_table_in_any_order(order: list[int]):
    newest = told([REDELIVERED_GATES[i] for i in order]).newest()
    assert newest == told(REDELIVERED_GATES).newest()
    assert newest["github.com/jobs/501"].approval_seconds == 600.0


UNFINISHED = GATED_JOB[1:6]


@given(st.permutations(range(len(UNFINISHED))))
def test_a_job_that_still_runs_is_the_same_in_any_order(order: list[int]):
    assert told([UNFINISHED[i] for i in order]).newest() == told(UNFINISHED).newest()


@given(st.permutations(range(len(GATED_JOB))), st.lists(st.integers(0, len(GATED_JOB) - 1)))
def test_spans_go_out_once(order: list[int], again: list[int]):
    memory = told([GATED_JOB[i] for i in (*order, *again)])
    with_spans = [e.interpretation.subject.record_id for e in memory.out if e.spans]
    assert sorted(with_spans) == ["github.com/jobs/501", "github.com/runs/301/attempts/1"]


def test_two_completions_noted_before_a_gate_that_comes_with_them_are_emitted_once():
    completed = [arrival_of(job_body(), "d-5"), arrival_of(job_body(), "d-6")]
    waiting = GATED_JOB[2]
    assert waiting.gate is not None
    emissions = decide(waiting, Known((waiting.gate,), tuple(completed)))
    assert [e.spans for e in emissions if e.interpretation.phase == 3] == [True]


def test_a_duplicate_emits_nothing():
    memory = told(GATED_JOB)
    assert [memory.take(arrival) for arrival in GATED_JOB] == [()] * len(GATED_JOB)


def test_completed_before_in_progress_stays_completed():
    memory = told([GATED_JOB[6], GATED_JOB[5]])
    assert memory.newest()["github.com/jobs/501"].status == "completed"


def test_while_waiting_the_newest_gate_tells_the_status():
    memory = told(GATED_JOB[1:3])
    assert memory.newest()["github.com/jobs/501"].status == "waiting"
    memory.take(GATED_JOB[3])
    assert memory.newest()["github.com/jobs/501"].status == "queued"


def test_a_gate_that_comes_after_the_completion_corrects_it():
    memory = told([GATED_JOB[1], GATED_JOB[6]])
    assert memory.newest()["github.com/jobs/501"].approval_seconds is None
    memory.take(GATED_JOB[2])
    corrected = [e for e in memory.take(GATED_JOB[3]) if e.interpretation.phase == 3]
    assert [e.spans for e in corrected] == [False]
    assert memory.newest()["github.com/jobs/501"].approval_seconds == 600.0


def test_a_redelivered_gate_counts_once_and_when_it_first_came():
    memory = told(GATED_JOB)
    memory.take(arrival_of(job_body("queued"), "d-3", 9000))
    assert memory.newest()["github.com/jobs/501"].queue_seconds == 10.0


def test_a_completion_with_other_content_is_emitted_again_without_spans():
    memory = told([arrival_of(job_body(), "d-1")])
    [emission] = memory.take(arrival_of(job_body(run_attempt=2), "d-2"))
    assert not emission.spans


@pytest.mark.parametrize(
    "changes",
    [
        {
            "conclusion": "skipped",
            "steps": [],
            "labels": [],
            "runner_id": None,
            "runner_name": None,
        },
        {"created_at": at("11:30:00")},
    ],
    ids=["skipped", "reused"],
)
def test_what_did_not_run_has_no_span(changes: dict[str, Any]):
    [emission] = told([arrival_of(job_body(**changes))]).out
    assert not emission.spans


def test_attempts_are_told_apart():
    first, second = run_body(conclusion="failure"), run_body(run_attempt=2)
    newest = told([arrival_of(first, "a"), arrival_of(second, "b")]).newest()
    assert {key: record.conclusion for key, record in newest.items()} == {
        "github.com/runs/301/attempts/1": "failure",
        "github.com/runs/301/attempts/2": "success",
    }


@pytest.mark.parametrize("year", [1, 1969, 9999])
def test_an_event_received_at_no_plausible_time_is_none_of_ours(year: int):
    event = event_of(job_body("queued"))
    odd = Event(event.kind, event.id, event.received_at.replace(year=year), event.body)
    with pytest.raises(UndecodableMessageError, match="plausible"):
        arrive(odd)


@pytest.mark.parametrize(
    ("kind", "delivery_id", "body"),
    [
        ("issues", "d-1", b"{}"),
        ("workflow_job", "d-1", b"[1]"),
        ("workflow_job", "d-1", b'{"action":"queued","workflow_job":null}'),
        ("workflow_run", "../../etc", b"{}"),
    ],
)
def test_what_is_no_delivery_is_said_to_be_none(kind: str, delivery_id: str, body: bytes):
    with pytest.raises(UndecodableMessageError):
        arrive(Event(kind, delivery_id, NOW, msgspec.Raw(body)))
