"""Rows to Application Insights, through the exporter's public `export()`; the only file to know it.

Log records and spans are made by hand, with the times and ids that we choose, and handed over
without provider, sampler or batch processor: those lose data in a worker. With offline storage,
retries and the rate limiter off, the exporter's answer is the truth, and the queue does the
retrying.
https://learn.microsoft.com/en-us/azure/azure-monitor/app/opentelemetry-configuration
"""

import asyncio
import json
import logging
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorTraceExporter,
)
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

from ...shared.errors import SettingsError, SinkRefusedError, SinkUnavailableError
from .base import EventRow, Rows, SpanRow

ITEMS_PER_CALL = 500
READ_TIMEOUT_SECONDS = 10

_QUIET = (
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED",
    "APPLICATIONINSIGHTS_OPENTELEMETRY_RESOURCE_METRIC_DISABLED",
)
# They log refused payloads, and every request's headers.
_TALKATIVE = ("azure.monitor.opentelemetry.exporter", "azure.core.pipeline.policies")

_SOME_OR_ALL_REFUSED = frozenset({206, 400})
_REFUSED_FOR_GOOD = frozenset({400, 413})
_TOO_LARGE = 413
_SAMPLED_OUT = "Telemetry sampled out."

_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_FAILED, _FINE = Status(StatusCode.ERROR), Status(StatusCode.UNSET)

T = TypeVar("T")


class ApplicationInsightsSink:
    """Sends to the resource, or the stand-in, that the connection string names."""

    def __init__(self, connection_string: str) -> None:
        for name in _QUIET:
            os.environ[name] = "true"  # the exporter reads them when it is made and at each export
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._last_answer: Any = None
        options: dict[str, Any] = {
            "connection_string": connection_string,
            "disable_offline_storage": True,
            "max_envelopes_per_second": 0,
            "retry_total": 0,
            "read_timeout": READ_TIMEOUT_SECONDS,
            "raw_response_hook": self._note_answer,
        }
        try:
            self._logs = AzureMonitorLogExporter(**options)
            self._traces = AzureMonitorTraceExporter(**options)
        except ValueError as exc:
            raise SettingsError(f"APPLICATIONINSIGHTS_CONNECTION_STRING: {exc}") from exc

    async def emit(self, rows: Rows) -> None:
        """Send events, then spans, in a thread; each call's answer is awaited."""
        await asyncio.to_thread(self._emit, rows)

    async def close(self) -> None:
        """Close the exporters' connections."""
        self._logs.shutdown()
        self._traces.shutdown()

    def _emit(self, rows: Rows) -> None:
        self._send(self._logs.export, [_log_record(row) for row in rows.events])
        self._send(self._traces.export, [_span(row) for row in rows.spans])

    def _send(self, export: Callable[[Sequence[T]], Any], items: Sequence[T]) -> None:
        for part in _parts(items):
            self._last_answer = None
            if export(part).name != "SUCCESS" and (failure := _failure(self._last_answer)):
                raise failure

    def _note_answer(self, response: Any) -> None:
        """`export()` tells only success from failure; which one decides what is to be done."""
        self._last_answer = response.http_response


def _failure(answer: Any) -> SinkRefusedError | SinkUnavailableError | None:
    """What an unsuccessful call means: rows refused for what they are, or a service not well.

    None where the resource's own ingestion sampling left rows out, which is as its owner wants.
    """
    if answer is None:
        return SinkUnavailableError("Application Insights did not answer")
    complaint = f"Application Insights answered {answer.status_code}"
    if answer.status_code == _TOO_LARGE:
        return SinkRefusedError(complaint)
    errors = _item_errors(answer) if answer.status_code in _SOME_OR_ALL_REFUSED else []
    refused = [error for error in errors if error.get("message") != _SAMPLED_OUT]
    if errors and not refused:
        return None
    if refused and all(error["statusCode"] in _REFUSED_FOR_GOOD for error in refused):
        return SinkRefusedError(f"{complaint}: {refused[0].get('message')}")
    return SinkUnavailableError(complaint)


def _item_errors(answer: Any) -> list[dict[str, Any]]:
    try:
        errors = json.loads(answer.text())["errors"]
        return [error for error in errors if "statusCode" in error]
    except (ValueError, KeyError, TypeError):
        return []


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[i : i + ITEMS_PER_CALL] for i in range(0, len(items), ITEMS_PER_CALL))


def _log_record(row: EventRow) -> ReadableLogRecord:
    """A log record that the exporter turns into a custom event with measurements."""
    attributes = {
        **row.properties,
        "microsoft.custom_event.name": row.name,
        "microsoft.custom_measurements": json.dumps(row.measurements),
        "ai.operation.name": row.operation,
    }
    record = LogRecord(
        timestamp=_nanoseconds(row.at),
        trace_id=row.trace_id,
        span_id=row.parent_span_id,
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
        start_time=_nanoseconds(row.started_at),
        end_time=_nanoseconds(row.ended_at),
    )


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=_SAMPLED)


@lru_cache(maxsize=1024)
def _resource(role: str) -> Resource:
    """The repository is the role: the portal's application map then shows repositories."""
    return Resource({SERVICE_NAME: role})


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1000
