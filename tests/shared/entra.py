"""Stand-ins for what a managed identity meets in Azure: who gives tokens, and who asks for them.

https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
"""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

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
    with _serving(server):
        url = f"http://127.0.0.1:{server.server_port}/msi/token"
        yield server, {"IDENTITY_ENDPOINT": url, "IDENTITY_HEADER": HEADER}


@contextmanager
def ingestion(folder: Path) -> Iterator[tuple[Server, str, Path]]:
    """Who takes rows by HTTPS, its URL, and the certificate to trust."""
    server = Server(_Ingestion)
    certificate, key = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with _serving(server):
        yield server, f"https://127.0.0.1:{server.server_port}/", certificate


@contextmanager
def _serving(server: Server) -> Iterator[None]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is its own authority, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
