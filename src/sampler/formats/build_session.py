"""A session of building in; its `metrics.json`, as a dict, out.

    {"build_session": {…}, "memory_metrics": {…}, "network_metrics": {…}, "build_metrics": {…},
     "performance_metrics": {…}}

A MB is 1024 * 1024 bytes, a GB 1024 of those; what is unknown is null.
"""

from __future__ import annotations

import time

from ...analysis.build_metrics import MB
from ...model.named_tuples import NamedTuple
from ...model.samples import CGROUP_MEMORY_KB, MEMORY_USED_KB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Optional

    from ...analysis.failures import Failure
    from ...analysis.regressions import Comparison
    from ...analysis.timeline import Step
    from ...analysis.usage import JobUsage
    from ...model.samples import Batch

    Told = dict[str, object]

MOST_SAMPLES = 720
"""Of memory; of more, the most of each part is told."""
_GIB_KB = 2**20
_MIB_KB = 1024


class Surroundings(NamedTuple):
    """What no sample tells: the machine's name, the interface that leads out, what is connected."""

    hostname: str
    os_info: str
    interface: Optional[str]
    connection_count: Optional[int]


class Recorded(NamedTuple):
    """What a user told: a failure, and how many packages were built."""

    stage: str = ""
    reason: str = ""
    packages_built: Optional[int] = None
    packages_failed: Optional[int] = None


def metrics(
    used: JobUsage,
    stages: Iterable[tuple[Step, Optional[str]]],
    batches: Sequence[Batch],
    surroundings: Surroundings,
    recorded: Recorded,
    failure: Optional[Failure],
    comparison: Comparison,
) -> Told:
    """The document; `stages` come with the status that was told of each."""
    usage = used.usage
    return {
        "build_session": _session(used, batches, surroundings),
        "memory_metrics": {
            "peak_usage_mb": _mb(usage.memory_max_bytes),
            "samples": memory_samples(batches),
        },
        "network_metrics": {
            "bytes_downloaded": usage.network_received_bytes,
            "bytes_uploaded": usage.network_sent_bytes,
            "interface": surroundings.interface,
            "connection_count": surroundings.connection_count,
        },
        "build_metrics": {
            "failure_category": failure.category if failure else "",
            "failure_stage": recorded.stage,
            "failure_reason": recorded.reason,
            "packages_built": recorded.packages_built,
            "packages_failed": recorded.packages_failed,
            "build_stages": [_stage(step, status) for step, status in stages],
        },
        "performance_metrics": {
            "regressions_detected": list(comparison.regressions),
            "baseline_comparison": {
                "duration_diff_percent": comparison.duration_diff_percent,
                "memory_diff_percent": comparison.memory_diff_percent,
            },
            "performance_score": comparison.score,
        },
    }


def memory_samples(batches: Iterable[Batch]) -> list[Told]:
    """Memory in use; of many samples, the most of each part."""
    seen = list(memory_seen(batches))
    parts = min(len(seen), MOST_SAMPLES)
    edges = [len(seen) * part // parts for part in range(parts + 1)] if parts else []
    most = [max(seen[low:high], key=lambda each: each[1]) for low, high in zip(edges, edges[1:])]
    return [{"timestamp": timestamp, "memory_mb": mb} for timestamp, mb in most]


def memory_seen(batches: Iterable[Batch]) -> Iterator[tuple[int, int]]:
    """Of each sample the second since 1970, and the MB in use then."""
    for batch in batches:
        for time_ms, kb in zip(batch.time_ms, _memory_kb(batch)):
            if kb is not None:
                yield time_ms // 1000, kb // _MIB_KB


def _memory_kb(batch: Batch) -> Sequence[Optional[int]]:
    """The control group's where one limits the job, else the machine's."""
    is_limited = batch.host.memory_limit_kb is not None
    group = batch.columns.get(CGROUP_MEMORY_KB) if is_limited else None
    return group or batch.columns.get(MEMORY_USED_KB) or ()


def _session(used: JobUsage, batches: Sequence[Batch], surroundings: Surroundings) -> Told:
    job, machine = used.job, used.machine
    return {
        "start_time": _iso(job.start_ms),
        "end_time": _iso(job.end_ms),
        "duration_seconds": used.usage.seconds,
        "hostname": surroundings.hostname,
        "os_info": surroundings.os_info,
        "cpu_cores": machine.cpus if machine else None,
        "memory_total_mb": _mb(machine.memory_total_bytes if machine else None),
        "disk_available_gb": _disk_gb(batches),
    }


def _stage(step: Step, status: Optional[str]) -> Told:
    """One that is not over has no status yet, and no duration."""
    known = step.start_ms is not None and step.end_ms is not None
    seconds = (step.end_ms - step.start_ms) / 1000 if known else None  # type: ignore[operator]
    return {"name": step.name, "status": status, "duration": seconds}


def _disk_gb(batches: Sequence[Batch]) -> Optional[int]:
    """What was free at last where most is."""
    if not batches:
        return None
    last: Mapping[str, Sequence[Optional[int]]] = batches[-1].filesystems
    free_kb = [kb[-1] for kb in last.values() if kb and kb[-1] is not None]
    return max(kb for kb in free_kb if kb is not None) // _GIB_KB if free_kb else None


def _mb(count_bytes: Optional[int]) -> Optional[int]:
    return None if count_bytes is None else count_bytes // MB


def _iso(time_ms: Optional[int]) -> Optional[str]:
    """`2025-01-18T10:30:00+0000`."""
    if time_ms is None:
        return None
    return time.strftime("%Y-%m-%dT%H:%M:%S+0000", time.gmtime(time_ms // 1000))
