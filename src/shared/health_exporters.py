"""OpenTelemetry's SDK at work: metrics once a minute, warnings and sampled requests as they come.

By the SDK and Azure's exporters, not by Azure's distribution of both: that brings instrumentations
of frameworks which nobody here uses, and takes five times as long to start.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorMetricExporter,
    AzureMonitorTraceExporter,
)
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs.export import LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace.export import SpanExporter

from .azure_exporter import options, silence
from .health import Health
from .health_export import Destination
from .health_instruments import register
from .health_requests import RequestSpans
from .health_warnings import Warnings
from .logs import hush

SCOPE = "github_telemetry"
INTERVAL_SECONDS = 60.0
EXPORT_SECONDS = 5.0

# They would fill the logs while an endpoint is away.
_TALKATIVE = ("opentelemetry.sdk", "opentelemetry.exporter.otlp")


@dataclass(frozen=True, slots=True)
class _Exporters:
    """What sends to one place."""

    metrics: MetricExporter
    logs: LogRecordExporter
    spans: SpanExporter


def start_exporters(health: Health, to: Destination) -> Callable[[], None]:
    """Export from now on; what is returned sends the last figures and stops.

    Raises:
        ValueError: the connection string makes no sense.
    """
    silence()
    hush(_TALKATIVE)
    places = _places(to)
    resource = Resource({SERVICE_NAME: to.service})
    warnings = Warnings(resource, [place.logs for place in places])
    parts = [warnings.stop]
    if to.request_ratio:
        requests = RequestSpans(to.request_ratio, resource, [place.spans for place in places])
        health.listeners.append(requests.tell)
        parts.append(requests.stop)
    meters = MeterProvider(_readers(places), resource, shutdown_on_exit=False)
    register(health, meters.get_meter(SCOPE))
    parts.append(meters.shutdown)

    def stop() -> None:
        for part in parts:
            with suppress(Exception):  # the service ends, and nobody is left to be told
                part()

    return stop


def _readers(places: Sequence[_Exporters]) -> list[PeriodicExportingMetricReader]:
    every, within = INTERVAL_SECONDS * 1000, EXPORT_SECONDS * 1000
    return [PeriodicExportingMetricReader(place.metrics, every, within) for place in places]


def _places(to: Destination) -> list[_Exporters]:
    places = []
    if to.connection_string:
        made_with = options(to.connection_string.get_secret_value(), EXPORT_SECONDS, to.identity)
        places.append(
            _Exporters(
                AzureMonitorMetricExporter(**made_with),
                AzureMonitorLogExporter(**made_with),
                AzureMonitorTraceExporter(**made_with),
            )
        )
    if to.otlp_endpoint:
        base = to.otlp_endpoint.rstrip("/")
        places.append(
            _Exporters(
                OTLPMetricExporter(f"{base}/v1/metrics", timeout=EXPORT_SECONDS),
                OTLPLogExporter(f"{base}/v1/logs", timeout=EXPORT_SECONDS),
                OTLPSpanExporter(f"{base}/v1/traces", timeout=EXPORT_SECONDS),
            )
        )
    return places
