"""A verdict in, its HTTP answer out, as ASGI messages."""

import json
from collections.abc import Iterable
from functools import lru_cache

from starlette.types import Send

from .verdict import Verdict

RETRY_AFTER_SECONDS = 10  # where nobody knows better

_HANG_UP = [(b"connection", b"close")]
_COME_BACK = [(b"retry-after", b"%d" % RETRY_AFTER_SECONDS)]
_HEADERS_OF = {408: _HANG_UP, 429: _COME_BACK, 503: _COME_BACK}


async def answer(verdict: Verdict, send: Send) -> None:
    """Answer it."""
    body = _body(verdict.status, verdict.reason)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *_more_headers(verdict),
    ]
    await send({"type": "http.response.start", "status": verdict.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _more_headers(verdict: Verdict) -> Iterable[tuple[bytes, bytes]]:
    if verdict.retry_after_seconds is not None:
        return [(b"retry-after", b"%d" % verdict.retry_after_seconds)]
    return _HEADERS_OF.get(verdict.status, ())


@lru_cache(maxsize=64)
def _body(status: int, reason: str) -> bytes:
    """An answer's JSON; nearly all are the same few."""
    word = {202: "queued", 200: "ignored"}.get(status)
    return json.dumps({"status": word, "reason": reason} if word else {"error": reason}).encode()
