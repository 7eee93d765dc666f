"""HTTP in, rows in the store and answers out: POST /v2.1/track, POST /query, GET /health.

`uvicorn src.insights.app:app` builds the app from the environment; tests call `create_app`.
The event loop only reads and writes sockets: decoding, DuckDB and KQL run in threads.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse
from msgspec import DecodeError, Struct
from msgspec.json import decode

from ..shared.beside import beside
from ..shared.errors import SettingsError
from ..shared.serving import build
from .answers import json_value
from .ingestion import MAX_BODY_BYTES, TOO_LARGE, BadBodyError, decompress, ingest
from .kql import BadQueryError, learn_functions, run_kql
from .settings import InsightsSettings
from .store import Store, StoreError

SWEEP_EVERY_SECONDS = 3600.0
MAX_QUERY_BYTES = 1_000_000

# SDKs append the path to an endpoint that may end in a slash.
TRACK_PATHS = ("/v2.1/track", "/v2/track", "//v2.1/track", "//v2/track")

_WHAT_IT_IS = (
    "GitHub Telemetry's local stand-in for Application Insights: ask it by"
    " `python -m src query --list`; /tables/counts says how many rows it has.\n"
)

log = logging.getLogger(__name__)


class Query(Struct):
    """The body of POST /query."""

    query: str


def create_app(store: Store, retention: timedelta) -> FastAPI:
    """The app over this store, which it closes at its end."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        learning = run_in_threadpool(learn_functions)  # before anybody asks
        async with beside(_sweep_for_ever(store, retention)), beside(learning):
            yield
        await run_in_threadpool(store.close)

    app = FastAPI(title="GitHub Telemetry's Application Insights", lifespan=lifespan)

    async def track(request: Request) -> JSONResponse:
        """Take telemetry as the real endpoint does; answered once the rows are on the disk."""
        try:
            body = await _read_body(request, MAX_BODY_BYTES)
            gzipped = request.headers.get("content-encoding", "").lower() == "gzip"
            return await run_in_threadpool(_ingest, store, body, gzipped=gzipped)
        except BadBodyError as exc:
            return _refusal(exc)

    for path in TRACK_PATHS:
        app.post(path)(track)

    @app.post("/query")
    async def query(request: Request) -> JSONResponse:
        """Answer `{"query": KQL}` by `{"columns", "rows"}`, or 400 and `{"error"}`."""
        try:
            body = await _read_body(request, MAX_QUERY_BYTES)
            text = decode(body, type=Query).query
            return JSONResponse(await run_in_threadpool(_answer, store, text))
        except BadBodyError as exc:
            return JSONResponse({"error": str(exc)}, exc.status)
        except (BadQueryError, DecodeError, UnicodeDecodeError, RecursionError) as exc:
            return JSONResponse({"error": str(exc)}, 400)

    app.get("/", include_in_schema=False)(_what_it_is)

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Alive."""
        return {"status": "healthy"}

    @app.get("/tables/counts")
    def counts() -> dict[str, int]:
        """How many rows each table has."""
        return store.counts()

    return app


def app_from(settings: InsightsSettings) -> FastAPI:
    """The app that the settings ask for, its file opened.

    Raises:
        SettingsError: the file cannot be opened.
    """
    try:
        return create_app(Store(settings.file), settings.retention)
    except StoreError as exc:
        raise SettingsError(str(exc)) from exc


def __getattr__(name: str) -> Any:
    """`app`, built when uvicorn asks for it, so that importing this module does nothing."""
    if name != "app":
        raise AttributeError(name)
    return build(InsightsSettings, app_from)[1]


async def _what_it_is() -> PlainTextResponse:
    """For whoever opens the address in a browser."""
    return PlainTextResponse(_WHAT_IT_IS)


def _ingest(store: Store, body: bytes, *, gzipped: bool) -> JSONResponse:
    ingested = ingest(decompress(body) if gzipped else body, datetime.now(UTC))
    store.append(ingested.rows)
    if ingested.refusals:
        counts = {"refused": len(ingested.refusals), "received": ingested.received}
        log.warning("items refused", extra=counts)
    return JSONResponse(ingested.answer, ingested.status)


def _answer(store: Store, text: str) -> dict[str, object]:
    with store.cursor() as cursor:
        table = run_kql(cursor, text)
    return {"columns": table.columns, "rows": [[*map(json_value, row)] for row in table.rows]}


def _refusal(error: BadBodyError) -> JSONResponse:
    item = {"index": 0, "statusCode": error.status, "message": str(error)}
    return JSONResponse({"itemsReceived": 0, "itemsAccepted": 0, "errors": [item]}, error.status)


async def _read_body(request: Request, limit_bytes: int) -> bytes:
    """The body, given up on as soon as it is larger than anybody may send."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit_bytes:
            raise BadBodyError(TOO_LARGE, "The body is too large")
    return bytes(body)


async def _sweep_for_ever(store: Store, retention: timedelta) -> None:
    while True:
        try:
            await run_in_threadpool(store.sweep, datetime.now(UTC) - retention)
        except Exception:  # a full disk today must not keep old rows for ever
            log.exception("sweep failed")
        await asyncio.sleep(SWEEP_EVERY_SECONDS)
