"""Our own warnings and errors in, as logging has them; OpenTelemetry's log records out.

One with a traceback becomes a row of `exceptions` in Application Insights, any other of `traces`.
"""

import logging
from collections.abc import Sequence

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter
from opentelemetry.sdk.resources import Resource

from .logs import keys_of

OURS = "src"
LONGEST_QUEUE = 512  # records that wait; what is more is dropped

_SEVERITIES = {
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}


class Warnings(logging.Handler):
    """Hears what our modules say, from warnings upward, until it is stopped."""

    def __init__(self, resource: Resource, exporters: Sequence[LogRecordExporter]) -> None:
        super().__init__(logging.WARNING)
        self._provider = LoggerProvider(resource, shutdown_on_exit=False)
        for exporter in exporters:
            processor = BatchLogRecordProcessor(exporter, max_queue_size=LONGEST_QUEUE)
            self._provider.add_log_record_processor(processor)
        self._logger = self._provider.get_logger(OURS)
        logging.getLogger(OURS).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one over; another thread sends it."""
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

    def stop(self) -> None:
        """Hear no more, and send what waits."""
        logging.getLogger(OURS).removeHandler(self)
        self._provider.shutdown()


def _exception(record: logging.LogRecord) -> dict[str, str]:
    if not record.exc_info or record.exc_info[1] is None:
        return {}
    error = record.exc_info[1]
    return {
        "exception.type": type(error).__name__,
        "exception.message": str(error),
        "exception.stacktrace": logging.Formatter().formatException(record.exc_info),
    }
