import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from src.analysis.durations import Gate, in_order
from src.backend.arrivals import Arrival, Subject
from src.backend.decide import Emitted, Known
from src.backend.state import State
from src.shared.errors import ObjectStoreUnavailableError
from src.shared.object_store import ObjectStore, folder_store, memory_store
from tests.backend.bodies import NOW, REPOSITORY, arrival_of, job_body, run_body
from tests.backend.memory_parts import MemoryStore

pytestmark = pytest.mark.anyio

LONGEST_ID = "x" * 64
OUT = Emitted(3_000_000, "abc")


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return folder_store(tmp_path) if request.param == "folder" else memory_store()


@pytest.fixture
def state(store: ObjectStore) -> State:
    return State(store)


def on_server(html_url: str, body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "repository": {**REPOSITORY, "html_url": html_url}}


async def known_of(state: State, subject: Subject) -> Known:
    return (await state.recall([subject]))[subject]


def gate(arrival: Arrival) -> Gate:
    assert arrival.gate is not None
    return arrival.gate


WAITING = arrival_of(job_body("waiting"), "waiting-1", seconds=1.5)
QUEUED = arrival_of(job_body("queued"), "queued-1", seconds=60)
COMPLETED = arrival_of(job_body("completed"), "completed-1", seconds=700)


async def test_nothing_is_known_of_what_never_came(state: State):
    assert await state.recall([]) == {}
    assert await known_of(state, COMPLETED.subject) == Known()


async def test_gates_are_remembered_with_the_moment_they_came(state: State):
    await state.note([QUEUED, WAITING])

    known = await known_of(state, QUEUED.subject)

    assert known.gates == (gate(WAITING), gate(QUEUED))
    assert known.gates[0].received_at == NOW + timedelta(seconds=1.5)


async def test_a_redelivered_gate_keeps_its_first_moment(state: State):
    again = arrival_of(job_body("waiting"), "waiting-1", seconds=3600)

    await state.note([again])
    await state.note([WAITING])
    await state.note([again])

    gates = (await known_of(state, WAITING.subject)).gates
    assert len(gates) == 2
    assert in_order(gates) == [gate(WAITING)]


@pytest.mark.parametrize("delivery_id", [LONGEST_ID, "a", "-", "--a--", "_", "waiting-queued-1"])
async def test_any_delivery_id_comes_back_whole(state: State, delivery_id: str):
    waiting = arrival_of(job_body("waiting"), delivery_id)
    completed = arrival_of(job_body("completed"), delivery_id)

    await state.note([waiting, completed])

    known = await known_of(state, waiting.subject)
    assert known.gates == (gate(waiting),)
    assert [arrival.event.id for arrival in known.completed] == [delivery_id]


@pytest.mark.parametrize("order", [[COMPLETED, WAITING], [WAITING, COMPLETED]])
async def test_a_gated_job_s_completion_is_read_again(state: State, order: list[Arrival]):
    for arrival in order:
        await state.note([arrival])

    known = await known_of(state, COMPLETED.subject)

    [completed] = known.completed
    assert completed.delivery == COMPLETED.delivery
    assert completed.event.received_at == COMPLETED.event.received_at


async def test_a_job_without_approval_needs_no_second_reading(state: State):
    await state.note([QUEUED, COMPLETED])

    known = await known_of(state, COMPLETED.subject)

    assert (known.gates, known.completed) == ((gate(QUEUED),), ())


async def test_what_is_out_is_remembered(state: State):
    other = Emitted(2_000_000, "def")

    await state.remember([(COMPLETED.subject, OUT), (COMPLETED.subject, other)])
    await state.remember([(COMPLETED.subject, OUT)])

    assert (await known_of(state, COMPLETED.subject)).emitted == {OUT, other}


SUBJECTS = [
    arrival_of(run_body()),
    arrival_of(run_body(run_attempt=2)),
    arrival_of(run_body(id=3010)),
    arrival_of(run_body(id=501)),
    arrival_of(job_body()),
    arrival_of(job_body(id=5010)),
    arrival_of(job_body(id=301)),
    arrival_of(on_server("https://ghes.example/o/r", job_body())),
    arrival_of(on_server("https://ghes.example:8443/o/r", job_body())),
    arrival_of(on_server("https://ghes.example/o/r", run_body())),
]


async def test_no_two_subjects_share_what_is_known(state: State):
    subjects = [arrival.subject for arrival in SUBJECTS]
    assert len(set(subjects)) == len(subjects)
    names = {subject: Emitted(number, "x") for number, subject in enumerate(subjects)}

    await state.remember(names.items())

    known = await state.recall([*subjects, *subjects])
    assert {subject: known[subject].emitted for subject in subjects} == {
        subject: {name} for subject, name in names.items()
    }


async def test_a_run_without_an_attempt_is_its_first(state: State):
    await state.remember([(arrival_of(run_body(run_attempt=1)).subject, OUT)])

    assert (await known_of(state, arrival_of(run_body(run_attempt=...)).subject)).emitted == {OUT}


async def test_a_job_is_the_same_with_and_without_its_attempt(state: State):
    await state.note([arrival_of(job_body("waiting", run_attempt=2), "one")])

    known = await known_of(state, arrival_of(job_body("queued", run_attempt=...)).subject)

    assert [gate.delivery_id for gate in known.gates] == ["one"]


async def test_a_store_that_is_away_is_said_so(tmp_path: Path):
    state = State(folder_store(tmp_path))
    (tmp_path / "state").write_text("no folder")

    for call in (
        state.note([WAITING]),
        state.recall([WAITING.subject]),
        state.remember([(WAITING.subject, OUT)]),
    ):
        with pytest.raises(ObjectStoreUnavailableError):
            await call


async def test_no_call_is_still_at_work_when_another_has_failed():
    class SlowStore(MemoryStore):
        at_work = 0

        async def create(self, key: str, body: bytes) -> bool:
            if "gate-" in key:
                raise ObjectStoreUnavailableError("down")
            self.at_work += 1
            await asyncio.sleep(0.01)
            self.at_work -= 1
            return await super().create(key, body)

    store = SlowStore()

    with pytest.raises(ObjectStoreUnavailableError):
        await State(store).note([WAITING, COMPLETED])  # type: ignore[arg-type]

    assert store.at_work == 0
    completed, mark = sorted(store.objects)
    assert completed.rpartition("/")[2].startswith("completed-completed-1.1-")
    assert mark.startswith("sweep/")
