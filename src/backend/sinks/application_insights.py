"""Rows to Application Insights, through the exporter's public `export()`.

Log records and spans are made by hand, with the times and ids that we choose, and handed over
without provider, sampler or batch processor: those lose data in a worker. With offline storage,
retries and the rate limiter off, the exporter's answer is the truth, and the queue does the
retrying.
https://learn.microsoft.com/en-us/azure/azure-monitor/app/opentelemetry-configuration
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorTraceExporter,
)
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ...shared.azure_exporter import options, silence
from ...shared.errors import SettingsError
from .base import EventRow, Receipt, Row, SpanRow
from .calls import calls, nanoseconds
from .retry_after import retry_after_seconds

READ_TIMEOUT_SECONDS = 8  # so that ten seconds after it hung all is as before

_BY_ITEM = frozenset({206, 400})
_REFUSED_FOR_GOOD = frozenset({400, 413})
_TOO_LARGE = 413
_SAMPLED_OUT = "Telemetry sampled out."

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_FAILED, _FINE = Status(StatusCode.ERROR), Status(StatusCode.UNSET)


class ApplicationInsightsSink:
    """Sends to the resource, or the stand-in, that the connection string names."""

    def __init__(self, connection_string: str) -> None:
        silence()
        self._last_answer: Any = None
        made_with = {
            **options(connection_string, READ_TIMEOUT_SECONDS),
            "raw_response_hook": self._note_answer,
        }
        try:
            self._logs = AzureMonitorLogExporter(**made_with)
            self._traces = AzureMonitorTraceExporter(**made_with)
        except ValueError as exc:
            raise SettingsError(f"APPLICATIONINSIGHTS_CONNECTION_STRING: {exc}") from exc

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        """Send events, then spans, in a thread; each call's answer is awaited."""
        return await asyncio.to_thread(self._emit, rows)

    async def close(self) -> None:
        """Close the exporters' connections."""
        self._logs.shutdown()
        self._traces.shutdown()

    def _emit(self, rows: Sequence[Row]) -> Receipt:
        """Part after part; where the service is not well, what is left is not tried."""
        refused: list[Row] = []
        complaint = ""
        parts = list(calls(rows))
        for number, part in enumerate(parts):
            receipt = self._send(part)
            refused += receipt.refused
            complaint = receipt.complaint or complaint
            if receipt.missing:
                later = [row for left in parts[number + 1 :] for row in left]
                missing = [*receipt.missing, *later]
                return Receipt(missing, refused, complaint, receipt.retry_after_seconds)
        return Receipt((), refused, complaint)

    def _send(self, rows: Sequence[Row]) -> Receipt:
        self._last_answer = None
        try:
            succeeded = self._export(rows)
        except Exception as exc:  # noqa: BLE001 -- the exporter cannot write one of these rows
            return self._send_less(rows, f"{type(exc).__name__}: {exc}")
        if succeeded:
            return Receipt()
        answer = self._last_answer
        if answer is not None and answer.status_code == _TOO_LARGE:
            return self._send_less(rows, f"Application Insights answered {_TOO_LARGE}")
        return _receipt(rows, answer)

    def _export(self, rows: Sequence[Row]) -> bool:
        if isinstance(rows[0], EventRow):
            events = [_log_record(row) for row in rows if isinstance(row, EventRow)]
            return self._logs.export(events).name == "SUCCESS"
        spans = [_span(row) for row in rows if isinstance(row, SpanRow)]
        return self._traces.export(spans).name == "SUCCESS"

    def _send_less(self, rows: Sequence[Row], complaint: str) -> Receipt:
        """What does not pass together may pass by halves; what does not pass alone never will."""
        if len(rows) == 1:
            return Receipt(refused=rows, complaint=complaint)
        middle = len(rows) // 2
        one, other = self._send(rows[:middle]), self._send(rows[middle:])
        return Receipt(
            [*one.missing, *other.missing],
            [*one.refused, *other.refused],
            one.complaint or other.complaint,
            one.retry_after_seconds or other.retry_after_seconds,
        )

    def _note_answer(self, response: Any) -> None:
        """`export()` tells only success from failure; the answer tells of each row."""
        self._last_answer = response.http_response


def _receipt(rows: Sequence[Row], answer: Any) -> Receipt:
    """What an unsuccessful call means for each of its rows.

    A 206 or 400 names the rows that were not taken, with a status each. What the resource's own
    ingestion sampling left out is as its owner wants it: taken.
    https://learn.microsoft.com/en-us/azure/azure-monitor/app/api-custom-events-metrics
    """
    if answer is None:
        return Receipt(rows, complaint="Application Insights did not answer")
    wait = retry_after_seconds(answer.headers.get("Retry-After"), datetime.now(UTC))
    complaint = f"Application Insights answered {answer.status_code}"
    errors = _item_errors(answer, len(rows)) if answer.status_code in _BY_ITEM else None
    if errors is None:
        return Receipt(rows, complaint=complaint, retry_after_seconds=wait)
    errors = [error for error in errors if error.get("message") != _SAMPLED_OUT]
    refused = [rows[e["index"]] for e in errors if e["statusCode"] in _REFUSED_FOR_GOOD]
    missing = [rows[e["index"]] for e in errors if e["statusCode"] not in _REFUSED_FOR_GOOD]
    said = errors[0].get("message") if errors else None
    return Receipt(missing, refused, f"{complaint}: {said}" if said else complaint, wait)


def _item_errors(answer: Any, count: int) -> list[dict[str, Any]] | None:
    """The errors of an answer that tells of its items; None where it does not."""
    try:
        by_index = {error["index"]: error for error in json.loads(answer.text())["errors"]}
        errors: list[dict[str, Any]] = list(by_index.values())
        indices = all(isinstance(i, int) and 0 <= i < count for i in by_index)
        statuses = all(isinstance(error["statusCode"], int) for error in errors)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return errors if errors and indices and statuses else None


def _log_record(row: EventRow) -> ReadableLogRecord:
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


def _span(row: SpanRow) -> ReadableSpan:
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


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=_SAMPLED)


@lru_cache(maxsize=1024)
def _resource(role: str) -> Resource:
    """The repository is the role: the portal's application map then shows repositories."""
    return Resource({SERVICE_NAME: role})
