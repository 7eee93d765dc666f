"""Usage, machines and jobs made by hand, healthy unless told otherwise."""

from __future__ import annotations

from src.analysis.timeline import Job, Step
from src.analysis.usage import (
    BY_PROCESS,
    COMPLETE,
    JobUsage,
    Machine,
    ProcessUse,
    StepUsage,
    Usage,
)

GIB, MIB = 1024**3, 1024**2

MACHINE = Machine(
    cpus=4,
    cores_allowed=4.0,
    memory_total_bytes=16 * GIB,
    memory_allowed_bytes=16 * GIB,
    system="Linux",
)

HEALTHY = Usage(
    seconds=120.0,
    covered_seconds=120.0,
    samples=COMPLETE,
    attribution=BY_PROCESS,
    alone_percent=100.0,
    cpu_seconds=192.0,
    cpu_seconds_by_time=0.0,
    cpu_percent_mean=40.0,
    cpu_percent_max=85.0,
    cpu_one_core_percent=20.0,
    cpu_steal_seconds=0.0,
    cpu_stolen_percent=0.0,
    cpu_throttled_seconds=None,
    cpu_throttled_percent=None,
    cpu_iowait_seconds=1.0,
    memory_mean_bytes=5 * GIB,
    memory_max_bytes=8 * GIB,
    memory_delta_bytes=GIB // 2,
    memory_headroom_bytes=8 * GIB,
    memory_own_max_bytes=6 * GIB,
    swap_max_bytes=0,
    out_of_memory_kills=0,
    disk_read_bytes=100 * MIB,
    disk_written_bytes=600 * MIB,
    disk_reads=3000.0,
    disk_writes=9000.0,
    disk_read_bytes_per_second=100 * MIB / 120,
    disk_written_bytes_per_second=5.0 * MIB,
    disk_operations_per_second=100.0,
    disk_utilisation_percent=20.0,
    disk_await_ms=1.5,
    disk_queue_depth=0.4,
    disk_free_min_bytes=40 * GIB,
    disk_free_min_percent=50.0,
    disk_free_fell_bytes=GIB,
    network_received_bytes=60 * MIB,
    network_sent_bytes=2 * MIB,
    network_received_bytes_per_second=0.5 * MIB,
    network_sent_bytes_per_second=2 * MIB / 120,
    stalled_cpu_seconds=2.0,
    stalled_memory_seconds=0.0,
    stalled_io_seconds=1.0,
    stalled_memory_full_seconds=0.0,
    stalled_io_full_seconds=0.5,
    stalled_cpu_percent=1.7,
    stalled_memory_percent=0.0,
    stalled_io_percent=0.8,
    top_by_cpu=(ProcessUse("node", 3, 90.0, 2 * GIB, MIB, MIB, 90.0),),
    top_by_memory=(ProcessUse("java", 1, 60.0, 4 * GIB, MIB, MIB, 60.0),),
)


def used(**figures: object) -> Usage:
    """Healthy but for these."""
    return HEALTHY._replace(**figures)


def used_by_job(*steps: Usage, conclusion: str | None = "success", **of_job: object) -> JobUsage:
    """A job whose steps used this, one after another, numbered from 1 and called `step 1`, …"""
    start_ms, spans = 0, []
    for number, usage in enumerate(steps, 1):
        end_ms = start_ms + round(1000 * (usage.seconds or 0))
        spans.append(Step(number, f"step {number}", start_ms, end_ms, "success"))
        start_ms = end_ms
    return JobUsage(
        Job("build", 0, start_ms, tuple(spans), conclusion),
        MACHINE,
        used(seconds=start_ms / 1000, covered_seconds=start_ms / 1000, **of_job),
        tuple(StepUsage(step, usage) for step, usage in zip(spans, steps, strict=True)),
        Usage(),
    )
