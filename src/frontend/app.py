"""HTTP in, durable queue messages out: POST /webhook, GET /health, GET /ready.

`uvicorn src.frontend.app:app` builds the app from the environment; tests call `create_app`.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ..shared import messages
from ..shared.errors import QueueUnavailableError
from ..shared.queues.base import Queue
from ..shared.queues.choose import open_queue
from ..shared.serving import build
from .body import Bodies
from .settings import FrontendSettings
from .webhook import Verdict, judge, refuse_early

ANSWER_DEADLINE_SECONDS = 6.0  # GitHub waits 10 s and does not redeliver by itself
READY_DEADLINE_SECONDS = 2.0

TOO_SLOW = Verdict(408, "the body took too long")
UNAVAILABLE = Verdict(503, "queue unavailable, try again")
STOPPING = Verdict(503, "the service stops, try again")

_HEADERS_OF = {408: [(b"connection", b"close")], 503: [(b"retry-after", b"10")]}

log = logging.getLogger(__name__)


class Webhook:
    """The endpoint as bare ASGI: FastAPI's routing would cost it as much as all its own work."""

    def __init__(self, queue: Queue, secrets: Sequence[bytes]) -> None:
        self._queue = queue
        self._secrets = secrets
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery."""
        headers = dict(scope["headers"])
        try:
            verdict = refuse_early(headers, self._secrets) or await self._take(headers, receive)
        except ClientDisconnect:
            return  # nobody is left to be answered
        except asyncio.CancelledError:  # the server's last word; passed on, it logs it as a fault
            verdict = STOPPING
        if verdict.status != 202:  # noqa: PLR2004 -- HTTP's own number
            _log(verdict, headers)
        await _answer(verdict, send)

    async def _take(self, headers: dict[bytes, bytes], receive: Receive) -> Verdict:
        """Read, judge, put: under one clock for both waits, since a clock costs 5 µs."""
        body = None
        try:
            async with asyncio.timeout(ANSWER_DEADLINE_SECONDS):
                body = await self._bodies.read(receive)
                return body if isinstance(body, Verdict) else await self._enqueue(headers, body)
        except (QueueUnavailableError, TimeoutError) as exc:
            if body is None:
                return TOO_SLOW
            log.error("queue put failed", extra={"error": str(exc) or "took too long"})  # noqa: TRY400 -- expected, and said in one line
            return UNAVAILABLE

    async def _enqueue(self, headers: dict[bytes, bytes], body: bytes) -> Verdict:
        verdict = judge(headers, body, self._secrets, datetime.now(UTC))
        if verdict.event is not None:
            await self._queue.put(messages.encode([verdict.event]))
        return verdict


@lru_cache(maxsize=64)
def _body(status: int, reason: str) -> bytes:
    """An answer's JSON; nearly all are the same few."""
    word = {202: "queued", 200: "ignored"}.get(status)
    return json.dumps({"status": word, "reason": reason} if word else {"error": reason}).encode()


async def _answer(verdict: Verdict, send: Send) -> None:
    body = _body(verdict.status, verdict.reason)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_HEADERS_OF.get(verdict.status, ()),
    ]
    await send({"type": "http.response.start", "status": verdict.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _log(verdict: Verdict, headers: dict[bytes, bytes]) -> None:
    level = logging.INFO if verdict.status == 200 else logging.WARNING  # noqa: PLR2004
    delivery_id = headers.get(b"x-github-delivery", b"")[:128].decode("ascii", "replace")
    keys = {"status": verdict.status, "reason": verdict.reason, "delivery_id": delivery_id}
    log.log(level, "delivery not queued", extra=keys)


class Frontend(FastAPI):
    """FastAPI for all but the webhook's own path, which goes straight to its endpoint."""

    webhook: Webhook

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Route one request."""
        if scope["type"] == "http" and scope["path"] == "/webhook" and scope["method"] == "POST":
            await self.webhook(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(queue: Queue, secrets: Sequence[bytes]) -> Frontend:
    """The app over this queue; no secrets means that unsigned deliveries are taken."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await queue.close()

    app = Frontend(lifespan=lifespan, openapi_url=None)  # and so neither /docs nor /redoc
    app.webhook = Webhook(queue, secrets)
    app.routes.append(Route("/webhook", app.webhook, methods=["POST"]))  # 405 for the others

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Alive."""
        return {"status": "healthy"}

    @app.get("/ready")
    async def ready() -> JSONResponse:
        """The queue can be reached."""
        try:
            async with asyncio.timeout(READY_DEADLINE_SECONDS):
                depth = await queue.depth()
        except (QueueUnavailableError, TimeoutError):
            return JSONResponse({"status": "queue unavailable"}, 503)
        return JSONResponse({"status": "ready", "queue_depth": depth})

    return app


def app_from(settings: FrontendSettings) -> Frontend:
    """The app that the settings ask for.

    Raises:
        SettingsError: they do not say whom to trust, or ask for what is not there.
    """
    secrets = settings.secrets()
    if not secrets:
        log.warning("UNSIGNED WEBHOOKS ARE ALLOWED: anybody can write here")
    queue = open_queue(
        settings.home,
        settings.queue_name,
        account_name=settings.account_name,
        mode=settings.mode,
    )
    return create_app(queue, secrets)


def __getattr__(name: str) -> Any:
    """`app`, built when uvicorn asks for it, so that importing this module does nothing."""
    if name != "app":
        raise AttributeError(name)
    return build(FrontendSettings, app_from)[1]
