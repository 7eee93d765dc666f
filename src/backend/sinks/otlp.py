"""Rows to any OpenTelemetry backend, by OTLP over HTTP in protobuf.

The OpenTelemetry exporters retry in hiding for as long as their timeout, and tell neither the
status nor a partial success. A row's fate must be known here, so requests go through a client of
our own, once each, and the queue does the retrying.

A partial success says how many rows were rejected and not which. They are then sent again by
halves until that is known, so the backend gets some of the others twice; their `record_id` and
`revision` stay the same.
https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
"""

import asyncio
import gzip
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import httpx
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from ...shared.errors import SettingsError
from .base import EventRow, MetricRow, Receipt, Row, SpanRow
from .calls import calls
from .otlp_messages import logs_request, metrics_request, traces_request
from .retry_after import retry_after_seconds

LONGEST_COMPLAINT = 200  # characters of what a backend has to say

_FASTEST = 1
_NOT_FOUND = 404
_OF_THE_ROWS = frozenset({400, 413})  # about what was sent, not about the service
_WHO = "the OTLP endpoint"


@dataclass(frozen=True, slots=True)
class _Signal:
    """One of OpenTelemetry's signals.

    Attributes:
        path: below `/v1/`.
        request: writes the rows.
        response: what is answered.
        rejected: how its partial success calls the number of rows that were not taken.
        may_be_missing: a collector may have no pipeline for it, and then does not know the path.
    """

    path: str
    request: Callable[[Iterable[Any]], Message]
    response: type[Message]
    rejected: str
    may_be_missing: bool = False


_SIGNALS: Mapping[type[Row], _Signal] = MappingProxyType(
    {
        EventRow: _Signal("logs", logs_request, ExportLogsServiceResponse, "rejected_log_records"),
        SpanRow: _Signal("traces", traces_request, ExportTraceServiceResponse, "rejected_spans"),
        MetricRow: _Signal(
            "metrics",
            metrics_request,
            ExportMetricsServiceResponse,
            "rejected_data_points",
            may_be_missing=True,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What became of one call.

    Attributes:
        is_away: nothing is known of the rows; sending them again may help.
        rejected: how many rows were not taken; None: none was, for the sake of some.
        complaint: why, in one line.
        retry_after_seconds: when to ask again, where it says so.
    """

    is_away: bool = False
    rejected: int | None = 0
    complaint: str = ""
    retry_after_seconds: float | None = None


class OtlpSink:
    """Posts to `<endpoint>/v1/logs`, `…/v1/traces` and `…/v1/metrics`."""

    def __init__(
        self,
        endpoint: str,
        headers: str = "",
        *,
        timeout_seconds: float = 10,
        compress: bool = False,
    ) -> None:
        """Headers are `name=value,…` with percent-encoded values, as OpenTelemetry writes them.

        Raises:
            SettingsError: the endpoint or the headers make no sense; their values are not shown.
        """
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it has a line for each request
        self._endpoint = _checked(endpoint)
        self._timeout_seconds = timeout_seconds
        self._compress = compress
        encoding = {"Content-Encoding": "gzip"} if compress else {}
        self._client = httpx.AsyncClient(
            headers={**_parse_headers(headers), "Content-Type": "application/x-protobuf"} | encoding
        )

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        """Send events, then spans, then metrics, no more at once than backends take."""
        return await self._send_in_turn(list(calls(rows)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send_in_turn(
        self, parts: Sequence[Sequence[Row]], most_rejected: int | None = None
    ) -> Receipt:
        """Part after part; where the service is not well, what is left is not tried.

        Once as many are refused as were rejected together, the others are known to be taken.
        """
        refused: list[Row] = []
        complaint = ""
        for number, part in enumerate(parts, 1):
            receipt = await self._send(part)
            refused += receipt.refused
            complaint = receipt.complaint or complaint
            if receipt.missing:
                later = [row for left in parts[number:] for row in left]
                return replace(receipt, missing=[*receipt.missing, *later], refused=refused)
            if len(refused) == most_rejected:
                break
        return Receipt((), refused, complaint)

    async def _send(self, rows: Sequence[Row]) -> Receipt:
        """One call, and smaller ones where only those tell which rows are no good."""
        answer = await self._call(rows)
        if answer.is_away:
            return Receipt(rows, (), answer.complaint, answer.retry_after_seconds)
        if answer.rejected == 0:
            return Receipt()
        if len(rows) in {1, answer.rejected}:
            return Receipt((), rows, answer.complaint)
        middle = len(rows) // 2
        return await self._send_in_turn((rows[:middle], rows[middle:]), answer.rejected)

    async def _call(self, rows: Sequence[Row]) -> _Answer:
        signal = _SIGNALS[type(rows[0])]
        try:
            body = await asyncio.to_thread(self._encode, signal.request, rows)
        except Exception as exc:  # noqa: BLE001 -- protobuf cannot write one of these rows
            return _Answer(rejected=None, complaint=f"{type(exc).__name__}: cannot be written")
        try:
            async with asyncio.timeout(self._timeout_seconds):
                url = f"{self._endpoint}/v1/{signal.path}"
                response = await self._client.post(url, content=body, timeout=None)
        except (httpx.HTTPError, TimeoutError) as exc:
            return _Answer(is_away=True, complaint=f"{_WHO} did not answer: {type(exc).__name__}")
        if response.status_code == _NOT_FOUND and signal.may_be_missing:
            return _Answer(rejected=len(rows), complaint=f"{_WHO} takes no {signal.path}")
        return _read(response, signal, datetime.now(UTC))

    def _encode(self, request: Callable[[Iterable[Any]], Message], rows: Sequence[Row]) -> bytes:
        body = request(rows).SerializeToString()
        return gzip.compress(body, _FASTEST) if self._compress else body


def _read(response: httpx.Response, signal: _Signal, now: datetime) -> _Answer:
    said = f"{_WHO} answered {response.status_code}"
    if response.is_success:
        return _read_success(response, signal, said)
    if response.status_code in _OF_THE_ROWS:
        return _Answer(rejected=None, complaint=said)
    wait = retry_after_seconds(response.headers.get("Retry-After"), now)
    return _Answer(is_away=True, complaint=said, retry_after_seconds=wait)


def _read_success(response: httpx.Response, signal: _Signal, said: str) -> _Answer:
    """A success in another tongue may be a portal's page: it is no receipt."""
    try:
        rejected, why = _partial_success(response.content, signal)
    except DecodeError:
        return _Answer(is_away=True, complaint=f"{said}, but not in OTLP")
    if rejected <= 0:
        return _Answer()
    line = " ".join(why.split())[:LONGEST_COMPLAINT]
    return _Answer(rejected=rejected, complaint=f"{said}: {line}" if line else said)


def _partial_success(content: bytes, signal: _Signal) -> tuple[int, str]:
    """How many rows were rejected, and why."""
    answer: Any = signal.response.FromString(content)
    partial = answer.partial_success
    return getattr(partial, signal.rejected), partial.error_message


def _checked(endpoint: str) -> str:
    try:
        url = httpx.URL(endpoint)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        raise SettingsError("OTEL_EXPORTER_OTLP_ENDPOINT: not a URL such as http://localhost:4318")
    return endpoint.rstrip("/")


def _parse_headers(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    headers = {name.strip(): unquote(value).strip() for name, _, value in pairs}
    is_good = all(equals for _, equals, _ in pairs) and all(map(_is_header, headers.items()))
    if not is_good:
        raise SettingsError("OTEL_EXPORTER_OTLP_HEADERS: not name=value,… (percent-encoded)")
    return headers


def _is_header(header: tuple[str, str]) -> bool:
    """Whether HTTP can carry it."""
    name, value = header
    return bool(name) and f"{name}{value}".isascii() and f"{name}{value}".isprintable()
