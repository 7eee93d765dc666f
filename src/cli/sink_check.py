"""A sink in; a word on its being well out, or why it is not, with what may mend it."""

import asyncio
import re
import socket
import uuid
from datetime import UTC, datetime
from urllib.parse import urlsplit

from ..backend.settings import BackendSettings
from ..backend.sinks.application_insights import ApplicationInsightsSink
from ..backend.sinks.base import EventRow, Sink
from ..backend.sinks.jsonl import JsonlSink
from ..backend.sinks.otlp import OtlpSink
from ..shared.errors import SinkUnavailableError

CONNECT_SECONDS = 3.0
PROBE_EVENT = "DoctorProbe"

_DEFAULT_INGESTION = "https://dc.services.visualstudio.com"  # without an IngestionEndpoint
_INGESTION = re.compile(r"(?i)(?:^|;)\s*IngestionEndpoint\s*=\s*([^;\s]+)")
_MENDED_BY: dict[type[Sink], str] = {
    ApplicationInsightsSink: "is APPLICATIONINSIGHTS_CONNECTION_STRING the resource's own, and"
    " may this machine reach its IngestionEndpoint?",
    OtlpSink: "are OTEL_EXPORTER_OTLP_ENDPOINT (HTTP's port, usually 4318) and"
    " OTEL_EXPORTER_OTLP_HEADERS right?",
    JsonlSink: "may we write to JSONL_PATH?",
}
_THROTTLED = re.compile(r"answered (429|439)\b")  # the latter by Application Insights' daily cap
_DENIED = re.compile(r"answered (401|403)\b")
_DENIED_MENDED_BY = (
    "does it take tokens alone? set APPLICATIONINSIGHTS_AUTHENTICATION_STRING=Authorization=AAD"
    " (;ClientId=… for an identity of several), and give whoever runs this the role Monitoring"
    " Metrics Publisher"
)
_SILENT = "did not answer"


async def use_sink(sink: Sink, settings: BackendSettings) -> str:
    """Emit one event that nobody counts.

    Raises:
        SinkUnavailableError: it was not taken; says what may mend that.
    """
    row = EventRow(
        name=PROBE_EVENT,
        at=datetime.now(UTC),
        trace_id=uuid.uuid4().int,
        span_id=uuid.uuid4().int >> 64,
        operation=PROBE_EVENT,
        role="github-telemetry",
        properties={"sent_by": "doctor"},
        measurements={},
    )
    receipt = await sink.emit([row])
    if not (receipt.missing or receipt.refused):
        return f"took an event named {PROBE_EVENT}"
    said = receipt.complaint
    if _THROTTLED.search(said):
        raise SinkUnavailableError(f"{said}: it takes no more for now (a rate or a quota)")
    if isinstance(sink, ApplicationInsightsSink) and _DENIED.search(said):
        raise SinkUnavailableError(f"{said}: {_DENIED_MENDED_BY}")
    url = _url_of(sink, settings) if _SILENT in said else None
    found = f" ({await _try_to_connect(url)})" if url else ""
    raise SinkUnavailableError(f"{said}{found}: {_MENDED_BY[type(sink)]}")


def _url_of(sink: Sink, settings: BackendSettings) -> str | None:
    """Where the sink sends to, if it does so over a network."""
    if isinstance(sink, OtlpSink):
        return settings.otlp_endpoint
    if isinstance(sink, ApplicationInsightsSink) and settings.connection_string:
        given = _INGESTION.search(settings.connection_string.get_secret_value())
        return given[1] if given else _DEFAULT_INGESTION
    return None


async def _try_to_connect(url: str) -> str:
    """What is found at the URL's host and port; a proxy in between is not asked."""
    parts = urlsplit(url)
    host, port = parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except socket.gaierror:
        return f"no host {host} is known here"
    except ConnectionRefusedError:
        return f"nothing listens on {host}:{port}"
    except (OSError, TimeoutError):
        return f"{host}:{port} cannot be reached: a firewall, a proxy?"
    writer.close()
    return f"{host}:{port} takes connections, but gives no answer that counts"
