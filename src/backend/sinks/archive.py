"""A completed run, or a job with its verdict, in; its part of the run's document in the archive.

Parts are created once and never changed (`shared/archive_keys.py`); whoever reads composes them
(`model/document.py`). Keeping a part again does nothing.
"""

from collections.abc import Sequence

from ...analysis.curves import course_of
from ...analysis.job_document import job_document, run_document
from ...analysis.verdict import Verdict
from ...model.document import encode
from ...model.records import PHASE_COMPLETED, JobRecord, RunRecord, StepRecord
from ...model.samples import Batch
from ...shared.archive_keys import part_key, repository_key
from ...shared.object_store import ObjectStore
from ..interpret import Interpretation
from .build_bucket import BuildBucket

MOST_NOTED = 10_000


class Archive:
    """Keeps what is completed."""

    def __init__(self, store: ObjectStore, bucket: BuildBucket | None = None) -> None:
        """In `store`; jobs that samplers watched in `bucket` too, where there is one."""
        self._store = store
        self._bucket = bucket
        self._noted: dict[str, None] = {}  # what finds a run is written once, not with each job

    async def keep(
        self,
        interpretation: Interpretation,
        verdict: Verdict | None = None,
        batches: Sequence[Batch] = (),
        *,
        skew_ms: int = 0,
    ) -> None:
        """Keep what is known of a run or a job; of what is not completed nothing is kept.

        `verdict` is that on the job, None without samples; `batches` and `skew_ms` are what it
        was made of.

        Raises:
            ObjectStoreUnavailableError: the store did not take it; trying again may help.
        """
        if interpretation.phase != PHASE_COMPLETED:
            return
        subject = interpretation.subject
        part = _part(subject, interpretation.steps, verdict, batches, skew_ms)
        await self._store.create(part_key(part), encode(part))
        await self._note(repository_key(part))
        if self._bucket and verdict and isinstance(subject, JobRecord):
            await self._bucket.keep(subject, verdict, batches)

    async def _note(self, key: str) -> None:
        if key in self._noted:
            return
        await self._store.create(key, b"")
        self._noted[key] = None
        if len(self._noted) > MOST_NOTED:
            del self._noted[next(iter(self._noted))]


def _part(
    subject: RunRecord | JobRecord,
    steps: Sequence[StepRecord],
    verdict: Verdict | None,
    batches: Sequence[Batch],
    skew_ms: int,
) -> dict[str, object]:
    if isinstance(subject, RunRecord):
        return run_document(subject)
    course = course_of(verdict.usage.job, batches, skew_ms=skew_ms) if verdict else None
    return job_document(subject, steps, verdict, course)
