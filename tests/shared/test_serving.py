"""A service as it is started, where strangers may connect."""

import socket
from pathlib import Path

from src.shared.guarded_http import MAX_HEAD_BYTES
from tests.integration.stack import Stack

PATIENCE_SECONDS = 30.0


def test_a_service_bounds_what_a_connection_may_hold(tmp_path: Path):
    stack = Stack(tmp_path)
    host, _, port = stack.url.removeprefix("http://").partition(":")
    try:
        stack.frontend.start()
        stack.await_frontend()
        with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as line:
            line.sendall(b"GET /health HTTP/1.1\r\nX: " + b"y" * MAX_HEAD_BYTES)
            answer = line.recv(4096)
    finally:
        stack.end()

    assert answer.startswith(b"HTTP/1.1 431 ")
