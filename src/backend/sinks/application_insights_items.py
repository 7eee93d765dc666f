"""Rows in; the log records, spans and metrics that Azure's exporters take out. Pure."""

import json
from collections.abc import Iterable
from functools import lru_cache

from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricsData,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from .base import EventRow, MetricRow, SpanRow
from .calls import SCOPE, nanoseconds

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_FAILED, _FINE = Status(StatusCode.ERROR), Status(StatusCode.UNSET)


def log_record(row: EventRow) -> ReadableLogRecord:
    """A log record that the exporter turns into a custom event with measurements."""
    attributes = {
        **row.properties,
        "microsoft.custom_event.name": row.name,
        "microsoft.custom_measurements": json.dumps(row.measurements),
        "ai.operation.name": row.operation,
    }
    record = LogRecord(
        timestamp=nanoseconds(row.at),
        trace_id=row.trace_id,
        span_id=row.span_id,
        trace_flags=_SAMPLED,
        attributes=attributes,
    )
    return ReadableLogRecord(record, _resource(row.role))


def span(row: SpanRow) -> ReadableSpan:
    """A span that the exporter turns into a request (the run) or an in-process dependency."""
    parent = row.parent_span_id
    return ReadableSpan(
        name=row.name,
        context=_context(row.trace_id, row.span_id),
        parent=_context(row.trace_id, parent) if parent else None,
        resource=_resource(row.role),
        attributes=row.attributes,
        kind=SpanKind.INTERNAL if parent else SpanKind.SERVER,
        status=_FAILED if row.failed else _FINE,
        start_time=nanoseconds(row.started_at),
        end_time=nanoseconds(row.ended_at),
    )


def metrics_data(rows: Iterable[MetricRow]) -> MetricsData:
    """Metrics that the exporter turns into an aggregate each, in this order."""
    return MetricsData([_resource_metrics(row) for row in rows])


def _resource_metrics(row: MetricRow) -> ResourceMetrics:
    data = Histogram([_point(row)], AggregationTemporality.DELTA)
    metric = Metric(row.name, None, row.unit, data)
    scope = ScopeMetrics(InstrumentationScope(SCOPE), [metric], "")
    return ResourceMetrics(_resource(row.role), [scope], "")


def _point(row: MetricRow) -> HistogramDataPoint:
    """The exporter writes one time, the point's end; here a row's time is its minute's beginning.

    So that `bin(timestamp, 1m)` is that minute, as with the service's own aggregates.
    """
    started = nanoseconds(row.started_at)
    return HistogramDataPoint(
        attributes={"record_id": row.record_id, **row.properties},
        start_time_unix_nano=started,
        time_unix_nano=started,
        count=row.count,
        sum=row.sum,
        bucket_counts=[row.count],
        explicit_bounds=[],
        min=row.min,
        max=row.max,
    )


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=_SAMPLED)


@lru_cache(maxsize=1024)
def _resource(role: str) -> Resource:
    """The repository is the role: the portal's application map then shows repositories."""
    return Resource({SERVICE_NAME: role})
