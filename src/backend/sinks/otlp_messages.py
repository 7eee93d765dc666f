"""Rows in, OTLP export requests out: log records, spans, and histograms for metrics. Pure.

An event's properties are text attributes of its log record, its measurements double ones. The
repository is the service: `service.name` groups rows as it does in Application Insights.
https://opentelemetry.io/docs/specs/otlp/
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import (
    SEVERITY_NUMBER_INFO,
    LogRecord,
    ResourceLogs,
    ScopeLogs,
)
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AGGREGATION_TEMPORALITY_DELTA,
    Histogram,
    HistogramDataPoint,
    Metric,
    ResourceMetrics,
    ScopeMetrics,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import (
    SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK,
    ResourceSpans,
    ScopeSpans,
    Span,
    Status,
)

from .base import EventRow, MetricRow, SpanRow
from .calls import SCOPE, nanoseconds

_SAMPLED = 1  # of W3C's trace flags


def logs_request(rows: Iterable[EventRow]) -> ExportLogsServiceRequest:
    """Each event as a log record, below its repository."""
    records = defaultdict[str, list[LogRecord]](list)
    for row in rows:
        records[row.role].append(_log_record(row))
    return ExportLogsServiceRequest(
        resource_logs=[
            ResourceLogs(
                resource=_resource(role),
                scope_logs=[ScopeLogs(scope=_scope(), log_records=of_role)],
            )
            for role, of_role in records.items()
        ]
    )


def traces_request(rows: Iterable[SpanRow]) -> ExportTraceServiceRequest:
    """Each span below its repository."""
    spans = defaultdict[str, list[Span]](list)
    for row in rows:
        spans[row.role].append(_span(row))
    return ExportTraceServiceRequest(
        resource_spans=[
            ResourceSpans(
                resource=_resource(role), scope_spans=[ScopeSpans(scope=_scope(), spans=of_role)]
            )
            for role, of_role in spans.items()
        ]
    )


def metrics_request(rows: Iterable[MetricRow]) -> ExportMetricsServiceRequest:
    """Each metric with its points, below its repository."""
    points = defaultdict[str, dict[tuple[str, str], list[HistogramDataPoint]]](dict)
    for row in rows:
        points[row.role].setdefault((row.name, row.unit), []).append(_point(row))
    return ExportMetricsServiceRequest(
        resource_metrics=[
            ResourceMetrics(
                resource=_resource(role),
                scope_metrics=[
                    ScopeMetrics(
                        scope=_scope(),
                        metrics=[_metric(*named, told) for named, told in of_role.items()],
                    )
                ],
            )
            for role, of_role in points.items()
        ]
    )


def _log_record(row: EventRow) -> LogRecord:
    """The body repeats the event's name for backends that do not know the younger field."""
    at = nanoseconds(row.at)
    return LogRecord(
        time_unix_nano=at,
        observed_time_unix_nano=at,
        severity_number=SEVERITY_NUMBER_INFO,
        event_name=row.name,
        body=AnyValue(string_value=row.name),
        attributes=[*_texts(row.properties), *_numbers(row.measurements)],
        trace_id=row.trace_id.to_bytes(16),
        span_id=row.span_id.to_bytes(8),
        flags=_SAMPLED,
    )


def _span(row: SpanRow) -> Span:
    parent = row.parent_span_id
    return Span(
        trace_id=row.trace_id.to_bytes(16),
        span_id=row.span_id.to_bytes(8),
        parent_span_id=parent.to_bytes(8) if parent else b"",
        flags=_SAMPLED | SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK,
        name=row.name,
        kind=Span.SPAN_KIND_INTERNAL if parent else Span.SPAN_KIND_SERVER,
        start_time_unix_nano=nanoseconds(row.started_at),
        end_time_unix_nano=nanoseconds(row.ended_at),
        attributes=_texts(row.attributes),
        status=Status(code=Status.STATUS_CODE_ERROR if row.failed else Status.STATUS_CODE_UNSET),
    )


def _metric(name: str, unit: str, points: Sequence[HistogramDataPoint]) -> Metric:
    """A histogram without buckets: no other kind of metric has a sum, a least and a most."""
    histogram = Histogram(data_points=points, aggregation_temporality=AGGREGATION_TEMPORALITY_DELTA)
    return Metric(name=name, unit=unit, histogram=histogram)


def _point(row: MetricRow) -> HistogramDataPoint:
    """Without the record's id: each of its values would be a time series of its own."""
    return HistogramDataPoint(
        attributes=_texts(row.properties),
        start_time_unix_nano=nanoseconds(row.started_at),
        time_unix_nano=nanoseconds(row.ended_at),
        count=row.count,
        sum=row.sum,
        min=row.min,
        max=row.max,
    )


def _texts(texts: Mapping[str, str]) -> Sequence[KeyValue]:
    return [KeyValue(key=k, value=AnyValue(string_value=v)) for k, v in texts.items()]


def _numbers(numbers: Mapping[str, float]) -> Sequence[KeyValue]:
    """Whole numbers too: a column that is sometimes an integer is refused by some backends."""
    return [KeyValue(key=k, value=AnyValue(double_value=v)) for k, v in numbers.items()]


def _resource(role: str) -> Resource:
    return Resource(attributes=_texts({"service.name": role}))


def _scope() -> InstrumentationScope:
    return InstrumentationScope(name=SCOPE)
