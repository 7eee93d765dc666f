"""A queue, a store, a sink, a frontend in; a word on its being well out, or why it is not.

Who runs this asks with rights of their own: in the cloud, run it where the service runs. Nothing
is disturbed. The probe message is an envelope without events, which a worker that is quicker takes
and deletes; other messages are put back at once; no saved function counts the probe event.

Each check raises TelemetryError where something is wrong, with what may mend it.
"""

import uuid
from datetime import UTC, datetime

import httpx

from ..backend.sinks.application_insights import ApplicationInsightsSink
from ..backend.sinks.base import EventRow, Sink
from ..backend.sinks.jsonl import JsonlSink
from ..backend.sinks.otlp import OtlpSink
from ..frontend.settings import FrontendSettings
from ..shared import messages
from ..shared.errors import ObjectStoreUnavailableError, SinkUnavailableError, TelemetryError
from ..shared.object_store import ObjectStore
from ..shared.queues.base import Queue

ANSWER_SECONDS = 5.0
MOST_TAKEN = 32
LEASE_SECONDS = 5.0
PROBE_EVENT = "DoctorProbe"
PROBE = messages.encode([])

_MENDED_BY: dict[type[Sink], str] = {
    ApplicationInsightsSink: "is APPLICATIONINSIGHTS_CONNECTION_STRING the resource's own, and"
    " may this machine reach its IngestionEndpoint?",
    OtlpSink: "are OTEL_EXPORTER_OTLP_ENDPOINT (HTTP's port, usually 4318) and"
    " OTEL_EXPORTER_OTLP_HEADERS right?",
    JsonlSink: "may we write to JSONL_PATH?",
}


async def put_probe(queue: Queue) -> str:
    """What the frontend does: put, and count for /ready."""
    await queue.put(PROBE)
    return f"took a probe; messages: {await queue.depth()}"


async def take_probe(queue: Queue) -> str:
    """What the worker does: receive, delete, put back."""
    taken = await queue.receive(MOST_TAKEN, LEASE_SECONDS)
    probes = [message for message in taken if message.body == PROBE]
    others = [message for message in taken if message.body != PROBE]
    try:
        await queue.delete(probes)
    finally:
        await queue.release(others)
    if probes:
        return "gave the probe back, and deleted it"
    return f"gave {len(others)} others, put back; a worker has the probe, or will"


async def count_poison(queue: Queue) -> str:
    """Poisoned messages are there to be seen to, and no fault of the queue's."""
    depth = await queue.depth()
    return "empty" if depth == 0 else f"holds {depth}: see `python -m src poison list`"


async def use_store(store: ObjectStore) -> str:
    """Write an object, read it, delete it."""
    key = f"doctor/{uuid.uuid4().hex}"
    await store.create(key, PROBE)
    try:
        if await store.read(key) != PROBE:
            raise ObjectStoreUnavailableError("gave back something else than was written")
    finally:
        await store.delete(key)
    return "took, gave and deleted a probe"


async def use_sink(sink: Sink) -> str:
    """Emit one event that nobody counts."""
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
    if receipt.missing or receipt.refused:
        raise SinkUnavailableError(f"{receipt.complaint}: {_MENDED_BY[type(sink)]}")
    return f"took an event named {PROBE_EVENT}"


async def ask_frontend(settings: FrontendSettings) -> str | None:
    """Ask /health and /ready; None where nobody listens, as it may run elsewhere."""
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104
    url = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        try:
            health, ready = [await client.get(f"{url}/{path}") for path in ("health", "ready")]
        except httpx.ConnectError:
            return None
        except httpx.HTTPError as exc:
            raise TelemetryError(f"{url} does not answer: {type(exc).__name__}") from exc
    if not health.is_success:
        raise TelemetryError(f"{url}/health answers {health.status_code}: is it somebody else's?")
    if not ready.is_success:
        raise TelemetryError(f"{url}/ready answers {ready.status_code}: it cannot reach its queue")
    return f"{url} is ready"
