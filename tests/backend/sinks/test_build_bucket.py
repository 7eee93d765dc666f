"""Documents of builds lie where tools for them look; S3 is moto's, which stands in for MinIO."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from src.analysis.build_metrics import BUILD_METRICS
from src.backend.sinks.archive import Archive
from src.backend.sinks.build_bucket import VARIABLES, BuildBucket, open_build_bucket
from src.model.records import JobRecord
from src.shared.errors import ObjectStoreUnavailableError, SettingsError
from src.shared.object_store import ObjectStore, bucket_store, memory_store
from tests.analysis.recorded import records
from tests.backend.archived_days import Kept, completed
from tests.insights.stack import free_port
from tests.moto_service import Bucket, running_moto
from tests.sampler.reported import parallel

pytestmark = pytest.mark.anyio

VERDICT, BATCHES, _ = parallel()
JOB = replace(records(VERDICT.usage.job)[0], branch="v0.10.2", job_name="build")
OF_VERSION = "github.com/77/v0.10.2/"
LATEST = "github.com/77/latest/build_v0.10.2.json"


@pytest.fixture(scope="module")
def minio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with running_moto(tmp_path_factory.mktemp("moto")) as bucket:
        yield bucket


def variables(bucket: str, endpoint: str) -> dict[str, str]:
    return {
        "TELEMETRY_BUCKET": bucket,
        "MINIO_ENDPOINT": endpoint,
        "MINIO_ACCESS_KEY": "any",
        "MINIO_SECRET_KEY": "any",
    }


async def read(store: ObjectStore, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await store.read(key))
    return found


def moved(seconds: int, name: str = "make") -> Any:
    """The verdict on a job that began so much later."""
    used = VERDICT.usage
    job = used.job._replace(start_ms=(used.job.start_ms or 0) + 1000 * seconds, name=name)
    return VERDICT._replace(usage=used._replace(job=job))


async def test_a_document_lies_below_its_version_and_as_the_latest():
    store = memory_store()

    await BuildBucket(store).keep(JOB, VERDICT, BATCHES)

    assert JOB.started_at
    stamp = f"{JOB.started_at:%Y%m%d_%H%M%S}"
    key = f"{OF_VERSION}{stamp}/build_{stamp}.json"
    assert sorted(await store.keys("github.com/")) == sorted([LATEST, key])
    assert await read(store, LATEST) == await read(store, key)


async def test_its_names_are_those_that_such_documents_have():
    store = memory_store()
    await BuildBucket(store).keep(JOB, VERDICT, BATCHES)

    told = await read(store, LATEST)

    assert list(told) == [
        *("job", "version", "timestamp", "runner", "git_sha", "git_ref", "run_id", "run_number"),
        *("job_start", "job_end", "job_duration_s", "steps", "system"),
    ]
    assert (told["version"], told["runner"], told["run_id"]) == ("v0.10.2", "runner-9", "301")
    assert [step["name"] for step in told["steps"]] == [
        each.step.name for each in VERDICT.usage.steps
    ]
    assert set(told["steps"][0]) == {
        *("name", "start_time", "end_time"),
        *(metric.name for metric in BUILD_METRICS),
    }
    assert told["system"]["disk_total_gb"] == 72


async def test_the_latest_is_the_one_that_began_last_in_whatever_order_they_come():
    store = memory_store()
    bucket = BuildBucket(store)

    for seconds in (0, 60, 30):
        await bucket.keep(JOB, moved(seconds, f"after {seconds} s"), BATCHES)

    assert (await read(store, LATEST))["job"] == "after 60 s"
    assert len(await store.keys(OF_VERSION)) == 3


async def test_a_correction_of_the_latest_is_the_latest():
    store = memory_store()
    bucket = BuildBucket(store)

    for name in ("first", "corrected"):
        await bucket.keep(JOB, moved(0, name), BATCHES)

    assert (await read(store, LATEST))["job"] == "corrected"
    assert len(await store.keys(OF_VERSION)) == 1


async def test_a_job_that_began_who_knows_when_is_kept_as_such():
    store = memory_store()
    used = VERDICT.usage
    timeless = VERDICT._replace(usage=used._replace(job=used.job._replace(start_ms=None)))

    await BuildBucket(store).keep(JOB, timeless, BATCHES)

    assert sorted(await store.keys(OF_VERSION)) == [f"{OF_VERSION}unknown/build_unknown.json"]


@pytest.mark.parametrize("body", [b"torn", b"[]", b'{"job_start": "late"}'])
async def test_what_is_no_document_is_no_later_one(body: bytes):
    store = memory_store()
    await store.create(LATEST, body)

    await BuildBucket(store).keep(JOB, VERDICT, BATCHES)

    assert (await read(store, LATEST))["version"] == "v0.10.2"


async def test_odd_names_stay_in_their_place():
    store = memory_store()
    job = replace(JOB, job_name="../x / ü", branch="feature/one")

    await BuildBucket(store).keep(job, VERDICT, BATCHES)

    assert len(await store.keys("github.com/77/feature%2Fone/")) == 1
    assert len(await store.keys("github.com/77/latest/")) == 1


async def test_without_a_branch_the_version_is_unknown():
    store = memory_store()

    await BuildBucket(store).keep(replace(JOB, branch=None), VERDICT, BATCHES)

    assert len(await store.keys("github.com/77/unknown/")) == 1


async def test_the_archive_fills_it_with_sampled_jobs_alone():
    store = memory_store()
    archive = Archive(memory_store(), BuildBucket(store))
    told = [kept for kept in completed() if not kept.verdict][:3]

    for kept in (*told, sampled()):
        await archive.keep(kept.interpretation, kept.verdict, kept.batches)

    assert len(await store.keys("github.com/")) == 2


def sampled() -> Kept:
    return next(
        kept
        for kept in completed()
        if kept.verdict and isinstance(kept.interpretation.subject, JobRecord)
    )


async def test_the_variables_lead_to_the_bucket(minio: Bucket, monkeypatch: pytest.MonkeyPatch):
    for name, value in minio.variables.items():
        monkeypatch.setenv(name, value)
    endpoint = minio.variables["AWS_ENDPOINT_URL"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    bucket = open_build_bucket(variables(minio.name, endpoint))

    assert bucket
    await bucket.keep(JOB, VERDICT, BATCHES)

    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert (await read(bucket_store(minio.name, None), LATEST))["job"] == "job"


async def test_a_bucket_that_is_away_may_be_asked_again():
    bucket = open_build_bucket(variables("builds", f"http://127.0.0.1:{free_port()}"))

    assert bucket
    with pytest.raises(ObjectStoreUnavailableError):
        await bucket.keep(JOB, VERDICT, BATCHES)


def test_without_variables_there_is_no_bucket():
    assert open_build_bucket({}) is None
    assert open_build_bucket(dict.fromkeys(VARIABLES, "")) is None


@pytest.mark.parametrize("missing", VARIABLES)
def test_half_of_the_variables_are_a_mistake(missing: str):
    told = variables("builds", "http://127.0.0.1:9000")
    del told[missing]

    with pytest.raises(SettingsError, match=f"^{missing}: not set, though"):
        open_build_bucket(told)


def test_an_endpoint_that_is_no_url_is_a_mistake():
    with pytest.raises(SettingsError, match=r"^MINIO_ENDPOINT: no http"):
        open_build_bucket(variables("builds", "127.0.0.1:9000"))
