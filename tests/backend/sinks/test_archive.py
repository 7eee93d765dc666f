"""What is completed is kept once, in every store, and is what the worker handed over."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from src.analysis.job_document import parse_course, parse_verdict
from src.backend.sinks.archive import Archive
from src.model.records import PHASE_IN_PROGRESS, JobRecord, RunRecord
from src.shared.archived_runs import find_attempts, latest_run, read_document
from src.shared.azure_account import account_by_connection_string
from src.shared.azure_clients import open_container
from src.shared.errors import ObjectStoreUnavailableError
from src.shared.object_store import ObjectStore, bucket_store, folder_store, memory_store
from tests.azurite import Azurite, fresh_name
from tests.backend.archived_days import Kept, completed, fill
from tests.moto_service import Bucket, running_moto

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with running_moto(tmp_path_factory.mktemp("moto")) as bucket:
        yield bucket


@pytest.fixture(params=["memory", "folder", "azure", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "memory":
        return memory_store()
    if request.param == "folder":
        return folder_store(tmp_path)
    if request.param == "azure":
        azurite: Azurite = request.getfixturevalue("azurite")
        account = account_by_connection_string(azurite.connection_string)
        return open_container(account, fresh_name(), None, may_create=True)
    s3: Bucket = request.getfixturevalue("s3")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    for name, value in s3.variables.items():
        monkeypatch.setenv(name, value)
    return bucket_store(s3.name, fresh_name())


def of_one_run() -> tuple[Kept, ...]:
    """The first attempt of a run with sampled jobs, and others."""
    sampled = next(kept for kept in completed() if kept.verdict)
    run_id, attempt = of(sampled).workflow_run_id, of(sampled).run_attempt
    return tuple(
        kept
        for kept in completed()
        if (of(kept).workflow_run_id, of(kept).run_attempt) == (run_id, attempt)
    )


def of(kept: Kept) -> RunRecord | JobRecord:
    return kept.interpretation.subject


def jobs(told: tuple[Kept, ...]) -> list[Kept]:
    return [kept for kept in told if isinstance(of(kept), JobRecord)]


async def test_what_was_kept_is_one_document(store: ObjectStore):
    told = of_one_run()

    await fill(Archive(store), told)

    [(attempt, keys)] = (await find_attempts(store, of(told[0]).workflow_run_id)).items()
    document = await read_document(store, keys)
    assert attempt.repository_id == of(told[0]).repository_id
    assert document["complaints"] == []
    assert document["run"]["conclusion"] in {"success", "failure"}
    assert {job["record_id"] for job in document["jobs"]} == {
        of(job).record_id for job in jobs(told)
    }
    by_id = {job["record_id"]: job for job in document["jobs"]}
    for job in jobs(told):
        part = by_id[of(job).record_id]
        assert parse_verdict(part) == job.verdict
        assert (parse_course(part) is not None) == (job.verdict is not None)
        assert len(part["steps"]) == len(job.interpretation.steps)


async def test_keeping_again_changes_nothing(store: ObjectStore):
    told = of_one_run()
    await fill(Archive(store), told)
    before = sorted(await store.keys("archive/"))

    await fill(Archive(store), (*told, *told))

    assert sorted(await store.keys("archive/")) == before
    # One a run and a job, and one by which the repository's runs are found.
    assert len(before) == len(told) + 1


async def test_a_whole_day_is_found_by_its_runs():
    store = memory_store()
    await fill(Archive(store), completed())

    for kept in completed():
        assert await find_attempts(store, of(kept).workflow_run_id)
    names = {of(kept).repository_full_name for kept in completed()}
    for name in names:
        newest = max(
            of(kept).workflow_run_id
            for kept in completed()
            if of(kept).repository_full_name == name
        )
        assert await latest_run(store, "github.com", name) == newest


async def test_a_correction_is_another_part_and_counts():
    store, (kept, *_) = memory_store(), jobs(of_one_run())
    subject = of(kept)
    corrected = replace(subject, revision=subject.revision + 1, content_hash="late")

    await fill(
        Archive(store),
        (kept, kept._replace(interpretation=replace(kept.interpretation, subject=corrected))),
    )

    [keys] = (await find_attempts(store, subject.workflow_run_id)).values()
    [job] = (await read_document(store, keys))["jobs"]
    assert len(keys) == 2
    assert job["content_hash"] == "late"


async def test_what_is_not_completed_is_not_kept():
    store, (kept, *_) = memory_store(), of_one_run()
    running = replace(kept.interpretation, phase=PHASE_IN_PROGRESS)

    await Archive(store).keep(running)

    assert await store.keys("archive/") == []


class AwayStore(ObjectStore):
    """In memory, where it is there."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.is_away = True

    async def create(self, key: str, body: bytes) -> bool:
        if self.is_away:
            raise ObjectStoreUnavailableError("away")
        return await super().create(key, body)


async def test_a_store_that_is_away_is_told_and_asked_again():
    store, (kept, *_) = AwayStore(), of_one_run()
    archive = Archive(store)
    with pytest.raises(ObjectStoreUnavailableError):
        await archive.keep(kept.interpretation)

    store.is_away = False
    await archive.keep(kept.interpretation)

    assert len(await store.keys("archive/")) == 2


async def test_what_finds_a_run_is_written_once_however_many_jobs_it_has():
    store, told = CountingStore(), of_one_run()

    await fill(Archive(store), told)

    assert len(store.keys_created) == len(told) + 1


async def test_only_so_many_runs_are_kept_in_mind(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("src.backend.sinks.archive.MOST_NOTED", 1)
    store, (kept, *_) = CountingStore(), of_one_run()
    archive = Archive(store)
    other = replace(of(kept), workflow_run_id=1)
    interpretations = [kept.interpretation, replace(kept.interpretation, subject=other)]

    for interpretation in (*interpretations, *interpretations):
        await archive.keep(interpretation)

    assert len(store.keys_created) == 8


class CountingStore(ObjectStore):
    """In memory, and remembers what it was asked to create."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.keys_created: list[str] = []

    async def create(self, key: str, body: bytes) -> bool:
        self.keys_created.append(key)
        return await super().create(key, body)
