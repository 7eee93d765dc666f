"""Clients that mean no good, over real sockets: they are cut off, and others are served."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from starlette.types import Receive, Scope, Send

from src.frontend.app import create_app
from src.shared import guarded_http
from tests.frontend.serving import ListQueue, running
from tests.frontend.test_webhook import JOB_BODY, SECRET, signed
from tests.integration.processes import START_SECONDS, wait_for
from tests.integration.stack import Stack

IMPATIENCE_SECONDS = 0.7
PLENTY_BYTES = 32 * 2**20
CHUNKED = b"POST /webhook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A frontend that is as strict as ever, but sooner."""
    monkeypatch.setattr(guarded_http, "REQUEST_SECONDS", IMPATIENCE_SECONDS)
    with running(create_app(ListQueue(), [SECRET])) as number:
        yield number


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=30)


def everything(line: socket.socket) -> bytes:
    """What comes until the server hangs up."""
    return b"".join(iter(lambda: line.recv(65_536), b""))


def take_delivery(port: int) -> None:
    """An honest delivery is taken."""
    headers = list(signed(JOB_BODY).items())
    url = f"http://127.0.0.1:{port}/webhook"
    answer = httpx.post(url, content=JOB_BODY, headers=headers, trust_env=False)
    assert answer.status_code == 202


def wait_until_hung_up(line: socket.socket, next_piece: Callable[[], bytes]) -> None:
    """Drip pieces until the server has enough."""
    began = time.monotonic()
    line.settimeout(0.01)
    while time.monotonic() - began < 10:
        try:
            line.sendall(next_piece())
            if not line.recv(4096):
                break
        except TimeoutError:
            continue
        except OSError:
            break


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        pytest.param(b"", b"", id="nothing at all"),
        pytest.param(b"POST /webhook HTTP/1.1\r\nX: ", b"y", id="a head byte by byte"),
        pytest.param(CHUNKED, b"1\r\nx\r\n", id="a refused body, chunk by chunk"),
    ],
)
def test_who_takes_too_long_is_cut_off(port: int, begin: bytes, piece: bytes):
    began = time.monotonic()
    with connect(port) as line:
        line.sendall(begin)
        wait_until_hung_up(line, lambda: piece)
        taken = time.monotonic() - began
        take_delivery(port)

    assert IMPATIENCE_SECONDS * 0.9 < taken < 8


def test_a_connection_may_live_longer_than_a_request(port: int):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(4):
            assert client.get("/health").status_code == 200
            assert len(client._transport._pool.connections) == 1  # type: ignore[attr-defined]
            time.sleep(IMPATIENCE_SECONDS / 2)


def test_a_head_without_end_is_refused(port: int):
    with connect(port) as line:
        line.sendall(b"POST /webhook HTTP/1.1\r\nX: ")
        line.sendall(b"y" * 2 * guarded_http.MAX_HEAD_BYTES)

        assert line.recv(4096).startswith(b"HTTP/1.1 431 ")
        take_delivery(port)


def test_many_small_headers_are_a_large_head_too(port: int):
    with connect(port) as line:
        line.sendall(b"POST /webhook HTTP/1.1\r\n")
        line.sendall(b"X: y\r\n" * (guarded_http.MAX_HEAD_BYTES // 3))

        assert line.recv(4096).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(("spare_bytes", "status"), [(0, b"200"), (-1, b"431")])
@pytest.mark.parametrize("body_bytes", [0, 200_000], ids=["at once", "behind a large body"])
def test_the_limit_of_a_head_is_the_same_however_it_comes(
    spare_bytes: int, status: bytes, body_bytes: int, port: int
):
    before = b"POST /health HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % body_bytes
    filled = guarded_http.MAX_HEAD_BYTES - len(b"/healthXConnectionclose") - spare_bytes
    head = b"GET /health HTTP/1.1\r\nConnection: close\r\nX: " + b"y" * filled + b"\r\n\r\n"
    with connect(port) as line:
        line.sendall(before + bytes(body_bytes) + head)
        answers = everything(line)

    *_, last = answers.split(b"HTTP/1.1 ")
    assert last.startswith(status)


def test_requests_ahead_of_their_answers_are_few(port: int):
    request = b"GET /health HTTP/1.1\r\n\r\n"
    with connect(port) as line:
        line.sendall(request * guarded_http.MAX_PIPELINED)
        answers = b""
        while answers.count(b"healthy") < guarded_http.MAX_PIPELINED:
            answers += line.recv(65_536)
    with connect(port) as line:
        line.sendall(request * 1000)
        assert everything(line).count(b"healthy") < 1000
    take_delivery(port)


async def generous(_: Scope, __: Receive, send: Send) -> None:
    """Answers with more than a socket's buffers hold."""
    headers = [(b"content-length", b"%d" % PLENTY_BYTES)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": bytes(PLENTY_BYTES)})


def test_who_reads_no_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guarded_http, "REQUEST_SECONDS", IMPATIENCE_SECONDS)
    with running(generous) as port, connect(port) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        time.sleep(IMPATIENCE_SECONDS * 3)
        assert len(everything(line)) < PLENTY_BYTES


def test_who_reads_slowly_but_steadily_gets_it_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guarded_http, "REQUEST_SECONDS", IMPATIENCE_SECONDS)
    with running(generous) as port, connect(port) as line:
        time.sleep(IMPATIENCE_SECONDS * 0.9)  # the first look finds an answer that has just begun
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        came = 0
        while came < PLENTY_BYTES and (piece := line.recv(2**18)):
            came += len(piece)
            time.sleep(0.01)

    assert came >= PLENTY_BYTES


# --- many of them, against a process of its own ---------------------------------------------------

CROWD = 400
BOUND_MIB = 60
BYTES_EACH = 60_000
SENT = {
    "idle connections": b"",
    "heads that stop just before they are too large": b"GET / HTTP/1.1\r\nX: " + b"y" * BYTES_EACH,
    "bodies without an end": CHUNKED + b"fa00\r\n" + b"z" * BYTES_EACH,
}


@contextmanager
def real_frontend(home: Path) -> Iterator[Stack]:
    stack = Stack(home)
    try:
        stack.frontend.start()
        wait_for(lambda: stack.answers(f"{stack.url}/ready"), START_SECONDS, "the frontend")
        yield stack
    finally:
        stack.end()


@pytest.mark.parametrize("sent", SENT.values(), ids=SENT)
def test_a_crowd_takes_little_memory_and_no_time_from_others(sent: bytes, tmp_path: Path):
    with real_frontend(tmp_path) as stack, ExitStack() as crowd:
        port = int(stack.settings["PORT"])
        process = psutil.Process(stack.frontend.pid)
        before = process.memory_info().rss
        for _ in range(CROWD):
            crowd.enter_context(connect(port)).sendall(sent)
        headers = list(signed(JOB_BODY, stack.target.secret).items())
        began = time.monotonic()
        answer = httpx.post(stack.target.url, content=JOB_BODY, headers=headers, trust_env=False)
        taken = time.monotonic() - began
        grown_mib = (process.memory_info().rss - before) / 2**20

    assert answer.status_code == 202
    assert taken < 2
    assert grown_mib < BOUND_MIB
