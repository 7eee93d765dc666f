"""The table of host metrics in, the KQL of RunnerSamples() out: a runner's load by the minute.

A minute is told again when more of its samples are known, so the saved function keeps of each point
the row that was made of most. It alone knows which table they lie in.
"""

from ..model.host_metrics import (
    DISK_DIRECTION,
    HOST_METRICS,
    MEMORY_STATE,
    MOUNT_POINT,
    NETWORK_DIRECTION,
)
from .scopes import MetricTable

FUNCTION = "RunnerSamples"

_PARTS = (DISK_DIRECTION, NETWORK_DIRECTION, MEMORY_STATE, MOUNT_POINT)

COLUMNS = {
    "record_id": "What the point is: one figure of one runner in one minute",
    "metric": "Its name",
    "part": "Which part of the machine: read, write, receive, transmit, used, or a mount point",
    "started_at": "When the minute began",
    "sample_count": "How many samples knew the figure",
    "mean": "Over them",
    "least": "In one of them",
    "most": "In one of them",
    "total": "Their sum: of what flows, the minute's amount",
    "host": "GitHub's host",
    "repository": "owner/name; `HOST/repositories/ID` before that is known",
    "workflow_run_id": "Number of the run whose job ran there",
    "job_id": "Number of that job, where the sampler knew it",
    "runner_name": "Runner's name",
}
"""What the function gives beside `timestamp`, and what it means."""


def render_runner_samples(table: MetricTable) -> str:
    """The function's body, standing on `table`."""
    names = ",\n    ".join(f'"{name}"' for name in dict.fromkeys(m.name for m in HOST_METRICS))
    parts = ",\n        ".join(f'tostring({table.properties}["{name}"])' for name in _PARTS)
    return f"""\
// The load of runners by the minute. Generated from the table of host metrics.
{table.name}
| where {table.metric} in (
    {names}
)
| project
    timestamp = {table.time},
    record_id = tostring({table.properties}.record_id),
    metric = {table.metric},
    // A figure has one of them at most.
    part = strcat(
        {parts}
    ),
    started_at = coalesce(todatetime({table.properties}.started_at), {table.time}),
    sample_count = tolong({table.count}),
    mean = todouble({table.sum}) / {table.count},
    least = todouble({table.min}),
    most = todouble({table.max}),
    total = todouble({table.sum}),
    host = tostring({table.properties}.host),
    repository = {table.role},
    workflow_run_id = tostring({table.properties}.workflow_run_id),
    job_id = tostring({table.properties}.job_id),
    runner_name = tostring({table.properties}.runner_name)
// A minute is told again when more of its samples are known.
| summarize arg_max(sample_count, *) by record_id
"""
