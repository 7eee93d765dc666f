"""A job's number and a moment in, an hour of it out: the events of its samples and its completion.

Fifteen seconds a batch, unless told otherwise; all jobs do the same, each under its own ids.
"""

import json
from collections.abc import Iterator
from copy import copy
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from src.model.samples import Batch, Owner
from src.model.times import format_time
from src.shared.messages import Event
from src.shared.sent_batches import Identity, to_event

from .bodies import event, job_body
from .hour import SAMPLES, START_MS, STEPS, hour_batches, hour_job

BATCH_SECONDS = 15


def completion(number: int, started: datetime) -> Event:
    """The completed delivery of the job with this number, as its hour ends."""
    ended = started + timedelta(seconds=SAMPLES)
    body = json.loads(job_body(number, "completed", STEPS, ended))
    job = body["workflow_job"]
    job["started_at"] = format_time(started)
    for told, step in zip(job["steps"], hour_job().steps, strict=True):
        told["name"] = step.name
        told["started_at"] = _told(step.start_ms, started)
        told["completed_at"] = _told(step.end_ms, started)
    return event(json.dumps(body).encode(), number, ended)


def sampled(
    number: int,
    started: datetime,
    which: slice = slice(None),
    batch_seconds: int = BATCH_SECONDS,
) -> Iterator[Event]:
    """Which of the job's batches, each received when its last sample was taken."""
    identity = _identity(json.loads(job_body(number, "queued", 0, started)))
    shift_ms = round(started.timestamp() * 1000) - START_MS
    for batch in _batches(batch_seconds)[which]:
        own = copy(batch)
        own.sampler = f"{number:x}"
        own.time_ms = [ms + shift_ms for ms in batch.time_ms]
        own.owners = [_later(owner, shift_ms) for owner in batch.owners]
        at = datetime.fromtimestamp(own.time_ms[-1] / 1000, UTC)
        yield to_event(identity, own, at, at)


def _identity(body: dict[str, Any]) -> Identity:
    job = body["workflow_job"]
    return Identity(
        "token",
        "github.com",
        body["repository"]["id"],
        job["run_id"],
        run_attempt=job["run_attempt"],
        job_id=job["id"],
    )


@lru_cache
def _batches(batch_seconds: int) -> list[Batch]:
    batches = hour_batches(in_a_batch=batch_seconds)
    batches[-1].final = True
    return batches


def _later(owner: Owner, shift_ms: int) -> Owner:
    return Owner(owner.key, owner.born_ms + shift_ms, owner.cpu_ticks, owner.resident_kb)


def _told(moment_ms: int | None, started: datetime) -> str:
    return format_time(started + timedelta(milliseconds=(moment_ms or START_MS) - START_MS))
