"""What was kept is found again by the run's number, or as the latest of its repository."""

import pytest

from src.model.document import JOB, RUN, document, encode
from src.shared.archive_keys import attempt_of, part_key, repository_key
from src.shared.archived_runs import find_attempts, latest_run, read_document
from src.shared.object_store import ObjectStore, memory_store
from tests.model.made_records import JOB_RECORD, RUN_RECORD

pytestmark = pytest.mark.anyio

RUN_PART = document(RUN, RUN_RECORD)
JOB_PART = {**document(JOB, JOB_RECORD), "steps": []}
EARLIER = {**RUN_PART, "run_attempt": 1, "record_id": "github.com/runs/301/attempts/1"}
ELSEWHERE = {**RUN_PART, "host": "github.example.com"}


@pytest.fixture
async def store() -> ObjectStore:
    store = memory_store()
    for part in (RUN_PART, JOB_PART, EARLIER, ELSEWHERE):
        await store.create(part_key(part), encode(part))
        await store.create(repository_key(part), b"")
    return store


async def test_a_run_has_its_attempts_of_all_hosts(store: ObjectStore):
    found = await find_attempts(store, 301)

    assert list(found) == [attempt_of(part) for part in (EARLIER, RUN_PART, ELSEWHERE)]
    assert await find_attempts(store, 30) == {}


async def test_an_attempts_parts_make_its_document(store: ObjectStore):
    found = await find_attempts(store, 301)

    told = await read_document(store, found[attempt_of(RUN_PART)])

    assert told == {"version": 1, "run": RUN_PART, "jobs": [JOB_PART], "complaints": []}


async def test_what_is_deleted_meanwhile_is_not_missed(store: ObjectStore):
    found = await find_attempts(store, 301)
    await store.delete(part_key(JOB_PART))

    told = await read_document(store, found[attempt_of(RUN_PART)])

    assert (told["jobs"], told["complaints"]) == ([], [])


async def test_what_is_torn_is_told(store: ObjectStore):
    torn = {**JOB_PART, "job_id": 7}
    await store.create(part_key(torn), encode(torn)[:-5])
    found = await find_attempts(store, 301)

    told = await read_document(store, found[attempt_of(RUN_PART)])

    assert told["jobs"] == [JOB_PART]
    assert told["complaints"] == [f"{part_key(torn)} was left out: it is torn, or no document"]


async def test_the_latest_run_of_a_repository_is_found_by_its_name(store: ObjectStore):
    later = {**RUN_PART, "workflow_run_id": 1000}
    await store.create(repository_key(later), b"")

    assert await latest_run(store, "github.com", "acme/ROCKET") == 1000
    assert await latest_run(store, "github.example.com", "acme/rocket") == 301
    assert await latest_run(store, "github.com", "acme/rock") is None
