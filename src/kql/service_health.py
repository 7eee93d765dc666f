"""The table of metrics in, the KQL of ServiceHealth() out: what the services tell of themselves.

Each replica of each service tells its figures once a minute: a counter what was added since the
minute before, a gauge how things stand, a histogram how many there were, their sum, least and most.
"""

from ..model.semconv import METRICS
from .scopes import MetricTable

FUNCTION = "ServiceHealth"

COLUMNS = {
    "service": "Which service tells it: `github-telemetry-frontend` or `github-telemetry-backend`",
    "instance": "Which replica of it",
    "metric": "Its name",
    "part": "What of it, where it has an attribute: a reason, a status, a sink",
    "sample_count": "Of a histogram how many there were, else 1",
    "mean": "Over them; of a gauge, how it stands",
    "least": "Of them",
    "most": "Of them",
    "total": "Their sum; of a counter, what was added since the minute before",
}
"""What the function gives beside `timestamp`, and what it means."""


def render_service_health(table: MetricTable) -> str:
    """The function's body, standing on `table`."""
    names = ",\n    ".join(f'"{metric.name}"' for metric in METRICS)
    attributes = dict.fromkeys(metric.by for metric in METRICS if metric.by)
    parts = ",\n        ".join(f"tostring({table.properties}.{name})" for name in attributes)
    mean = f"todouble({table.sum}) / {table.count}"
    return f"""\
// What the services tell of themselves each minute. Generated from the table of metrics.
{table.name}
| where {table.metric} in (
    {names}
)
| project
    timestamp = {table.time},
    service = {table.role},
    instance = {table.instance},
    metric = {table.metric},
    // A figure has one of them at most.
    part = strcat(
        {parts}
    ),
    sample_count = tolong({table.count}),
    mean = {mean},
    // A lone value may come without its extremes, which it is itself.
    least = coalesce(todouble({table.min}), {mean}),
    most = coalesce(todouble({table.max}), {mean}),
    total = todouble({table.sum})
"""
