"""Rows to Application Insights, through the exporter's public `export()`.

What is exported is made by hand, with the times and ids that we choose, and handed over without
provider, sampler or batch processor: those lose data in a worker. With offline storage, retries and
the rate limiter off, the exporter's answer is the truth, and the queue does the retrying.
https://learn.microsoft.com/en-us/azure/azure-monitor/app/opentelemetry-configuration
"""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from azure.monitor.opentelemetry.exporter import (
    AzureMonitorLogExporter,
    AzureMonitorMetricExporter,
    AzureMonitorTraceExporter,
)

from ...shared.azure_authentication import EntraIdentity
from ...shared.azure_exporter import options, silence
from ...shared.errors import SettingsError
from .application_insights_items import log_record, metrics_data, span
from .base import EventRow, MetricRow, Receipt, Row, SpanRow
from .calls import calls
from .retry_after import retry_after_seconds

READ_TIMEOUT_SECONDS = 8  # so that ten seconds after it hung all is as before

_BY_ITEM = frozenset({206, 400})
_REFUSED_FOR_GOOD = frozenset({400, 413})
_TOO_LARGE = 413
_SAMPLED_OUT = "Telemetry sampled out."


class ApplicationInsightsSink:
    """Sends to the resource, or the stand-in, that the connection string names."""

    def __init__(self, connection_string: str, identity: EntraIdentity | None = None) -> None:
        silence()
        self._last_answer: Any = None
        try:
            made_with = {
                **options(connection_string, READ_TIMEOUT_SECONDS, identity),
                "raw_response_hook": self._note_answer,
            }
            self._credential = made_with["credential"]
            self._logs = AzureMonitorLogExporter(**made_with)
            self._traces = AzureMonitorTraceExporter(**made_with)
            self._metrics = AzureMonitorMetricExporter(**made_with)
        except ValueError as exc:
            raise SettingsError(f"APPLICATIONINSIGHTS_CONNECTION_STRING: {exc}") from exc

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        """Send events, then spans, then metrics, in a thread; each call's answer is awaited."""
        return await asyncio.to_thread(self._emit, rows)

    async def close(self) -> None:
        """Close the exporters' connections."""
        self._logs.shutdown()
        self._traces.shutdown()
        self._metrics.shutdown()

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
        if answer is None and self._credential and self._credential.trouble:
            return Receipt(rows, complaint=f"no token for it: {self._credential.trouble}")
        return _receipt(rows, answer)

    def _export(self, rows: Sequence[Row]) -> bool:
        match rows[0]:
            case EventRow():
                events = [log_record(row) for row in rows if isinstance(row, EventRow)]
                return self._logs.export(events).name == "SUCCESS"
            case SpanRow():
                spans = [span(row) for row in rows if isinstance(row, SpanRow)]
                return self._traces.export(spans).name == "SUCCESS"
            case MetricRow():
                points = metrics_data(row for row in rows if isinstance(row, MetricRow))
                return self._metrics.export(points).name == "SUCCESS"

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
