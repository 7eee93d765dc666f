"""A job and its verdict in; the document of a build in a bucket, where tools for builds look, out.

    HOST/REPOSITORY_ID/VERSION/TIMESTAMP/JOB_TIMESTAMP.json
    HOST/REPOSITORY_ID/latest/JOB_VERSION.json

The version is the branch or tag that was built, the timestamp when the job began. These are copies
for others, and the last one written counts; the truth is in the archive.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from obstore.store import S3Store

from ...analysis.build_document import build_document
from ...analysis.verdict import Verdict
from ...model.records import JobRecord
from ...model.samples import Batch
from ...shared.errors import ObjectMissingError, SettingsError
from ...shared.object_store import NO_RETRIES, ObjectStore, client_options, segment

BUCKET, ENDPOINT = "TELEMETRY_BUCKET", "MINIO_ENDPOINT"
ACCESS_KEY, SECRET_KEY = "MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"
VARIABLES = (BUCKET, ENDPOINT, ACCESS_KEY, SECRET_KEY)

_REGION = "us-east-1"  # MinIO's own, unless somebody has given it another
_UNKNOWN = "unknown"


class BuildBucket:
    """Keeps the documents of builds that samplers watched."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @property
    def store(self) -> ObjectStore:
        """What it writes to."""
        return self._store

    async def keep(self, job: JobRecord, verdict: Verdict, batches: Sequence[Batch]) -> None:
        """Write the job's document, and as the latest of its version unless a later one is that.

        Of two that are written in the same moment either may be the latest.

        Raises:
            ObjectStoreUnavailableError: the bucket did not take it; trying again may help.
        """
        version = job.branch or _UNKNOWN
        told = _document(job, verdict, batches, version)
        body = json.dumps(told, indent=2).encode()
        folder = f"{segment(job.host)}/{job.repository_id}"
        name, stamp = segment(job.job_name), _stamp(verdict)
        of_version = f"{folder}/{segment(version)}/{stamp}"
        await self._store.replace(f"{of_version}/{name}_{stamp}.json", body)
        latest = f"{folder}/latest/{name}_{segment(version)}.json"
        if not await self._has_later(latest, told["job_start"]):
            await self._store.replace(latest, body)

    async def _has_later(self, key: str, start_seconds: float | None) -> bool:
        try:
            known = json.loads(await self._store.read(key))
        except (ObjectMissingError, ValueError):
            return False
        start = known.get("job_start") if isinstance(known, dict) else None
        return isinstance(start, int | float) and start > (start_seconds or 0)


def open_build_bucket(environment: Mapping[str, str]) -> BuildBucket | None:
    """The bucket that these variables name, None where they name none; nothing is reached here.

    Raises:
        SettingsError: some are set and others are not, or the endpoint is no URL.
    """
    told = {name: environment.get(name, "") for name in VARIABLES}
    if not any(told.values()):
        return None
    missing = [name for name, value in told.items() if not value]
    if missing:
        raise SettingsError(f"{', '.join(missing)}: not set, though others of {_all()} are")
    if not told[ENDPOINT].startswith(("http://", "https://")):
        raise SettingsError(f"{ENDPOINT}: no http:// or https:// URL")
    backing = S3Store(
        told[BUCKET],
        endpoint=told[ENDPOINT],
        region=_REGION,
        access_key_id=told[ACCESS_KEY],
        secret_access_key=told[SECRET_KEY],
        virtual_hosted_style_request=False,
        client_options=client_options(told[ENDPOINT]),
        retry_config=NO_RETRIES,
    )
    return BuildBucket(ObjectStore(backing))


def _all() -> str:
    return f"{', '.join(VARIABLES[:-1])} and {VARIABLES[-1]}"


def _document(
    job: JobRecord, verdict: Verdict, batches: Sequence[Batch], version: str
) -> dict[str, Any]:
    used = verdict.usage
    facts = {
        "version": version,
        "runner": job.runner_name,
        "git_sha": job.commit_sha,
        "git_ref": job.branch,
        "run_id": str(job.workflow_run_id),
    }
    disk_kb = max((kb for batch in batches for kb in batch.host.filesystems.values()), default=0)
    return build_document(used, [(each.step, each.usage) for each in used.steps], facts, disk_kb)


def _stamp(verdict: Verdict) -> str:
    """`20260124_120000`."""
    start_ms = verdict.usage.job.start_ms
    if start_ms is None:
        return _UNKNOWN
    return f"{datetime.fromtimestamp(start_ms / 1000, UTC):%Y%m%d_%H%M%S}"
