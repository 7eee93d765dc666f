"""The table of host metrics: what is told of a runner's machine each minute, under which names.

Names, units and attributes are OpenTelemetry's, so that dashboards of other hosts know them. What
is told of a metric is how many samples knew it, and their sum, least and most: of a level (a share,
memory) `sum / count` is the mean; of what flows (bytes read, received) `sum` is the minute's
amount, least and most what flowed from one sample to the next.
https://opentelemetry.io/docs/specs/semconv/system/system-metrics/
"""

from __future__ import annotations

from dataclasses import dataclass

DISK_DIRECTION = "disk.io.direction"
NETWORK_DIRECTION = "network.io.direction"
MEMORY_STATE = "system.memory.state"
MOUNT_POINT = "system.filesystem.mountpoint"


@dataclass(frozen=True)
class HostMetric:
    """One of them; the attribute `part` has the `value` that tells it from others of its name."""

    name: str
    unit: str
    meaning: str
    part: str = ""
    value: str = ""

    @property
    def key(self) -> str:
        """What it is called within a point's id."""
        return f"{self.name}/{self.value}"


CPU_UTILIZATION = HostMetric(
    "system.cpu.utilization",
    "1",
    "Busy share of the cores that the job may use; waiting for a disk and stolen time are not busy",
)
MEMORY_USAGE = HostMetric(
    "system.memory.usage",
    "By",
    "Memory in use: the machine's total less what is available, or the control group's where one"
    " limits the job",
    part=MEMORY_STATE,
    value="used",
)
MEMORY_UTILIZATION = HostMetric(
    "system.memory.utilization",
    "1",
    "The same as a share of what the job may use",
    part=MEMORY_STATE,
    value="used",
)
DISK_READ = HostMetric(
    "system.disk.io", "By", "Read from all disks together", part=DISK_DIRECTION, value="read"
)
DISK_WRITTEN = HostMetric(
    "system.disk.io", "By", "Written to all disks together", part=DISK_DIRECTION, value="write"
)
NETWORK_RECEIVED = HostMetric(
    "system.network.io",
    "By",
    "Received by the interfaces that lead out",
    part=NETWORK_DIRECTION,
    value="receive",
)
NETWORK_SENT = HostMetric(
    "system.network.io", "By", "Sent by them", part=NETWORK_DIRECTION, value="transmit"
)
FILESYSTEM_UTILIZATION = HostMetric(
    "system.filesystem.utilization",
    "1",
    f"Share of the fullest filesystem that is not free; `{MOUNT_POINT}` says which that is",
)

HOST_METRICS = (
    *(CPU_UTILIZATION, MEMORY_USAGE, MEMORY_UTILIZATION),
    *(DISK_READ, DISK_WRITTEN, NETWORK_RECEIVED, NETWORK_SENT),
    FILESYSTEM_UTILIZATION,
)

HOST_PROPERTIES = (
    *("record_id", "time_shifted", "started_at"),
    *("host", "workflow_run_id", "job_id", "runner_name"),
)
"""Whose a point is, as the table of names calls it; `started_at` only where time was shifted."""
