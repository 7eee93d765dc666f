"""Over real HTTP, against a real server."""

import asyncio
import http.client
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from src.frontend import app as app_module
from src.frontend import body as body_module
from src.frontend import endpoint, probes, refusals
from src.frontend.app import GUARD, app_from, create_app
from src.frontend.refusals import LINES_PER_SECOND
from src.frontend.settings import FrontendSettings
from src.shared import messages, serving
from src.shared.errors import SettingsError
from src.shared.queues.base import Message, Queue
from src.shared.queues.sqlite import SqliteQueue
from tests.frontend.serving import FailingQueue, ListQueue, running
from tests.frontend.test_webhook import FORM, HOSTILE, JOB_BODY, SECRET, signed

ROOT = Path(__file__).parents[2]
GITHUB_WAITS_SECONDS = 10
Headers = dict[bytes, bytes]


@contextmanager
def frontend(queue: Queue, *secrets: bytes) -> Iterator[httpx.Client]:
    """A client of a frontend over this queue."""
    with running(create_app(queue, secrets)) as port:
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
            yield client


def post(client: httpx.Client, headers: Headers, body: bytes = JOB_BODY) -> httpx.Response:
    return client.post("/webhook", content=body, headers=list(headers.items()))


def socket_to(client: httpx.Client) -> socket.socket:
    return socket.create_connection(("127.0.0.1", client.base_url.port or 0), timeout=60)


def head(headers: Headers) -> bytes:
    """A request up to its body."""
    lines = [b"POST /webhook HTTP/1.1", b"Host: x"]
    lines += [name + b": " + value for name, value in headers.items()]
    return b"\r\n".join([*lines, b"", b""])


def everything(line: socket.socket) -> bytes:
    """What comes until the server hangs up."""
    return b"".join(iter(lambda: line.recv(4096), b""))


def in_queue(path: Path) -> list[Message]:
    """What somebody else finds in the SQLite file."""

    async def receive() -> list[Message]:
        queue = SqliteQueue(path, "events")
        try:
            return await queue.receive(32, lease_seconds=60)
        finally:
            await queue.close()

    return asyncio.run(receive())


# --- what is taken ------------------------------------------------------------------------------


def test_queued_means_that_the_file_has_it(tmp_path: Path):
    path = tmp_path / "queue.sqlite"
    with frontend(SqliteQueue(path, "events"), SECRET) as client:
        answer = post(client, signed(JOB_BODY))
        found = in_queue(path)

    assert (answer.status_code, answer.json()) == (202, {"status": "queued", "reason": "queued"})
    [event] = messages.decode(found[0].body)
    assert (event.kind, event.id) == ("workflow_job", "72d3162e-cc78-11e3-81ab-4c9367dc0958")
    assert json.loads(bytes(event.body)) == json.loads(JOB_BODY)
    assert len(found) == 1


def test_nothing_is_answered_before_the_queue_has_it():
    queue = ListQueue(put_seconds=0.3)
    with frontend(queue, SECRET) as client:
        began = time.monotonic()
        answer = post(client, signed(JOB_BODY))

    assert answer.status_code == 202
    assert time.monotonic() - began > 0.3
    assert len(queue.bodies) == 1


def test_the_queue_is_closed_when_the_server_ends():
    queue = ListQueue()
    with frontend(queue, SECRET):
        assert not queue.is_closed
    assert queue.is_closed


def test_two_secrets_a_form_and_a_body_in_pieces():
    form = urlencode({"payload": JOB_BODY}).encode()
    queue = ListQueue()
    with frontend(queue, b"new", b"old") as client:
        statuses = [
            post(client, signed(JOB_BODY, secret)).status_code for secret in (b"new", b"old", b"x")
        ]
        by_form = post(client, signed(form, b"new", content_type=FORM), form)
        pieces = (JOB_BODY[i : i + 20] for i in range(0, len(JOB_BODY), 20))
        headers = signed(JOB_BODY, b"old", content_length=None)
        in_pieces = client.post("/webhook", content=pieces, headers=list(headers.items()))

    assert statuses == [202, 202, 401]
    assert (by_form.status_code, in_pieces.status_code) == (202, 202)
    assert len({bytes(messages.decode(body)[0].body) for body in queue.bodies}) == 1
    assert len(queue.bodies) == 4


def test_unsigned_deliveries_are_taken_where_no_secret_is_asked_for():
    queue = ListQueue()
    with frontend(queue) as client:
        assert post(client, signed(JOB_BODY, x_hub_signature_256=None)).status_code == 202
        assert post(client, signed(b"[1]", x_hub_signature_256=None), b"[1]").status_code == 400
    assert len(queue.bodies) == 1


# --- what is not --------------------------------------------------------------------------------


def test_every_hostile_delivery_gets_its_answer_over_http():
    # A wrong Content-Length is a matter of HTTP itself, and has its own tests.
    cases = [
        case for case in HOSTILE.values() if case[0][b"content-length"] == b"%d" % len(case[1])
    ]
    assert len(cases) > 25
    queue = ListQueue()
    with frontend(queue, SECRET) as client:
        for headers, body, status in cases:
            answer = post(client, headers, body)
            assert answer.status_code == status, (headers, answer.text)
            assert answer.headers["content-type"] == "application/json"
            assert answer.json().keys() == ({"status", "reason"} if status == 200 else {"error"})
            assert "Traceback" not in answer.text
    assert queue.bodies == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_other_methods_are_not_allowed(method: str):
    with frontend(ListQueue(), SECRET) as client:
        answer = client.request(method, "/webhook")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_another_path_is_not_found_rather_than_sent_on():
    with frontend(ListQueue(), SECRET) as client:
        assert client.post("/webhook/").status_code == 404


def test_too_long_a_body_is_refused_before_it_is_sent():
    with frontend(ListQueue(), SECRET) as client, socket_to(client) as line:
        line.sendall(head(signed(JOB_BODY, content_length=b"30000000")))

        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_grows_too_long_is_refused_while_it_is_read():
    headers = {**signed(JOB_BODY, content_length=None), b"transfer-encoding": b"chunked"}
    chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    queue = ListQueue()
    with frontend(queue, SECRET) as client, socket_to(client) as line:
        line.sendall(head(headers))
        for _ in range(26):
            line.sendall(chunk)  # and never its end

        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")
    assert queue.bodies == []


@pytest.mark.parametrize("sent", [b"", JOB_BODY[:-5]], ids=["nothing", "nearly all"])
def test_a_body_that_does_not_come_to_its_end_is_given_up(
    sent: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(endpoint, "ANSWER_DEADLINE_SECONDS", 0.2)
    queue = ListQueue()
    with frontend(queue, SECRET) as client, socket_to(client) as line:
        line.sendall(head(signed(JOB_BODY)) + sent)
        answer = everything(line)  # to its end: the server hangs up

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close\r\n" in answer
    assert queue.bodies == []


def test_unfinished_bodies_cannot_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body_module, "MAX_UNFINISHED_BYTES", 1000)
    piece = head(signed(b"", content_length=b"10000")) + b" " * 800
    with (
        frontend(ListQueue(), SECRET) as client,
        socket_to(client) as one,
        socket_to(client) as two,
    ):
        one.sendall(piece)
        time.sleep(0.1)
        two.sendall(piece)
        refused = two.recv(4096)
        whole = post(client, signed(JOB_BODY))

    assert refused.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in refused
    assert whole.status_code == 202, "the memory is for the others only"


def test_what_cannot_be_a_signature_is_refused_before_the_body_is_sent():
    with frontend(ListQueue(), SECRET) as client, socket_to(client) as line:
        line.sendall(head(signed(JOB_BODY, x_hub_signature_256=b"sha256=guess")))

        assert line.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_a_server_that_stops_says_so_to_a_slow_sender(caplog: pytest.LogCaptureFixture):
    with running(create_app(ListQueue(), [SECRET]), grace_seconds=1) as port:
        line = socket.create_connection(("127.0.0.1", port), timeout=60)
        line.sendall(head(signed(JOB_BODY)) + JOB_BODY[:-5])
        time.sleep(0.1)
    with line:
        assert everything(line).startswith(b"HTTP/1.1 503 ")

    assert [record for record in caplog.records if record.exc_info] == []


def test_a_connection_lives_on_after_an_error():
    with frontend(ListQueue(), SECRET) as client:
        connection = http.client.HTTPConnection("127.0.0.1", client.base_url.port, timeout=60)
        connection.connect()
        line, statuses = connection.sock, []
        for headers in (
            signed(JOB_BODY, x_hub_signature_256=None),  # refused without a look at the body
            signed(JOB_BODY, b"guess"),
            signed(JOB_BODY),
        ):
            text = {name.decode(): value.decode() for name, value in headers.items()}
            connection.request("POST", "/webhook", JOB_BODY, text)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            assert connection.sock is line, "the server hung up"
        connection.close()

    assert statuses == [401, 401, 202]


@pytest.mark.parametrize("secrets", [(), (SECRET,)], ids=["unsigned", "signed"])
def test_a_sender_that_goes_away_leaves_nothing_behind(
    secrets: tuple[bytes, ...], caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    queue = ListQueue()
    with frontend(queue, *secrets) as client:
        for sent in (b"", JOB_BODY[:-5]):
            with socket_to(client) as line:
                line.sendall(head(signed(JOB_BODY)) + sent)
                time.sleep(0.03)
        time.sleep(0.05)
        assert queue.bodies == []
        assert [r.getMessage() for r in caplog.records if r.levelno > logging.INFO] == []
        assert post(client, signed(JOB_BODY)).status_code == 202


# --- a queue that is not well -------------------------------------------------------------------


def test_an_unavailable_queue_is_a_503_that_says_when_to_come_back():
    queue = FailingQueue()
    with frontend(queue, SECRET) as client:
        refused, not_ready = post(client, signed(JOB_BODY)), client.get("/ready")
        alive = client.get("/health")
        queue.error = None
        taken, ready = post(client, signed(JOB_BODY)), client.get("/ready")

    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json() == {"error": "queue unavailable, try again"}
    assert (not_ready.status_code, not_ready.json()) == (503, {"status": "queue unavailable"})
    assert alive.status_code == 200
    assert taken.status_code == 202
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "queue_depth": 1})


def test_a_queue_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch):
    assert endpoint.ANSWER_DEADLINE_SECONDS < GITHUB_WAITS_SECONDS - 2
    monkeypatch.setattr(endpoint, "ANSWER_DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(probes, "READY_DEADLINE_SECONDS", 0.1)
    with frontend(ListQueue(put_seconds=30), SECRET) as client:
        began = time.monotonic()
        refused, not_ready = post(client, signed(JOB_BODY)), client.get("/ready")

        assert time.monotonic() - began < 15
    assert (refused.status_code, not_ready.status_code) == (503, 503)
    assert "retry-after" in refused.headers


def lost_ids(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The deliveries that were right and were not queued, a line for each."""
    told = [record for record in caplog.records if record.getMessage() == "delivery not queued"]
    return [record.delivery_id for record in told if hasattr(record, "error")]  # type: ignore[attr-defined]


def test_each_signed_delivery_that_is_lost_is_told_in_one_line_whatever_noise_there_is(
    caplog: pytest.LogCaptureFixture,
):
    queue = FailingQueue()
    with frontend(queue, SECRET) as client:
        caplog.clear()
        for number in range(3 * LINES_PER_SECOND):
            post(client, signed(JOB_BODY, b"guess", x_github_delivery=b"noise-%d" % number))
            post(client, signed(JOB_BODY, x_github_delivery=b"lost-%d" % number))
    refused = [r for r in caplog.records if r.getMessage() == "delivery not queued"]

    assert lost_ids(caplog) == [f"lost-{number}" for number in range(3 * LINES_PER_SECOND)]
    lost = [record for record in refused if hasattr(record, "error")]
    assert {(r.levelno, r.status, r.error) for r in lost} == {  # type: ignore[attr-defined]
        (logging.ERROR, 503, "the disk /secret/x is full")
    }
    assert len(refused) - len(lost) < 3 * LINES_PER_SECOND
    assert sum("not told" in record.getMessage() for record in caplog.records) >= 1


def test_where_anybody_may_write_what_is_lost_is_not_always_told(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(refusals, "LINES_PER_SECOND", 1)
    with frontend(FailingQueue()) as client:
        caplog.clear()
        for _ in range(20):
            post(client, signed(JOB_BODY))

    assert 1 <= len(lost_ids(caplog)) < 20


def test_what_is_lost_to_a_stop_or_a_slow_queue_is_told_too(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    body = head(signed(JOB_BODY, x_github_delivery=b"stopped")) + JOB_BODY
    with running(create_app(ListQueue(put_seconds=30), [SECRET]), grace_seconds=1) as port:
        line = socket.create_connection(("127.0.0.1", port), timeout=60)
        line.sendall(body)
        time.sleep(0.1)
    with line:
        assert everything(line).startswith(b"HTTP/1.1 503 ")
    monkeypatch.setattr(endpoint, "ANSWER_DEADLINE_SECONDS", 0.1)
    with frontend(ListQueue(put_seconds=30), SECRET) as client:
        post(client, signed(JOB_BODY, x_github_delivery=b"slow"))

    assert lost_ids(caplog) == ["stopped", "slow"]


def test_a_fault_of_our_own_shows_nothing_of_itself(caplog: pytest.LogCaptureFixture):
    with frontend(FailingQueue(RuntimeError("inner secret")), SECRET) as client:
        answers = [post(client, signed(JOB_BODY)), client.get("/ready")]

    for answer in answers:
        assert answer.status_code == 500
        assert "Traceback" not in answer.text
        assert "inner secret" not in answer.text
    assert any(record.exc_info for record in caplog.records), "it is in the log"


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with frontend(FailingQueue(), SECRET) as client:
        post(client, signed(JOB_BODY))
        post(client, signed(JOB_BODY, b"guess"))
        post(client, signed(b"[1]"), b"[1]")

    said = [r for r in caplog.records if r.name.startswith("src")]
    assert {"queue unavailable", "delivery not queued", "health"} == {r.getMessage() for r in said}
    for record in said:
        everything = str(vars(record))
        assert SECRET.decode() not in everything
        assert "sha256=" not in everything
        assert "build" not in everything, "a word of the body"


def test_health_is_alive():
    with frontend(ListQueue(), SECRET) as client:
        answer = client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


def test_its_address_says_what_it_is():
    with frontend(ListQueue(), SECRET) as client:
        answer = client.get("/")

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.startswith(
        "GitHub Telemetry's frontend: GitHub posts deliveries to /webhook"
    )


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_nothing_describes_the_service_to_strangers(path: str):
    with frontend(ListQueue(), SECRET) as client:
        assert client.get(path).status_code == 404


# --- from the environment -----------------------------------------------------------------------


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("GITHUB_WEBHOOK_SECRET", "FRONTEND_GITHUB_WEBHOOK_SECRET", "TELEMETRY_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    return monkeypatch


def test_taking_unsigned_deliveries_is_said_loudly(
    clean: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    clean.setenv("ALLOW_UNSIGNED_WEBHOOKS", "true")
    app_from(FrontendSettings())

    [warning] = [r for r in caplog.records if r.levelno == logging.WARNING]
    assert "UNSIGNED" in warning.getMessage()


@pytest.mark.parametrize(
    ("arguments", "variable", "warnings"),
    [
        ([], "", 1),
        (["--http", GUARD], "", 0),
        ([f"--http={GUARD}"], "", 0),
        ([], GUARD, 0),
    ],
)
def test_uvicorn_without_our_bounds_is_warned_of(
    arguments: list[str],
    variable: str,
    warnings: int,
    clean: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    clean.setenv("GITHUB_WEBHOOK_SECRET", "hush")
    clean.setenv("UVICORN_HTTP", variable)
    clean.setattr(sys, "argv", ["uvicorn", "src.frontend.app:app", *arguments])
    clean.setattr(serving, "set_up_logs", lambda: None)

    app_module._app.cache_clear()
    assert app_module.app is app_module.app
    assert len([r for r in caplog.records if "not bounded" in r.getMessage()]) == warnings


@pytest.mark.usefixtures("clean")
def test_without_a_secret_there_is_no_app():
    with pytest.raises(SettingsError, match="GITHUB_WEBHOOK_SECRET"):
        app_from(FrontendSettings())


def test_only_the_app_is_made_on_demand():
    with pytest.raises(AttributeError, match="application"):
        _ = app_module.application


def test_bad_settings_under_uvicorn_are_one_line_and_exit_code_2(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "GITHUB_TELEMETRY_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "uvicorn", "src.frontend.app:app", "--port", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert line.startswith("github-telemetry: GITHUB_WEBHOOK_SECRET is not set")
    assert list(tmp_path.iterdir()) == []
