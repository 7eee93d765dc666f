"""A job with what it used in; the document of a build, under the names it has long had, out."""

from __future__ import annotations

import time

from .build_metrics import MB, build_metrics
from .timeline import Step
from .usage import JobUsage, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping, Optional

FACTS = ("version", "runner", "git_sha", "git_ref", "run_id", "run_number")
"""What is told of a build besides its figures."""

_KIB_PER_GIB = 1 << 20


def build_document(
    used: JobUsage,
    rows: Iterable[tuple[Step, Usage]],
    facts: Mapping[str, Optional[str]],
    disk_kb: int,
) -> dict[str, object]:
    """The job's document; `disk_kb` is the size of the largest filesystem, 0 where unknown."""
    job, machine = used.job, used.machine
    told = {name: facts.get(name) for name in FACTS}
    return {
        "job": job.name,
        "version": told.pop("version"),
        "timestamp": None if job.start_ms is None else iso(job.start_ms),
        **told,
        "job_start": _seconds(job.start_ms),
        "job_end": _seconds(job.end_ms),
        "job_duration_s": used.usage.seconds,
        "steps": [build_step(step, usage) for step, usage in rows],
        "system": {
            "cpus": machine.cpus if machine else None,
            "memory_total_mb": machine.memory_total_bytes // MB if machine else None,
            "disk_total_gb": round(disk_kb / _KIB_PER_GIB) if disk_kb else None,
        },
    }


def build_step(step: Step, usage: Usage) -> dict[str, object]:
    """A step in the document: its times in seconds since 1970, and the seventeen."""
    return {
        "name": step.name,
        "start_time": _seconds(step.start_ms),
        "end_time": _seconds(step.end_ms),
        **build_metrics(usage),
    }


def iso(time_ms: int) -> str:
    """`2026-01-24T12:00:00+00:00`."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(time_ms // 1000))


def _seconds(time_ms: Optional[int]) -> Optional[float]:
    return None if time_ms is None else time_ms / 1000
