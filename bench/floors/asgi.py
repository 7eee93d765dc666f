"""The frontend's floors on uvicorn: what the server alone costs, and with the signature checked.

`uvicorn bench.floors.asgi:bare` and `uvicorn bench.floors.asgi:signed`; both answer 202 to anything
that passes, GET included, and keep nothing.
"""

import hmac

from starlette.types import Receive, Scope, Send

from bench.processes import SECRET

_KEY = SECRET.encode()
_BODY = b'{"status": "queued", "reason": "queued"}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]


async def bare(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, answer."""
    if scope["type"] == "http":
        await _read(receive)
        await _answer(scope, send, genuine=True)


async def signed(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body, check its signature, answer."""
    if scope["type"] != "http":
        return
    body = await _read(receive)
    given = dict(scope["headers"]).get(b"x-hub-signature-256", b"")
    made = b"sha256=" + hmac.digest(_KEY, body, "sha256").hex().encode()
    await _answer(scope, send, genuine=hmac.compare_digest(made, given))


async def _read(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _answer(scope: Scope, send: Send, *, genuine: bool) -> None:
    taken = 202 if genuine else 401
    status = 200 if scope["method"] == "GET" else taken
    await send({"type": "http.response.start", "status": status, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})
