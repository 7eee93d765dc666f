# ruff: noqa: PLC0415 -- the exporters read their environment when they are imported

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.insights.stack import Insights, exporter_arguments, running_insights


@pytest.fixture(scope="module")
def insights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insights]:
    with running_insights(tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture(scope="module")
def azure(insights: Insights) -> dict[str, Any]:
    return exporter_arguments(insights.url)


def test_the_real_log_exporter_writes_events_traces_and_exceptions(
    insights: Insights, azure: dict[str, Any]
):
    from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.sdk._logs import ReadableLogRecord
    from opentelemetry.sdk._logs.export import LogRecordExportResult
    from opentelemetry.sdk.resources import Resource

    at = datetime.now(UTC) - timedelta(hours=47)

    def record(body: str | None = None, **attributes: Any) -> ReadableLogRecord:
        log = LogRecord(
            timestamp=int(at.timestamp()) * 10**9,
            trace_id=0xABC,
            span_id=0xDEF,
            body=body,
            severity_number=SeverityNumber.WARN,
            attributes=attributes,
        )
        return ReadableLogRecord(log, Resource({"service.name": "logs"}))

    event = {
        "microsoft.custom_event.name": "WorkflowJob",
        "microsoft.custom_measurements": json.dumps({"duration_seconds": 1.5}),
        "ai.operation.name": "build",
        "job_name": "test (3.11)",
    }
    failure = {"exception.type": "ValueError", "exception.message": "bad"}
    exporter = AzureMonitorLogExporter(**azure)
    sent = [record(**event), record("disk is filling"), record(**failure)]
    assert exporter.export(sent) is LogRecordExportResult.SUCCESS

    (row,) = insights.ask("customEvents | where cloud_RoleName == 'logs'")
    assert row["name"] == "WorkflowJob"
    assert row["customDimensions"]["job_name"] == "test (3.11)"
    assert row["customMeasurements"] == {"duration_seconds": 1.5}
    assert row["operation_Id"] == f"{0xABC:032x}"
    assert row["operation_ParentId"] == f"{0xDEF:016x}"
    assert row["operation_Name"] == "build"
    assert row["timestamp"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    (trace,) = insights.ask("traces | where cloud_RoleName == 'logs'")
    assert (trace["message"], trace["severityLevel"]) == ("disk is filling", 2)
    (exception,) = insights.ask("exceptions | where cloud_RoleName == 'logs'")
    assert (exception["type"], exception["message"]) == ("ValueError", "bad")


def test_the_real_trace_exporter_writes_requests_and_dependencies(
    insights: Insights, azure: dict[str, Any]
):
    from azure.monitor.opentelemetry.exporter import AzureMonitorTraceExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExportResult
    from opentelemetry.trace import SpanContext, SpanKind
    from opentelemetry.trace.status import Status, StatusCode

    start = time.time_ns()

    def span(span_id: int, kind: SpanKind, code: StatusCode) -> ReadableSpan:
        return ReadableSpan(
            "build",
            context=SpanContext(0xABC, span_id, is_remote=False),
            parent=SpanContext(0xABC, 1, is_remote=False) if span_id > 1 else None,
            resource=Resource({"service.name": "spans"}),
            kind=kind,
            status=Status(code),
            start_time=start,
            end_time=start + 90_061_000_000_000,
        )

    spans = [span(1, SpanKind.SERVER, StatusCode.OK), span(2, SpanKind.INTERNAL, StatusCode.ERROR)]
    assert AzureMonitorTraceExporter(**azure).export(spans) is SpanExportResult.SUCCESS

    (request,) = insights.ask("requests | where cloud_RoleName == 'spans'")
    assert (request["id"], request["duration"]) == (f"{1:016x}", 90_061_000)
    assert (request["success"], request["resultCode"]) == ("True", "0")
    (dependency,) = insights.ask("dependencies | where cloud_RoleName == 'spans'")
    assert (dependency["type"], dependency["success"]) == ("InProc", "False")
    assert dependency["operation_ParentId"] == request["id"]
    assert dependency["operation_Id"] == request["operation_Id"] == f"{0xABC:032x}"


def test_the_real_metric_exporter_writes_metrics(insights: Insights, azure: dict[str, Any]):
    from azure.monitor.opentelemetry.exporter import AzureMonitorMetricExporter
    from opentelemetry.sdk.metrics import MeterProvider
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader, MetricExportResult

    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    histogram = provider.get_meter("test").create_histogram("wait")
    for value in (3, 5):
        histogram.record(value, {"pool": "linux"})
    data = reader.get_metrics_data()
    assert AzureMonitorMetricExporter(**azure).export(data) is MetricExportResult.SUCCESS
    provider.shutdown()

    (row,) = insights.ask("customMetrics | where name == 'wait'")
    assert (row["valueSum"], row["valueCount"], row["valueMin"], row["valueMax"]) == (8, 2, 3, 5)
    assert row["customDimensions"] == {"pool": "linux"}
