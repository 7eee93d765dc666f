"""Verdicts in, an OTLP receiver that gives them out; it keeps what it decodes and takes."""

import gzip
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import HistogramDataPoint, Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.http_service import serving

Item = LogRecord | Span | HistogramDataPoint


@dataclass(frozen=True)
class Verdict:
    """How to answer a call; `body` replaces what OTLP would say."""

    status: int = 200
    rejected: int = 0
    why: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    hang: bool = False


@dataclass
class Receiver:
    """Judges each call by `judge`; takes everything until told otherwise."""

    url: str = ""
    judge: Callable[[Sequence[Item]], Verdict] = lambda _: Verdict()
    calls: list[int] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    logs: list[tuple[str, LogRecord]] = field(default_factory=list)
    spans: list[tuple[str, Span]] = field(default_factory=list)
    metrics: list[tuple[str, Metric]] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def take(self, path: str, body: bytes) -> tuple[Verdict, bytes]:
        """Decode, judge, keep what a success says was taken; the verdict and its body."""
        answer: Any
        if path == "/v1/logs":
            named, kept, answer = _logs(body), self.logs, ExportLogsServiceResponse()
            items, rejected = [record for _, record in named], "rejected_log_records"
        elif path == "/v1/metrics":
            named, kept, answer = _metrics(body), self.metrics, ExportMetricsServiceResponse()
            items = [point for _, metric in named for point in metric.histogram.data_points]
            rejected = "rejected_data_points"
        else:
            named, kept, answer = _spans(body), self.spans, ExportTraceServiceResponse()
            items, rejected = [span for _, span in named], "rejected_spans"
        verdict = self.judge(items)
        self.calls.append(len(items))
        if verdict.status == 200 and not verdict.rejected:
            kept.extend(named)
        setattr(answer.partial_success, rejected, verdict.rejected)
        answer.partial_success.error_message = verdict.why
        return verdict, answer.SerializeToString() if verdict.body is None else verdict.body


def _logs(body: bytes) -> list[tuple[str, LogRecord]]:
    request = ExportLogsServiceRequest.FromString(body)
    return [
        (_service(of_resource.resource), record)
        for of_resource in request.resource_logs
        for of_scope in of_resource.scope_logs
        for record in of_scope.log_records
    ]


def _spans(body: bytes) -> list[tuple[str, Span]]:
    request = ExportTraceServiceRequest.FromString(body)
    return [
        (_service(of_resource.resource), span)
        for of_resource in request.resource_spans
        for of_scope in of_resource.scope_spans
        for span in of_scope.spans
    ]


def _metrics(body: bytes) -> list[tuple[str, Metric]]:
    request = ExportMetricsServiceRequest.FromString(body)
    return [
        (_service(of_resource.resource), metric)
        for of_resource in request.resource_metrics
        for of_scope in of_resource.scope_metrics
        for metric in of_scope.metrics
    ]


def _service(resource: Any) -> str:
    [name] = [a.value.string_value for a in resource.attributes if a.key == "service.name"]
    return str(name)


@contextmanager
def otlp_receiver() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.headers.append({name.lower(): value for name, value in self.headers.items()})
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            verdict, answer = receiver.take(self.path, body)
            if verdict.hang:
                receiver.is_over.wait()
                self.close_connection = True
                return
            self.send_response(verdict.status)
            headers = {"Content-Type": "application/x-protobuf", **verdict.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with serving(Handler) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        try:
            yield receiver
        finally:
            receiver.is_over.set()
