"""Through the real exporters, into the local stand-in and an OTLP receiver of this test's own."""

import asyncio
import logging
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from random import Random

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from src.model.semconv import (
    ANSWER_DURATION,
    ENQUEUED,
    LAG,
    METRIC_BY_NAME,
    QUEUE_DEPTH,
    REFUSED,
)
from src.shared import azure_exporter, health_export, health_requests
from src.shared.health import Health
from src.shared.health_export import Destination, exporting
from src.shared.health_instruments import register
from src.shared.health_requests import RequestSpans
from tests.backend.scene import until
from tests.insights.stack import KEY, free_port, running_insights

SERVICE = "a-service"
ENDING_SECONDS = 30.0
log = logging.getLogger("src.test")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What it sets for the process ends with the test; nobody waits before it starts."""
    for name in azure_exporter._QUIET:
        monkeypatch.setenv(name, "true")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(health_export, "START_AFTER_SECONDS", 0)


def busy_health() -> Health:
    health = Health(queue_depth=7)
    health.count(ENQUEUED, 3)
    health.count(REFUSED, 2, "unsigned")
    return health


async def export_a_little(health: Health, to: Destination) -> float:
    """Run until it exports, let something happen, end; how long the end took."""
    async with exporting(health, to):
        await until(lambda: len(health.listeners) == (2 if to.request_ratio else 1))
        health.lasted(ANSWER_DURATION, 0.5, "202")
        health.lasted(ANSWER_DURATION, 0.25, "202")
        log.warning("something is odd", extra={"reason": "why"})
        try:
            int("a bug")
        except ValueError:
            log.exception("a batch failed")
        began = time.monotonic()
    return time.monotonic() - began


def test_every_metric_of_the_table_is_known_by_its_name_and_unit():
    reader = InMemoryMetricReader()
    health = busy_health()
    register(health, MeterProvider([reader]).get_meter("test"))
    health.lasted(ANSWER_DURATION, 0.5)

    data = reader.get_metrics_data()
    assert data is not None
    [metrics] = [scope.metrics for found in data.resource_metrics for scope in found.scope_metrics]
    assert {metric.name for metric in metrics} == {ENQUEUED, REFUSED, QUEUE_DEPTH, ANSWER_DURATION}
    for metric in metrics:
        assert metric.unit == METRIC_BY_NAME[metric.name].unit
    [point] = next(metric for metric in metrics if metric.name == REFUSED).data.data_points
    assert (point.value, point.attributes) == (2, {"reason": "unsigned"})  # type: ignore[union-attr]


def test_counts_warnings_and_exceptions_are_in_the_tables_of_application_insights(tmp_path: Path):
    with running_insights(tmp_path / "home") as insights:
        connection = SecretStr(f"InstrumentationKey={KEY};IngestionEndpoint={insights.url}")
        asyncio.run(export_a_little(busy_health(), Destination(SERVICE, connection)))
        metrics = {
            row["name"]: row
            for row in insights.ask(
                "customMetrics | project name, value, valueCount, valueMax, customDimensions,"
                " cloud_RoleName"
            )
        }
        traces = insights.ask("traces | project message, severityLevel, customDimensions")
        exceptions = insights.ask("exceptions | project type, outerMessage")

    assert metrics.keys() == {ENQUEUED, REFUSED, QUEUE_DEPTH, ANSWER_DURATION}
    assert metrics[ENQUEUED]["value"] == 3
    assert metrics[QUEUE_DEPTH]["value"] == 7
    assert metrics[REFUSED]["customDimensions"] == {"reason": "unsigned"}
    durations = metrics[ANSWER_DURATION]
    assert (durations["value"], durations["valueCount"], durations["valueMax"]) == (0.75, 2, 0.5)
    assert {row["cloud_RoleName"] for row in metrics.values()} == {SERVICE}
    assert [row["message"] for row in traces] == ["something is odd"]
    assert [(row["type"], row["outerMessage"]) for row in exceptions] == [
        ("ValueError", "a batch failed")
    ]


class Receiver(HTTPServer):
    """Keeps what is posted, by path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: dict[str, list[bytes]] = {}


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.setdefault(self.path, []).append(body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_same_goes_to_an_otlp_endpoint(receiver: Receiver):
    endpoint = f"http://127.0.0.1:{receiver.server_port}/"
    asyncio.run(export_a_little(busy_health(), Destination(SERVICE, otlp_endpoint=endpoint)))

    assert receiver.bodies.keys() == {"/v1/metrics", "/v1/logs"}
    [found] = ExportMetricsServiceRequest.FromString(
        receiver.bodies["/v1/metrics"][-1]
    ).resource_metrics
    names = {metric.name for scope in found.scope_metrics for metric in scope.metrics}
    assert names == {ENQUEUED, REFUSED, QUEUE_DEPTH, ANSWER_DURATION}
    logs = [ExportLogsServiceRequest.FromString(body) for body in receiver.bodies["/v1/logs"]]
    records = [
        r for each in logs for f in each.resource_logs for s in f.scope_logs for r in s.log_records
    ]
    assert [r.body.string_value for r in records] == ["something is odd", "a batch failed"]


def test_requests_are_told_one_by_one_where_that_is_asked_for(tmp_path: Path):
    with running_insights(tmp_path / "home") as insights:
        connection = SecretStr(f"InstrumentationKey={KEY};IngestionEndpoint={insights.url}")
        to = Destination(SERVICE, connection, request_ratio=1)
        asyncio.run(export_a_little(busy_health(), to))
        columns = "name, resultCode, success, duration, itemCount"
        requests = insights.ask(f"requests | project {columns} | order by duration")

    told = [(r["name"], r["resultCode"], r["success"], r["duration"]) for r in requests]
    assert told == [("POST /webhook", "202", "True", ms) for ms in (500, 250)]
    assert {row["itemCount"] for row in requests} == {1}


@pytest.mark.parametrize(("ratio", "least", "most"), [(0.5, 380, 620), (0.01, 0, 40)])
def test_a_share_of_the_requests_stands_for_all(
    ratio: float, least: int, most: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health_requests, "random", Random(1).random)  # noqa: S311 -- seeded
    exporter = InMemorySpanExporter()
    spans = RequestSpans(ratio, Resource({}), [exporter])
    for number in range(1000):
        spans.tell(ANSWER_DURATION, 0.1, "503" if number % 2 else "202")
        spans.tell(LAG, 0.1, "")
        if number % 100 == 99:
            time.sleep(0.001)  # its queue is bounded
    spans.stop()
    told = exporter.get_finished_spans()

    assert least <= len(told) <= most
    for span in told:
        assert span.attributes is not None
        assert span.attributes["_MS.sampleRate"] == 100 * ratio
        is_fault = span.attributes["http.response.status_code"] == 503
        assert span.status.is_ok is not is_fault


def test_an_endpoint_that_is_away_or_hangs_is_nobodys_trouble(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
):
    before = set(threading.enumerate())
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = f"http://127.0.0.1:{silent.getsockname()[1]}"
        away = f"InstrumentationKey={KEY};IngestionEndpoint=http://127.0.0.1:{free_port()}"
        to = Destination(SERVICE, SecretStr(away), hanging)
        taken = asyncio.run(export_a_little(busy_health(), to))

    assert taken < health_export.STOP_SECONDS + 0.5
    assert {record.name for record in caplog.records if record.levelno > logging.INFO} == {log.name}
    assert KEY not in capfd.readouterr().err
    # Their last tries draw their pauses by `random`, which other tests seed.
    for thread in set(threading.enumerate()) - before:
        thread.join(ENDING_SECONDS)
        assert not thread.is_alive(), thread


def test_a_connection_string_that_makes_no_sense_is_said_without_showing_it(
    caplog: pytest.LogCaptureFixture,
):
    def is_said() -> bool:
        return any(r.getMessage() == "health is not exported" for r in caplog.records)

    async def run() -> None:
        async with exporting(Health(), Destination(SERVICE, SecretStr("InstrumentationKey=hush"))):
            await until(is_said)

    asyncio.run(run())
    [said] = [r for r in caplog.records if r.getMessage() == "health is not exported"]
    assert "hush" not in str(vars(said))


def test_without_a_destination_nothing_is_started():
    async def run() -> int:
        before = threading.active_count()
        async with exporting(Health(), Destination(SERVICE)):
            await asyncio.sleep(0.05)
            return threading.active_count() - before

    assert asyncio.run(run()) == 0
