"""What is known of jobs in; the same out, with a verdict on each whose samples are all there.

A job is judged once a round, however many of its letters are in hand: its batches are read for
that, and let go.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..analysis.durations import RAN
from ..model.samples import Batch
from ..shared.errors import ObjectStoreUnavailableError
from ..shared.github_events import JobDelivery
from .arrivals import Arrival, Subject
from .batch_facts import distinct
from .decide import Known, interpret, is_waiting
from .interpret import execution_of
from .judging import Judged, judge_job
from .sinks.archive import Archive
from .state import State
from .told_batches import read_told

MOST_BATCHES = 10_000  # of a job: 40 hours at a batch each 15 seconds

log = logging.getLogger(__name__)


class Joiner:
    """Reads samples and has them judged."""

    def __init__(self, state: State, archive: Archive | None) -> None:
        """Curves are for the archive: it gets them while the samples are at hand."""
        self._state = state
        self._archive = archive

    async def join(self, known: Mapping[Subject, Known], now: datetime) -> dict[Subject, Known]:
        """One job after the other: so no more than one job's samples are in memory."""
        joined = dict(known)
        for subject, each in known.items():
            if each.batches and not is_waiting(each, now):
                joined[subject] = await self._judge(subject, each)
        return joined

    async def _judge(self, subject: Subject, known: Known) -> Known:
        """The verdict for each of the job's completions that ran.

        Samples that trip us up cost the job its usage, not its row.
        """
        deliveries = {
            each.event.id: each.delivery
            for each in known.completed
            if isinstance(each.delivery, JobDelivery)
            and execution_of(each.delivery.workflow_job) == RAN
        }
        if not deliveries:
            return known
        facts = distinct(known.batches)
        if len(facts) > MOST_BATCHES:
            extra = {"job_id": subject.job_id, "batches": len(facts), "judged": MOST_BATCHES}
            log.warning("a job has too many batches", extra=extra)
        told = await self._state.batches(known.sampled or subject, facts[:MOST_BATCHES])
        judged: dict[str, Judged] = {}
        try:
            batches, odd_count = read_told(told)
            is_cut = len(told) - odd_count < len(facts)
            for name, delivery in deliveries.items():
                judged[name] = judge_job(delivery, known.batches, batches, is_cut=is_cut)
        except Exception:
            log.exception("samples not judged", extra={"job_id": subject.job_id})
            return known
        known = replace(known, judged=judged)
        for each in known.completed:
            await self._keep(each, known, batches)
        return known

    async def _keep(self, completed: Arrival, known: Known, batches: Sequence[Batch]) -> None:
        """A bug of ours in a drawing costs the drawing, and neither a row nor another job."""
        judged = known.judged.get(completed.event.id)
        if not judged or not self._archive:
            return
        told = interpret(completed, known)
        try:
            await self._archive.keep(told, judged.verdict, batches, skew_ms=judged.skew_ms)
        except ObjectStoreUnavailableError:
            raise
        except Exception:
            log.exception("not archived", extra={"job_id": completed.subject.job_id})
