"""POST /webhook as bare ASGI: a request comes in, its answer goes out when the queue has it.

FastAPI's routing would cost a delivery as much as all its own work.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ..model.semconv import ANSWER_DURATION, ENQUEUED, RECEIVED, REFUSED
from ..shared.errors import QueueUnavailableError
from ..shared.health import Health
from .body import Bodies
from .enqueue import Enqueuer
from .refusals import Refusals
from .webhook import Verdict, judge, refuse_early

ANSWER_DEADLINE_SECONDS = 6.0  # GitHub waits 10 s and does not redeliver by itself
QUEUED = 202

TOO_SLOW = Verdict(408, "the body took too long")
UNAVAILABLE = Verdict(503, "queue unavailable, try again")
STOPPING = Verdict(503, "the service stops, try again")

_HEADERS_OF = {408: [(b"connection", b"close")], 503: [(b"retry-after", b"10")]}


class Webhook:
    """The endpoint; no secrets means that unsigned deliveries are taken."""

    def __init__(self, enqueuer: Enqueuer, secrets: Sequence[bytes], health: Health) -> None:
        self._enqueuer = enqueuer
        self._secrets = secrets
        self._health = health
        self._refusals = Refusals(health, are_signed=bool(secrets))
        self._bodies = Bodies()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery, and count it."""
        began = time.perf_counter()
        self._health.count(RECEIVED)
        headers = dict(scope["headers"])
        try:
            verdict = refuse_early(headers, self._secrets) or await self._take(headers, receive)
        except ClientDisconnect:
            self._health.count(REFUSED, value="gone")  # nobody is left to be answered
            return
        except Exception:
            self._health.count(REFUSED, value="fault")
            raise
        if verdict.status == QUEUED:
            self._health.count(ENQUEUED)
        else:
            self._refusals.tell(verdict, headers)
        await _answer(verdict, send)
        self._health.lasted(ANSWER_DURATION, time.perf_counter() - began, str(verdict.status))

    async def _take(self, headers: dict[bytes, bytes], receive: Receive) -> Verdict:
        """Read, judge, put: under one clock for both waits, since a clock costs 5 µs."""
        event = None
        try:
            async with asyncio.timeout(ANSWER_DEADLINE_SECONDS):
                body = await self._bodies.read(receive)
                if isinstance(body, Verdict):
                    return body
                verdict = judge(headers, body, self._secrets, datetime.now(UTC))
                event = verdict.event
                if event is not None:
                    await self._enqueuer.put(event)
                return verdict
        except (QueueUnavailableError, TimeoutError) as exc:
            return _lost(UNAVAILABLE, str(exc) or "the queue took too long") if event else TOO_SLOW
        except asyncio.CancelledError:  # the server's last word; passed on, it logs it as a fault
            return _lost(STOPPING, "it stopped before the queue had it") if event else STOPPING


def _lost(verdict: Verdict, trouble: str) -> Verdict:
    """What is answered where a right delivery was not queued."""
    return replace(verdict, trouble=trouble)


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
