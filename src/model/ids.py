"""Ids: what a run, a job or a step is called; the same wherever and however often it is seen.

An id says what a thing is, never when it was seen, so duplicates, corrections and redeliveries
of one thing meet in one row. The host belongs in every id: ids of GitHub Enterprise Server
collide with github.com's. Trace and span ids are hashes of the same strings, so the runner and
the backend agree on them without talking to each other.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Optional

FIRST_ATTEMPT = 1


def run_record_id(host: str, run_id: int, attempt: Optional[int]) -> str:
    """`github.com/runs/123/attempts/2`; without an attempt it is the first."""
    return f"{host}/runs/{run_id}/attempts/{attempt or FIRST_ATTEMPT}"


def job_record_id(host: str, job_id: int) -> str:
    """`github.com/jobs/456`; without the attempt, which real deliveries of one job may lack."""
    return f"{host}/jobs/{job_id}"


def step_record_id(host: str, job_id: int, number: int) -> str:
    """`github.com/jobs/456/steps/3`; by number, since names repeat within a job."""
    return f"{host}/jobs/{job_id}/steps/{number}"


def point_record_id(host: str, run_id: int, sampler: str, metric_key: str, start_ms: int) -> str:
    """A host metric's point, `9f86d081884c7d65`: short, since there are many, paid for by the byte.

    By the run, since a sampler may not know its job.
    """
    point = f"{host}/runs/{run_id}/samplers/{sampler}/{metric_key}/{start_ms}"
    return sha256(point.encode()).hexdigest()[:16]


def trace_id(run_record: str) -> int:
    """The 128-bit trace id of a run attempt; never 0, which W3C Trace Context forbids."""
    return _hash(run_record, 16)


def span_id(record_id: str) -> int:
    """The 64-bit span id of a run, job or step; never 0."""
    return _hash(record_id, 8)


@lru_cache(maxsize=1024)  # all rows of a job ask for the run's and the job's
def _hash(text: str, size: int) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:size], "big") or 1
