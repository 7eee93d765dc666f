"""What a step used in; the seventeen build metrics, under the names they have long had, out.

A MB here is 1024 * 1024 bytes. Parts of a MB count: a step that wrote 600 KB wrote 0.59 MB, not 0.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .usage import Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, Optional

MB = 1024 * 1024


class BuildMetric(NamedTuple):
    """A metric: the figure of `Usage` it is, by how much to divide it, decimals worth keeping."""

    name: str
    figure: str
    divisor: int = 1
    decimals: int = 0


BUILD_METRICS: tuple[BuildMetric, ...] = (
    BuildMetric("duration_s", "seconds", 1, 3),
    BuildMetric("cpu_percent", "cpu_percent_mean", 1, 1),
    BuildMetric("memory_used_mb", "memory_max_bytes", MB, 1),
    BuildMetric("memory_delta_mb", "memory_delta_bytes", MB, 1),
    BuildMetric("disk_read_mb", "disk_read_bytes", MB, 2),
    BuildMetric("disk_write_mb", "disk_written_bytes", MB, 2),
    BuildMetric("disk_read_ops", "disk_reads"),
    BuildMetric("disk_write_ops", "disk_writes"),
    BuildMetric("disk_read_rate_mbs", "disk_read_bytes_per_second", MB, 3),
    BuildMetric("disk_write_rate_mbs", "disk_written_bytes_per_second", MB, 3),
    BuildMetric("disk_util_percent", "disk_utilisation_percent", 1, 1),
    BuildMetric("await_ms", "disk_await_ms", 1, 2),
    BuildMetric("queue_depth", "disk_queue_depth", 1, 2),
    BuildMetric("net_rx_mb", "network_received_bytes", MB, 2),
    BuildMetric("net_tx_mb", "network_sent_bytes", MB, 2),
    BuildMetric("net_rx_rate_mbs", "network_received_bytes_per_second", MB, 3),
    BuildMetric("net_tx_rate_mbs", "network_sent_bytes_per_second", MB, 3),
)


def build_metrics(usage: Usage) -> Mapping[str, Optional[float]]:
    """All seventeen, by name; None where unknown. Memory used is the most that was used."""
    return {metric.name: _value(metric, getattr(usage, metric.figure)) for metric in BUILD_METRICS}


def _value(metric: BuildMetric, value: Optional[float]) -> Optional[float]:
    return None if value is None else round(value / metric.divisor, metric.decimals)
