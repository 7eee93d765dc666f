"""Our clients: no proxy in between, and over TLS nobody whom Python does not trust."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from src.shared.http_client import client_for
from tests.certificate import make_certificate

TIMEOUT_SECONDS = 5.0


class _Fine(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not to stderr."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[str]:
    """What is behind the `//` of its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Fine) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with serving() as place, client_for(f"http://{place}", TIMEOUT_SECONDS) as client:
        assert client.get(f"http://{place}").is_success


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_whoever_has_no_certificate_that_python_trusts_is_not_spoken_to(
    scheme: str, tmp_path: Path
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*make_certificate(tmp_path))
    with serving(context) as place:
        url = f"{scheme}://{place}"
        with client_for(url, TIMEOUT_SECONDS) as client, pytest.raises(httpx.ConnectError):
            client.get(url)
