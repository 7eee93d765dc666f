"""A job of two minutes and its samples, as files: a minute of work on both cores, one of sleep."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from src.model.batches import encode
from src.model.samples import Batch, Host
from src.model.times import format_time

START = datetime(2025, 3, 1, 10, 0, tzinfo=UTC)
START_MS = round(START.timestamp() * 1000)
JOB_ID, RUN_ID = 7001, 5001
SECONDS, STEP_SECONDS, BATCH_SECONDS = 120, 60, 30
GIB_KB, TICKS = 1 << 20, 100


def told_time(seconds: float) -> str:
    return format_time(datetime.fromtimestamp(START.timestamp() + seconds, UTC))


def job_object(**changes: Any) -> dict[str, Any]:
    """The job as GitHub's REST interface tells it."""
    steps = [
        {
            "name": name,
            "number": number,
            "status": "completed",
            "conclusion": "success",
            "started_at": told_time(STEP_SECONDS * (number - 1)),
            "completed_at": told_time(STEP_SECONDS * number),
        }
        for number, name in enumerate(("make -j2", "sleep 60"), 1)
    ]
    return {
        "id": JOB_ID,
        "run_id": RUN_ID,
        "run_attempt": 1,
        "name": "build",
        "status": "completed",
        "conclusion": "success",
        "started_at": told_time(0),
        "completed_at": told_time(SECONDS),
        "runner_name": "runner-1",
        "steps": steps,
        **changes,
    }


def batch(sequence: int, job: dict[str, object]) -> Batch:
    """The half minute of this number; its last sample is the next one's first."""
    first = sequence * BATCH_SECONDS
    at = range(first, first + BATCH_SECONDS + 1)
    busy = [2 * TICKS * min(second, STEP_SECONDS) for second in at]
    nothing = [0] * len(at)
    disk = ("reads", "read_sectors", "read_ms", "writes", "written_sectors", "write_ms")
    return Batch(
        sampler="3f2a",
        sequence=sequence,
        host=Host(cpus=2, memory_total_kb=8 * GIB_KB, boot_id="b"),
        time_ms=[START_MS + 1000 * second for second in at],
        uptime_ms=[9_000_000 + 1000 * second for second in at],
        final=at[-1] == SECONDS,
        job=job,
        columns={
            "cpu_user": list(busy),
            "cpu_system": list(nothing),
            "cpu_idle": [2 * TICKS * second - used for second, used in zip(at, busy, strict=True)],
            "cpu_iowait": list(nothing),
            "cpu_steal": list(nothing),
            "memory_used_kb": [2 * GIB_KB] * len(at),
            "network_received_bytes": list(nothing),
            "network_sent_bytes": list(nothing),
        },
        disks={"sda": {name: list(nothing) for name in (*disk, "io_ms", "weighted_ms")}},
        filesystems={"/": [20 * GIB_KB] * len(at)},
    )


def encoded(**job: object) -> list[bytes]:
    """The job's batches, a line each; `job` is what they know of it."""
    known = job or {"job_id": JOB_ID}
    return [encode(batch(number, known)) for number in range(SECONDS // BATCH_SECONDS)]


def write_job(folder: Path, content: object) -> Path:
    file = folder / "job.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def write_samples(folder: Path, lines: list[bytes]) -> Path:
    file = folder / "samples.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in lines))
    return file
