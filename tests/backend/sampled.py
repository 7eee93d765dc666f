"""Samples of the job that `bodies.job_body` tells of, batch by batch, small enough for a test."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from src.model.samples import CPU_IDLE, CPU_SYSTEM, CPU_USER, MEMORY_USED_KB, Batch, Host, Owner
from src.shared.messages import Event
from src.shared.sent_batches import Identity, to_event
from tests.backend.bodies import NOW, REPOSITORY

STARTED = datetime(2026, 3, 1, 11, 0, 5, tzinfo=UTC)
JOB_SECONDS, BATCHES, INTERVAL_SECONDS = 602, 4, 5
CORES, BUSY_CORES = 2, 1.9
REPOSITORY_ID: int = REPOSITORY["id"]  # type: ignore[assignment]

SIGNED = Identity("token", "github.com", REPOSITORY_ID, 301, run_attempt=1, job_id=501)
DECLARED = Identity("declared", "github.com", REPOSITORY_ID, 301, run_attempt=1, job_id=501)


def batches(
    count: int = BATCHES,
    *,
    sampler: str = "5eed",
    job: dict[str, object] | None = None,
    ahead_seconds: float = 0,
) -> list[Batch]:
    """All of the job's, whose second step keeps nearly both cores busy from its first moment.

    The sampler's clock is so much ahead of the one that stamped the steps.
    """
    start_ms = round((STARTED.timestamp() + ahead_seconds) * 1000)
    seconds = range(0, JOB_SECONDS, INTERVAL_SECONDS)
    each = -(-len(seconds) // count)
    parts = [seconds[first : first + each] for first in range(0, len(seconds), each)]
    return [
        _batch(sampler, number, part, start_ms, is_final=number == len(parts) - 1, job=job or {})
        for number, part in enumerate(parts)
    ]


def event(
    batch: Batch,
    identity: Identity = SIGNED,
    *,
    seconds: float = 0,
    behind_seconds: float = 0,
) -> Event:
    """As the frontend puts it, so many seconds after noon; by its clock the sampler's is behind."""
    received_at = NOW + timedelta(seconds=seconds)
    return to_event(identity, batch, received_at - timedelta(seconds=behind_seconds), received_at)


def events(identity: Identity = SIGNED, count: int = BATCHES) -> list[Event]:
    """An event for each batch."""
    return [event(batch, identity) for batch in batches(count)]


def _batch(
    sampler: str,
    number: int,
    seconds: Sequence[int],
    start_ms: int,
    *,
    is_final: bool,
    job: dict[str, object],
) -> Batch:
    busy = [round(second * BUSY_CORES * 100) for second in seconds]
    return Batch(
        sampler=sampler,
        sequence=number,
        host=Host(cpus=CORES, memory_total_kb=8 << 20, interval_ms=INTERVAL_SECONDS * 1000),
        time_ms=[start_ms + second * 1000 for second in seconds],
        uptime_ms=[1_000_000 + second * 1000 for second in seconds],
        final=is_final,
        job=job,
        columns={
            CPU_USER: [*busy],
            CPU_SYSTEM: [0] * len(busy),
            CPU_IDLE: [
                second * CORES * 100 - used for second, used in zip(seconds, busy, strict=True)
            ],
            MEMORY_USED_KB: [2 << 20] * len(busy),
        },
        owners=[Owner("__run", start_ms + 1000, busy, [1 << 20] * len(busy))],
    )
