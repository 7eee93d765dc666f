"""OpenTelemetry's SDK at work: metrics once a minute, warnings and exceptions as they come.

By the SDK and Azure's exporter, not by Azure's distribution of both: that brings instrumentations
of frameworks which nobody here uses, and takes five times as long to start.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress

from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter, AzureMonitorMetricExporter
from opentelemetry._logs import Logger, LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricExporter, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import SERVICE_NAME, Resource

from .azure_exporter import options, silence
from .health import Health
from .health_export import Destination
from .health_instruments import register
from .logs import keys_of

SCOPE = "github_telemetry"
OUR_LOGS = "src"
INTERVAL_SECONDS = 60.0
EXPORT_SECONDS = 5.0
LONGEST_QUEUE = 512  # log records that wait; what is more is dropped

_SEVERITIES = {
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}
# They would fill the logs while an endpoint is away.
_TALKATIVE = ("opentelemetry.sdk", "opentelemetry.exporter.otlp")

_Exporters = tuple[MetricExporter, LogRecordExporter]


def start_exporters(health: Health, to: Destination) -> Callable[[], None]:
    """Export from now on; what is returned sends the last figures and stops.

    Raises:
        ValueError: the connection string makes no sense.
    """
    silence()
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    exporters = list(_exporters(to))
    resource = Resource({SERVICE_NAME: to.service})
    readers = [
        PeriodicExportingMetricReader(metrics, INTERVAL_SECONDS * 1000, EXPORT_SECONDS * 1000)
        for metrics, _ in exporters
    ]
    meters = MeterProvider(readers, resource, shutdown_on_exit=False)
    loggers = LoggerProvider(resource, shutdown_on_exit=False)
    for _, logs in exporters:
        loggers.add_log_record_processor(
            BatchLogRecordProcessor(logs, max_queue_size=LONGEST_QUEUE)
        )
    handler = _Handler(loggers.get_logger(SCOPE))
    logging.getLogger(OUR_LOGS).addHandler(handler)
    register(health, meters.get_meter(SCOPE))

    def stop() -> None:
        logging.getLogger(OUR_LOGS).removeHandler(handler)
        with suppress(Exception):  # the service ends, and nobody is left to be told
            meters.shutdown()
        with suppress(Exception):
            loggers.shutdown()

    return stop


def _exporters(to: Destination) -> Iterator[_Exporters]:
    if to.connection_string:
        made_with = options(to.connection_string, EXPORT_SECONDS)
        yield AzureMonitorMetricExporter(**made_with), AzureMonitorLogExporter(**made_with)
    if to.otlp_endpoint:
        base = to.otlp_endpoint.rstrip("/")
        yield (
            OTLPMetricExporter(f"{base}/v1/metrics", timeout=EXPORT_SECONDS),
            OTLPLogExporter(f"{base}/v1/logs", timeout=EXPORT_SECONDS),
        )


class _Handler(logging.Handler):
    """Our own warnings and errors, as the SDK's records."""

    def __init__(self, logger: Logger) -> None:
        super().__init__(logging.WARNING)
        self._logger = logger

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one over; it is sent by another thread."""
        attributes = {key: str(value) for key, value in keys_of(record).items()}
        self._logger.emit(
            LogRecord(
                timestamp=int(record.created * 1e9),
                severity_number=_SEVERITIES.get(record.levelno),
                severity_text=record.levelname,
                body=record.getMessage(),
                attributes=attributes | _exception(record),
            )
        )


def _exception(record: logging.LogRecord) -> dict[str, str]:
    """What makes a record a row of `exceptions`, where it has one."""
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    return {
        "exception.type": type(error).__name__,
        "exception.message": str(error),
        "exception.stacktrace": logging.Formatter().formatException(record.exc_info),
    }
