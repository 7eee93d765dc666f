"""Answers in, an ingestion endpoint that gives them out; it notes how many items each call had."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_service import serving

HANG = -1
HANG_UP = -2
KEY = "00000000-0000-0000-0000-000000000001"


@dataclass
class Endpoint:
    """Answers every call by `status` and `body`, or the way real trouble looks."""

    url: str = ""
    status: int = 200
    body: bytes = b""
    retry_after: str | None = None
    calls: list[int] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    @property
    def connection_string(self) -> str:
        return f"InstrumentationKey={KEY};IngestionEndpoint={self.url}/"

    def answer(self, status: int, *item_statuses: int) -> None:
        """By this status from now on, with an error for each of these refused items."""
        errors = [
            {"index": index, "statusCode": code, "message": "no good"}
            for index, code in enumerate(item_statuses)
        ]
        content = {"itemsReceived": 1, "itemsAccepted": 0, "errors": errors}
        self.status, self.body = status, json.dumps(content).encode()


@contextmanager
def ingestion() -> Iterator[Endpoint]:
    """An endpoint on a free port, which takes everything until told otherwise."""
    endpoint = Endpoint()
    endpoint.answer(200)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            items = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.calls.append(len(items))
            if endpoint.status == HANG:
                endpoint.is_over.wait()
            if endpoint.status < 0:
                self.close_connection = True
                return
            self.send_response(endpoint.status)
            self.send_header("Content-Length", str(len(endpoint.body)))
            self.send_header("Content-Type", "application/json")
            if endpoint.retry_after:
                self.send_header("Retry-After", endpoint.retry_after)
            self.end_headers()
            self.wfile.write(endpoint.body)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with serving(Handler) as port:
        endpoint.url = f"http://127.0.0.1:{port}"
        try:
            yield endpoint
        finally:
            endpoint.is_over.set()
