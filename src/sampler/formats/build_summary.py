"""What is known of a build in; its `build-summary.json`, as a dict, out.

{"package": …, "version": …, "telemetry": {"build_duration_seconds": 420, …}}
"""

from __future__ import annotations

from ...analysis.build_metrics import MB

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    from ...analysis.failures import Failure
    from ...analysis.regressions import Comparison
    from ...analysis.usage import JobUsage

    Told = dict[str, object]


def summary(
    used: JobUsage, version: str, failure: Optional[Failure], comparison: Comparison
) -> Told:
    """All of it."""
    return {
        "package": used.job.name,
        "version": version,
        "telemetry": telemetry(used, failure, comparison),
    }


def telemetry(used: JobUsage, failure: Optional[Failure], comparison: Comparison) -> Told:
    """Whole numbers, since shells compare no others; what is unknown is null."""
    usage = used.usage
    peak_bytes = usage.memory_max_bytes
    return {
        "build_duration_seconds": None if usage.seconds is None else round(usage.seconds),
        "peak_memory_mb": None if peak_bytes is None else peak_bytes // MB,
        "network_downloaded_bytes": usage.network_received_bytes,
        "network_uploaded_bytes": usage.network_sent_bytes,
        "failure_category": failure.category if failure else "",
        "performance_regressions": list(comparison.regressions),
    }
