"""A POST as bare ASGI: a request comes in, its answer goes out when the queue has it.

FastAPI's routing would cost a delivery as much as all its own work.
"""

import asyncio
import time
from dataclasses import replace
from typing import Protocol

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from ..shared.errors import QueueUnavailableError
from ..shared.health import Health
from .answers import answer
from .enqueue import Enqueuer
from .headers import Headers
from .kinds import Kind
from .refusals import Refusals
from .verdict import Verdict

ANSWER_DEADLINE_SECONDS = 6.0  # GitHub waits 10 s and does not redeliver by itself
QUEUED = 202

TOO_SLOW = Verdict(408, "the body took too long")
UNAVAILABLE = Verdict(503, "queue unavailable, try again")
STOPPING = Verdict(503, "the service stops, try again")


class Judge(Protocol):
    """Knows one kind of request."""

    def refuse_early(self, headers: Headers) -> Verdict | None:
        """What can be refused by the headers alone, without waiting; None if nothing can."""

    async def judge(self, headers: Headers, receive: Receive) -> Verdict:
        """The verdict on a request that `refuse_early` let pass; reads its body."""


class Endpoint:
    """One path, and what its judge makes of it."""

    def __init__(
        self,
        kind: Kind,
        judge: Judge,
        enqueuer: Enqueuer,
        health: Health,
        *,
        tells_all_lost: bool,
    ) -> None:
        self._kind = kind
        self._judge = judge
        self._enqueuer = enqueuer
        self._refusals = Refusals(health, kind, tells_all_lost=tells_all_lost)
        self._health = health

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and count it."""
        began = time.perf_counter()
        self._health.count(self._kind.received)
        headers = dict(scope["headers"])
        try:
            verdict = self._judge.refuse_early(headers) or await self._take(headers, receive)
        except ClientDisconnect:
            self._health.count(self._kind.refused, value="gone")  # nobody is left to be answered
            return
        except Exception:
            self._health.count(self._kind.refused, value="fault")
            raise
        if verdict.status == QUEUED:
            self._health.count(self._kind.enqueued)
        else:
            self._refusals.tell(verdict, headers)
        await answer(verdict, send)
        took_seconds = time.perf_counter() - began
        self._health.lasted(self._kind.answer_duration, took_seconds, str(verdict.status))

    async def _take(self, headers: Headers, receive: Receive) -> Verdict:
        """Judge, put: under one clock for both waits, since a clock costs 5 µs."""
        event = None
        try:
            async with asyncio.timeout(ANSWER_DEADLINE_SECONDS):
                verdict = await self._judge.judge(headers, receive)
                event = verdict.event
                if event is not None:
                    await self._enqueuer.put(event)
                return verdict
        except (QueueUnavailableError, TimeoutError) as exc:
            return _lost(UNAVAILABLE, str(exc) or "the queue took too long") if event else TOO_SLOW
        except asyncio.CancelledError:  # the server's last word; passed on, it logs it as a fault
            return _lost(STOPPING, "it stopped before the queue had it") if event else STOPPING


def _lost(verdict: Verdict, trouble: str) -> Verdict:
    """What is answered where a right request was not queued."""
    return replace(verdict, trouble=trouble)
