"""The proxy of the fault suite does what it is told, or the suite proves nothing."""

import gc
import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import Any

import httpx
import pytest

from tests.faults.toxic import HANG, PASS, REFUSE, Toxic, ToxicProxy, toxic_proxy
from tests.http_service import serving
from tests.integration.processes import wait_for

BIG = b"x" * 100_000
TIMEOUT_SECONDS = 30.0
KNOCKERS, CLOSINGS = 6, 500  # some fifty of them in the wrong moment


@pytest.fixture(scope="module")
def upstream() -> Iterator[int]:
    """A port that answers a body with itself, and a question with much."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._say(BIG)

        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers["Content-Length"])))

        def _say(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("X-Path", self.path)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with serving(Handler) as port:
        yield port


@pytest.fixture
def proxy(upstream: int) -> Iterator[ToxicProxy]:
    with toxic_proxy(upstream, seed=1) as proxy:
        yield proxy


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=TIMEOUT_SECONDS) as client:
        yield client


def test_everything_passes_until_told_otherwise(proxy: ToxicProxy, client: httpx.Client):
    for body in (b"one", BIG, b""):
        answer = client.post(f"{proxy.url}/a/b?c=d", content=body)
        assert (answer.content, answer.headers["X-Path"]) == (body, "/a/b?c=d")
    assert client.get(proxy.url).content == BIG
    assert (proxy.requests, proxy.troubles) == (4, 0)


def test_it_answers_by_itself(proxy: ToxicProxy, client: httpx.Client):
    proxy.toxic = Toxic(status=429, headers={"Retry-After": "3"})
    answer = client.post(proxy.url, content=BIG)
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (429, "3", b"")


def test_it_delays(proxy: ToxicProxy, client: httpx.Client):
    proxy.toxic = Toxic(delay_seconds=0.2)
    started = time.monotonic()
    assert client.post(proxy.url, content=b"one").content == b"one"
    assert time.monotonic() - started >= 0.2


@pytest.mark.parametrize("kept", [0, 10, 1000])
def test_it_cuts_answers(proxy: ToxicProxy, client: httpx.Client, kept: int):
    proxy.toxic = Toxic(cut_after_bytes=kept)
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(proxy.url)
    proxy.toxic = PASS
    assert client.get(proxy.url).content == BIG


def test_it_hangs_for_as_long_as_it_is_told(proxy: ToxicProxy, client: httpx.Client):
    proxy.toxic = HANG
    with pytest.raises(httpx.ReadTimeout):
        client.get(proxy.url, timeout=httpx.Timeout(TIMEOUT_SECONDS, read=0.1))
    with ThreadPoolExecutor(1) as elsewhere:
        asking = elsewhere.submit(client.get, proxy.url)
        wait_for(lambda: proxy.requests == 2, TIMEOUT_SECONDS, "a request")
        proxy.toxic = PASS
        with pytest.raises(httpx.RemoteProtocolError):
            asking.result()
    assert client.get(proxy.url).content == BIG


def test_it_refuses_and_is_back_on_its_port(proxy: ToxicProxy, client: httpx.Client):
    proxy.toxic = REFUSE
    with pytest.raises(httpx.ConnectError):
        client.get(proxy.url)
    proxy.toxic = PASS
    assert client.get(proxy.url).content == BIG


def test_who_knocks_while_it_closes_is_not_forgotten(proxy: ToxicProxy):
    """Or a warning would fail whichever test is running."""

    def knock() -> None:
        while not is_over.is_set():
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", proxy.port), TIMEOUT_SECONDS).close()

    is_over = Event()
    with ThreadPoolExecutor(KNOCKERS) as elsewhere:
        knocking = [elsewhere.submit(knock) for _ in range(KNOCKERS)]
        try:
            for _ in range(CLOSINGS):
                proxy.toxic = REFUSE
                proxy.toxic = PASS
        finally:
            is_over.set()
    assert [each.result() for each in knocking] == [None] * KNOCKERS
    gc.collect()  # what was forgotten is told of now


def test_it_spoils_a_share_and_the_same_for_the_same_seed(upstream: int, client: httpx.Client):
    statuses = []
    for _ in range(2):
        with toxic_proxy(upstream, seed=7) as proxy:
            proxy.toxic = Toxic(status=503, share=0.5)
            statuses.append([client.post(proxy.url, content=b"").status_code for _ in range(40)])
            assert proxy.troubles == statuses[-1].count(503)
    assert statuses[0] == statuses[1]
    assert 10 < statuses[0].count(503) < 30


@pytest.mark.parametrize("count", [1, 2, 5])
def test_it_takes_half_of_an_array_and_names_the_others(
    proxy: ToxicProxy, client: httpx.Client, count: int
):
    proxy.toxic = Toxic(takes_half=True)
    answer = client.post(proxy.url, content=json.dumps(list(range(count))))
    named = [error["index"] for error in answer.json()["errors"]]
    assert answer.status_code == 206
    assert named == ([0] if count == 1 else list(range(1, count, 2)))
