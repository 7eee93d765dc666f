"""Stand-ins for what a managed identity meets in Azure: who gives tokens, and who asks for them.

https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.certificate import make_certificate
from tests.http_service import running

TOKEN = "a-token-that-opens-nothing"
HEADER = "a-word-between-identity-and-endpoint"


class Server(HTTPServer):
    """Keeps the requests: path, headers, body."""

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def keep(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append((self.path, headers, body))

    def answer(self, status: int, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Identities(_Handler):
    """Gives everybody who knows the header a token."""

    def do_GET(self) -> None:
        self.keep()
        if self.headers["X-IDENTITY-HEADER"] != HEADER:
            self.answer(401, {"statusCode": 401, "message": "no"})
            return
        [resource] = parse_qs(urlsplit(self.path).query)["resource"]
        expires = int(time.time()) + 3600
        answer = {"access_token": TOKEN, "resource": resource, "token_type": "Bearer"}
        self.answer(200, answer | {"expires_on": str(expires)})


class _Ingestion(_Handler):
    """Takes rows from who has the token, and from nobody else."""

    def do_POST(self) -> None:
        self.keep()
        _, headers, body = self.server.requests[-1]
        if headers.get("authorization") != f"Bearer {TOKEN}":
            self.answer(401, {"itemsReceived": 0, "itemsAccepted": 0, "errors": []})
            return
        count = len(json.loads(body))
        self.answer(200, {"itemsReceived": count, "itemsAccepted": count, "errors": []})


@contextmanager
def identity_endpoint() -> Iterator[tuple[Server, dict[str, str]]]:
    """Who gives tokens, and the variables by which a managed identity finds it."""
    server = Server(_Identities)
    with running(server):
        url = f"http://127.0.0.1:{server.server_port}/msi/token"
        yield server, {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": HEADER}


@contextmanager
def ingestion(folder: Path) -> Iterator[tuple[Server, str, Path]]:
    """Who takes rows by HTTPS, its URL, and the certificate to trust."""
    server = Server(_Ingestion)
    certificate, key = make_certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server):
        yield server, f"https://127.0.0.1:{server.server_port}/", certificate
