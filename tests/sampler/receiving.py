"""How to answer batches in; a frontend's stand-in that does so, and what it was sent, out."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.http_service import serving


@dataclass
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def batch(self) -> dict[str, Any]:
        return json.loads(gzip.decompress(self.body))


@dataclass
class Receiver:
    """`answers` says what the next request gets: (status, headers, body), or a function of it."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[["Handler"], None] = lambda handler: handler.say(202)


class Handler(BaseHTTPRequestHandler):
    """Keeps what it is sent."""

    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.receiver.received.append(Received(self.path, dict(self.headers), body))
        self.receiver.answer(self)

    def do_GET(self):
        self.receiver.received.append(Received(self.path, dict(self.headers), b""))
        self.receiver.answer(self)

    def say(self, status: int, body: bytes = b"", **headers: str):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except OSError:  # whoever asked has gone away
            return

    def log_message(self, *_: object):
        """Nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """It listens while the block runs."""
    receiver = Receiver()
    handler = type("Its", (Handler,), {"receiver": receiver})
    with serving(handler) as port:
        receiver.url = f"http://127.0.0.1:{port}"
        yield receiver


def silence(release: threading.Event) -> Callable[[Handler], None]:
    """No answer, until released."""

    def wait(handler: Handler) -> None:
        release.wait(20)
        handler.close_connection = True

    return wait
