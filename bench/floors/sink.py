"""An ingestion endpoint that believes everything: `uvicorn bench.floors.sink:app`.

It answers POST as Application Insights does when all items are good, and keeps nothing.
"""

import msgspec
from starlette.types import Receive, Scope, Send

_items = msgspec.json.Decoder(list[msgspec.Raw])


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Count the items, accept them."""
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    count = len(_items.decode(body)) if body else 0
    answer = msgspec.json.encode({"itemsReceived": count, "itemsAccepted": count, "errors": []})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})
