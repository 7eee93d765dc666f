"""Sampled jobs in; what their samplers POST out, each batch at its arrival.

A batch goes out when it is full, the last one before its job is over. Some come late, some twice,
some never.
"""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush, merge
from operator import attrgetter
from random import Random

from ..model.batches import encode
from ..model.samples import SAMPLES, Batch
from .deliveries import Delivery
from .sampled_jobs import SampledJob

SENDING_SECONDS = (0.2, 1.5)  # from a batch's last sample to its arrival
LATE_SECONDS = (30.0, 600.0)  # on top of that: the frontend was away, or the network
AGAIN_SECONDS = (8.0, 20.0)  # until one who got no answer sends again
COMPRESSION = 6  # zlib's own default, and the sampler's


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of all batches: those that come late, twice, and never."""

    late: float = 0.03
    doubled: float = 0.02
    missing: float = 0.004


USUAL = Shares()
IN_TIME = Shares(late=0.0, doubled=0.0, missing=0.0)


@dataclass(frozen=True, slots=True, order=True)
class Push:
    """One request of a sampler: its moment of the day, whose key signs it, a batch in gzip."""

    at: datetime
    repository_id: int
    body: bytes

    @property
    def event(self) -> str:
        """The kind of event that it becomes."""
        return SAMPLES


def pushes(jobs: Iterable[SampledJob], shares: Shares = USUAL) -> Iterator[Push]:
    """What the samplers of these jobs send, in the order of its arrival.

    `jobs` come in the order of their starts; only the batches of those that run at a time are in
    memory. What is random follows from a job's id and a batch's number.
    """
    under_way: list[Push] = []
    for job in jobs:
        while under_way and under_way[0].at < job.started_at:
            yield heappop(under_way)
        for push in _pushes_of(job, shares):
            heappush(under_way, push)
    while under_way:
        yield heappop(under_way)


def in_order(deliveries: Iterable[Delivery], sent: Iterable[Push]) -> Iterator[Delivery | Push]:
    """Both as they arrive; where moments are equal, samples come first."""
    return merge(sent, deliveries, key=attrgetter("at"))


def _pushes_of(job: SampledJob, shares: Shares) -> Iterator[Push]:
    for batch in job.batches:
        # A generator of its own: what becomes of one changes no other.
        rng = Random(f"push/{job.job_id}/{batch.sequence}")  # noqa: S311 -- a simulation, no secret
        is_late, is_doubled, is_missing = (
            rng.random() < share for share in (shares.late, shares.doubled, shares.missing)
        )
        if is_missing:
            continue
        at = _arrival(rng, batch, job.ended_at)
        if is_late:
            at += _seconds(rng, LATE_SECONDS)
        push = Push(at, job.repository_id, gzip.compress(encode(batch), COMPRESSION, mtime=0))
        yield push
        if is_doubled:
            yield replace(push, at=at + _seconds(rng, AGAIN_SECONDS))


def _arrival(rng: Random, batch: Batch, ended_at: datetime) -> datetime:
    """The job's end waits for its last batch."""
    last = datetime.fromtimestamp(batch.time_ms[-1] / 1000, UTC)
    return min(last + _seconds(rng, SENDING_SECONDS), ended_at)


def _seconds(rng: Random, between: tuple[float, float]) -> timedelta:
    return timedelta(seconds=rng.uniform(*between))
