"""Over real HTTP, with a real issuer, real keys and a real queue."""

import gzip
import json
import logging
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from src.frontend import allowance, endpoint, samples
from src.frontend.app import app_from, create_app
from src.frontend.issuers import GITHUB_ISSUER
from src.frontend.samples import MAX_BATCH_BYTES
from src.frontend.scopes import Scope
from src.frontend.settings import FrontendSettings
from src.frontend.trust import NOBODY, Trust
from src.model import batches
from src.model.samples import CPU_USER
from src.shared import messages
from src.shared.errors import SettingsError
from src.shared.queues.base import Queue
from src.shared.queues.sqlite import SqliteQueue
from src.shared.sent_batches import Identity, SentBatch, read_sent_batch
from tests.frontend.issuing import (
    ATTEMPT,
    AUDIENCE,
    JOB,
    OWNER,
    REPOSITORY,
    RUN,
    Answer,
    Issuer,
    issuing,
)
from tests.frontend.sampled import KEY, SCOPE, batch, bearing, encoded, signing
from tests.frontend.serving import FailingQueue, ListQueue, running
from tests.frontend.test_app import ROOT, everything, in_queue, post, socket_to
from tests.frontend.test_webhook import JOB_BODY, SECRET, signed
from tests.integration.processes import wait_for

PATIENCE_SECONDS = 20.0

OTHERS_KEY = b"another key of sixteen and more"


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing() as issuer:
        yield issuer


@contextmanager
def frontend(queue: Queue, trust: Trust) -> Iterator[httpx.Client]:
    """A client of a frontend that trusts these samplers."""
    with running(create_app(queue, [SECRET], samplers=trust)) as port:
        base = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
            yield client


def send(client: httpx.Client, headers: dict[str, str], body: bytes) -> httpx.Response:
    return client.post("/samples", content=body, headers=headers)


def sent(queue: ListQueue) -> list[tuple[messages.Event, SentBatch]]:
    """What is on the queue, read as the backend does."""
    events = [event for body in queue.bodies for event in messages.decode(body)]
    return [(event, read_sent_batch(event.body)) for event in events]


# --- what is taken ------------------------------------------------------------------------------


def test_a_batch_with_a_token_is_on_the_queue_with_whose_it_is(issuer: Issuer, tmp_path: Path):
    path = tmp_path / "queue.sqlite"
    sent_at = datetime(2026, 1, 1, 0, 0, 0, 250_000, UTC)
    time_ms = str(int(sent_at.timestamp() * 1000))
    with frontend(SqliteQueue(path, "events"), Trust(issuer.trust())) as client:
        headers = bearing(issuer.token(), x_telemetry_time=time_ms)
        answer = send(client, headers, encoded(17, job_id=JOB, runner_name="r"))
        found = in_queue(path)

    assert (answer.status_code, answer.json()) == (202, {"status": "queued", "reason": "queued"})
    [event] = messages.decode(found[0].body)
    assert (event.kind, event.id, event.attempts) == ("samples", "3f2a-17", 0)
    assert timedelta(0) < datetime.now(UTC) - event.received_at < timedelta(seconds=10)
    told = read_sent_batch(event.body)
    assert told.identity == issuer.identity
    assert told.sent_at == sent_at
    there = batches.decode(bytes(told.batch))
    assert (there.time_ms, there.columns[CPU_USER]) == (batch().time_ms, [0, 100, 200])
    assert there.job == {"run_id": RUN, "job_id": JOB, "runner_name": "r"}


def test_a_batch_that_a_key_signed_is_marked_as_declared():
    queue = ListQueue()
    body = encoded(repository_id=REPOSITORY, run_attempt=3, job_id=9)
    with frontend(queue, Trust(keys={SCOPE: [KEY]})) as client:
        headers = signing(body)
        answer = send(client, headers, body)

    assert answer.status_code == 202
    [(_, told)] = sent(queue)
    assert told.identity == Identity(
        how="declared",
        host="github.com",
        repository_id=REPOSITORY,
        run_id=RUN,
        run_attempt=3,
        job_id=9,
    )
    assert told.sent_at is not None
    assert told.sent_at.timestamp() * 1000 == int(headers["X-Telemetry-Time"])


def test_what_a_job_declares_is_kept_where_its_token_does_not_name_it(issuer: Issuer):
    queue = ListQueue()
    with frontend(queue, Trust(issuer.trust())) as client:
        headers = bearing(issuer.token(check_run_id=None))
        assert send(client, headers, encoded(job_id=9, runner_name="r")).status_code == 202

    [(_, told)] = sent(queue)
    assert told.identity.job_id is None
    assert batches.decode(bytes(told.batch)).job == {"run_id": RUN, "job_id": 9, "runner_name": "r"}


def test_where_both_are_sent_the_token_says_whose_it_is(issuer: Issuer):
    queue = ListQueue()
    body = encoded()
    with frontend(queue, Trust(issuer.trust(), {SCOPE: [KEY]})) as client:
        assert send(client, signing(body) | bearing(issuer.token()), body).status_code == 202
        spoilt = bearing(issuer.token(signer="another"))
        assert send(client, signing(body) | spoilt, body).status_code == 401, "no second chance"

    [(_, told)] = sent(queue)
    assert told.identity.how == "token"


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)],
)
def test_a_batch_may_come_compressed_and_is_signed_so(
    encoding: str, compress: Callable[[bytes], bytes]
):
    queue = ListQueue()
    body = compress(encoded())
    with frontend(queue, Trust(keys={SCOPE: [KEY]})) as client:
        assert send(client, signing(body, content_encoding=encoding), body).status_code == 202

    [(_, told)] = sent(queue)
    assert bytes(told.batch) == encoded()


def test_what_is_not_understood_does_not_go_on():
    queue = ListQueue()
    told = json.loads(encoded())
    body = json.dumps(
        {**told, "news": float("nan"), "job": {**told["job"], "secret": "x"}}
    ).encode()
    with frontend(queue, Trust(keys={SCOPE: [KEY]})) as client:
        assert send(client, signing(body), body).status_code == 202

    [(_, sent_batch)] = sent(queue)
    assert bytes(sent_batch.batch) == encoded()


def test_a_replay_is_the_same_event(issuer: Issuer):
    queue = ListQueue()
    with frontend(queue, Trust(issuer.trust())) as client:
        headers = bearing(issuer.token())
        assert [send(client, headers, encoded(5)).status_code for _ in range(2)] == [202, 202]

    (one, first), (other, second) = sent(queue)
    assert (one.id, first) == (other.id, second)


def test_a_large_batch_is_read_beside_the_webhooks_work(issuer: Issuer):
    queue = ListQueue()
    large = batch(samples=3600)
    large.columns["cpu_system"] = [i * 1_000_003 for i in range(3600)]
    large.columns["cpu_idle"] = [i * 1_000_033 for i in range(3600)]
    large.columns["memory_used_kb"] = [(i * 7_919_919) % 8_000_000 for i in range(3600)]
    body = batches.encode(large)
    assert samples.LARGE_BYTES < len(body) < MAX_BATCH_BYTES
    with frontend(queue, Trust(issuer.trust())) as client:
        assert send(client, bearing(issuer.token()), body).status_code == 202
        refused = send(client, bearing(issuer.token()), body.replace(b'"clock_ms"', b'"cl0ck_ms"'))

    assert refused.status_code == 400
    [(_, told)] = sent(queue)
    assert bytes(told.batch) == body


def test_sixty_four_at_once_are_taken_and_ask_the_issuer_once(issuer: Issuer):
    queue = ListQueue()
    issuer.wait_seconds = 0.2
    token = issuer.token()
    with frontend(queue, Trust(issuer.trust())) as client, ThreadPoolExecutor(64) as pool:
        answers = pool.map(
            lambda n: send(client, bearing(token), encoded(n)).status_code, range(64)
        )
        assert set(answers) == {202}

    assert {event.id for event, _ in sent(queue)} == {f"3f2a-{n}" for n in range(64)}
    assert len(issuer.asked) == 2, "the discovery and the keys"


# --- what is not --------------------------------------------------------------------------------


def test_nobody_may_send_samples_unless_told():
    queue = ListQueue()
    with frontend(queue, NOBODY) as client:
        answer = send(client, signing(b"", b""), b"")
        assert post(client, signed(JOB_BODY)).status_code == 202

    assert answer.status_code == 403
    assert "SAMPLES_OWNER_IDS" in answer.json()["error"]
    assert len(queue.bodies) == 1


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
def test_other_methods_are_not_allowed(method: str):
    with frontend(ListQueue(), NOBODY) as client:
        answer = client.request(method, "/samples")

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


BODY = encoded()
GZIP = gzip.compress(BODY, mtime=0)
REFUSED: dict[str, tuple[Callable[[], dict[str, str]], bytes, int]] = {
    # credentials
    "none": (lambda: {"Content-Type": "application/json"}, BODY, 401),
    "a password": (lambda: bearing("x", authorization="Basic eDp5"), BODY, 401),
    "no token": (lambda: bearing("x", authorization="Bearer"), BODY, 401),
    "an endless token": (lambda: bearing(f"a.{'b' * 9000}.c"), BODY, 401),
    "a token where tokens are not taken": (lambda: bearing("a.b.c"), BODY, 401),
    "another key": (lambda: signing(BODY, OTHERS_KEY), BODY, 401),
    "the webhook's secret": (lambda: signing(BODY, SECRET), BODY, 401),
    "another body": (lambda: signing(b"x"), BODY, 401),
    "another time": (
        lambda: signing(BODY, x_telemetry_time=str(int(time.time() * 1000) - 1)),
        BODY,
        401,
    ),
    "an old signature": (lambda: signing(BODY, at=time.time() - 320), BODY, 401),
    "one from the future": (lambda: signing(BODY, at=time.time() + 310), BODY, 401),
    "no time": (lambda: signing(BODY, x_telemetry_time=None), BODY, 401),
    "a time that is none": (lambda: signing(BODY, x_telemetry_time="yesterday"), BODY, 401),
    "no signature": (lambda: signing(BODY, x_telemetry_signature=None), BODY, 401),
    "a signature that is none": (
        lambda: signing(BODY, x_telemetry_signature="sha256=x"),
        BODY,
        401,
    ),
    "nobody's key": (lambda: signing(BODY, x_telemetry_key="1"), BODY, 401),
    "another host's": (
        lambda: signing(BODY, x_telemetry_key=f"ghe.example/{REPOSITORY}"),
        BODY,
        401,
    ),
    "a key that is no number": (lambda: signing(BODY, x_telemetry_key="o/r"), BODY, 401),
    # the body by its headers
    "plain text": (lambda: signing(BODY, content_type="text/plain"), BODY, 415),
    "no content type": (lambda: signing(BODY, content_type=None), BODY, 415),
    "brotli": (lambda: signing(BODY, content_encoding="br"), BODY, 415),
    "twice compressed": (lambda: signing(GZIP, content_encoding="gzip, gzip"), GZIP, 415),
    # the body
    "not JSON": (lambda: signing(b"{"), b"{", 400),
    "no batch": (lambda: signing(b"{}"), b"{}", 400),
    "not gzip": (lambda: signing(BODY, content_encoding="gzip"), BODY, 400),
    "gzip that is cut off": (lambda: signing(GZIP[:-4], content_encoding="gzip"), GZIP[:-4], 400),
    "gzip and more": (lambda: signing(GZIP + b"x", content_encoding="gzip"), GZIP + b"x", 400),
}


@pytest.fixture(scope="module")
def keyed() -> Iterator[tuple[httpx.Client, ListQueue]]:
    """A frontend that knows one repository's key, and its queue."""
    queue = ListQueue()
    with frontend(queue, Trust(keys={SCOPE: [KEY]})) as client:
        yield client, queue


@pytest.mark.parametrize(("headers", "body", "status"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(
    headers: Callable[[], dict[str, str]],
    body: bytes,
    status: int,
    keyed: tuple[httpx.Client, ListQueue],
):
    client, queue = keyed
    answer = send(client, headers(), body)

    assert (answer.status_code, answer.json().keys()) == (status, {"error"})
    assert queue.bodies == []


def test_a_refusal_says_what_is_wrong_with_the_batch():
    told = json.loads(BODY)
    newer = json.dumps({**told, "version": 2}).encode()
    broken = json.dumps({**told, "host": {"cpus": 0}}).encode()
    processes = json.dumps({**told, "processes": "[]"}).encode()
    with frontend(ListQueue(), Trust(keys={SCOPE: [KEY]})) as client:
        errors = [send(client, signing(b), b).json()["error"] for b in (newer, broken, processes)]

    assert (
        errors[0] == "a newer batch than this service knows: version: 2, and 1 is the newest known"
    )
    assert errors[1].startswith("not a batch: host.cpus: not a whole number")
    assert errors[2].startswith("not a batch: ")


@pytest.mark.parametrize(
    "job",
    [
        {"run_id": RUN + 1},
        {"run_attempt": ATTEMPT + 1},
        {"repository_id": REPOSITORY + 1},
        {"job_id": JOB + 1},
    ],
    ids=lambda job: next(iter(job)),
)
def test_samples_of_another_job_are_refused(job: dict[str, int], issuer: Issuer):
    queue = ListQueue()
    with frontend(queue, Trust(issuer.trust())) as client:
        answer = send(client, bearing(issuer.token()), encoded(**job))

    assert answer.status_code == 403
    assert next(iter(job)) in answer.json()["error"]
    assert queue.bodies == []


def test_a_key_is_good_for_its_own_repository_only():
    other, ghes = Scope("github.com", 23), Scope("ghe.example", REPOSITORY)
    trust = Trust(keys={SCOPE: [KEY], other: [OTHERS_KEY], ghes: [OTHERS_KEY]})
    ours = encoded(repository_id=REPOSITORY)
    theirs = encoded(host="ghe.example")
    with frontend(ListQueue(), trust) as client:
        answers = [
            send(client, signing(ours, OTHERS_KEY), ours),
            send(client, signing(ours, OTHERS_KEY, x_telemetry_key="23"), ours),
            send(client, signing(theirs), theirs),
            send(client, signing(theirs, OTHERS_KEY, x_telemetry_key="GHE.example/22"), theirs),
        ]

    assert [answer.status_code for answer in answers] == [401, 403, 403, 202]


@pytest.mark.parametrize("seconds", [-280, 280])
def test_a_clock_may_be_some_minutes_off(seconds: float, keyed: tuple[httpx.Client, ListQueue]):
    client, queue = keyed
    assert send(client, signing(BODY, at=time.time() + seconds), BODY).status_code == 202
    queue.bodies.clear()


def test_either_of_a_repositorys_keys_will_do():
    with frontend(ListQueue(), Trust(keys={SCOPE: [OTHERS_KEY, KEY]})) as client:
        answers = [send(client, signing(BODY, key), BODY) for key in (KEY, OTHERS_KEY, SECRET)]

    assert [answer.status_code for answer in answers] == [202, 202, 401]


@pytest.mark.parametrize("name", ["run_id", "runner_name"])
def test_who_declares_neither_run_nor_where_in_it_is_refused(name: str):
    body = batches.encode(batch(**{name: None}))
    with frontend(ListQueue(), Trust(keys={SCOPE: [KEY]})) as client:
        answer = send(client, signing(body), body)

    assert (answer.status_code, name in answer.json()["error"]) == (400, True)


def test_a_fork_is_not_its_parent(issuer: Issuer):
    trust = Trust(issuer.trust(REPOSITORY, 23))
    with frontend(ListQueue(), trust) as client:
        tokens = [
            issuer.token(),
            issuer.token(repository_owner_id="12", repository_id="99"),
            issuer.token(repository_id="24"),
        ]
        answers = [send(client, bearing(token), encoded()) for token in tokens]

    assert [answer.status_code for answer in answers] == [202, 403, 403]
    assert "SAMPLES_OWNER_IDS" in answers[1].json()["error"]
    assert "SAMPLES_REPOSITORY_IDS" in answers[2].json()["error"]


def test_a_time_that_is_none_beside_a_token_is_a_bad_request(issuer: Issuer):
    with frontend(ListQueue(), Trust(issuer.trust())) as client:
        headers = bearing(issuer.token(), x_telemetry_time="now")
        assert send(client, headers, encoded()).status_code == 400


# --- too much -----------------------------------------------------------------------------------


def test_a_body_over_the_limit_is_refused_before_it_is_sent(issuer: Issuer):
    lines = [f"{name}: {value}" for name, value in bearing(issuer.token()).items()]
    head = ["POST /samples HTTP/1.1", "Host: x", *lines, f"Content-Length: {MAX_BATCH_BYTES + 1}"]
    with frontend(ListQueue(), Trust(issuer.trust())) as client, socket_to(client) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())

        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_body_that_grows_over_the_limit_is_refused_while_it_is_read(issuer: Issuer):
    lines = [f"{name}: {value}" for name, value in bearing(issuer.token()).items()]
    head = ["POST /samples HTTP/1.1", "Host: x", *lines, "Transfer-Encoding: chunked"]
    with frontend(ListQueue(), Trust(issuer.trust())) as client, socket_to(client) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())
        for _ in range(5):
            line.sendall(b"40000\r\n" + b" " * 0x40000 + b"\r\n")  # and never its end

        assert line.recv(4096).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_is_not_inflated(encoding: str):
    compress = gzip.compress if encoding == "gzip" else zlib.compress
    bomb = compress(b" " * 64 * MAX_BATCH_BYTES)
    assert len(bomb) < MAX_BATCH_BYTES
    with frontend(ListQueue(), Trust(keys={SCOPE: [KEY]})) as client:
        answer = send(client, signing(bomb, content_encoding=encoding), bomb)

    assert answer.status_code == 413


def test_a_slow_body_is_given_up(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    with frontend(ListQueue(), Trust(issuer.trust())) as client:
        assert send(client, bearing(issuer.token()), encoded()).status_code == 202
        monkeypatch.setattr(endpoint, "ANSWER_DEADLINE_SECONDS", 0.3)
        lines = [f"{name}: {value}" for name, value in bearing(issuer.token()).items()]
        head = ["POST /samples HTTP/1.1", "Host: x", *lines, "Content-Length: 10"]
        with socket_to(client) as line:
            line.sendall("\r\n".join([*head, "", ""]).encode() + b"{")

            assert everything(line).startswith(b"HTTP/1.1 408 ")


def test_who_has_no_good_token_is_refused_before_the_body_is_sent(issuer: Issuer):
    lines = [f"{name}: {value}" for name, value in bearing(issuer.token(signer="x")).items()]
    head = ["POST /samples HTTP/1.1", "Host: x", *lines, "Content-Length: 10"]
    with frontend(ListQueue(), Trust(issuer.trust())) as client, socket_to(client) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())

        assert line.recv(4096).startswith(b"HTTP/1.1 401 ")


def test_a_job_that_sends_without_end_is_told_when_to_come_back(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(allowance, "AHEAD_SECONDS", 2.0)
    queue = ListQueue()
    with frontend(queue, Trust(issuer.trust())) as client:
        greedy, modest = issuer.token(), issuer.token(check_run_id=str(JOB + 1))
        answers = [send(client, bearing(greedy), encoded(n)) for n in range(6)]
        other = send(client, bearing(modest), encoded())

    statuses = [answer.status_code for answer in answers]
    assert statuses[:2] == [202, 202]
    assert statuses[-1] == 429
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    assert other.status_code == 202
    assert len(queue.bodies) == statuses.count(202) + 1


# --- what is not well ---------------------------------------------------------------------------


def test_an_issuer_that_is_away_is_a_503_and_is_asked_again(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("src.frontend.issuer_keys.FAILED_SECONDS", 0.0)
    issuer.answer = lambda _: (500, b"")
    with frontend(ListQueue(), Trust(issuer.trust())) as client:
        away = send(client, bearing(issuer.token()), encoded())
        ready = client.get("/ready")
        issuer.answer = issuer.usual_answer
        back = send(client, bearing(issuer.token()), encoded())
        issuer.answer = lambda _: (500, b"")
        kept = send(client, bearing(issuer.token()), encoded())

    assert (away.status_code, int(away.headers["retry-after"]) > 0) == (503, True)
    assert ready.status_code == 200
    assert (back.status_code, kept.status_code) == (202, 202)


def test_a_slow_issuer_holds_nobody_else(issuer: Issuer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("src.frontend.issuer_fetch.FETCH_SECONDS", PATIENCE_SECONDS)
    go_on = threading.Event()

    def answer(path: str) -> Answer:
        go_on.wait(PATIENCE_SECONDS)
        return issuer.usual_answer(path)

    issuer.answer = answer
    with frontend(ListQueue(), Trust(issuer.trust())) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(send, client, bearing(issuer.token()), encoded())
        wait_for(lambda: bool(issuer.asked), PATIENCE_SECONDS, "the question")
        assert post(client, signed(JOB_BODY)).status_code == 202
        assert not waiting.done()
        go_on.set()
        assert waiting.result().status_code == 202


def test_an_unavailable_queue_is_a_503():
    with frontend(FailingQueue(), Trust(keys={SCOPE: [KEY]})) as client:
        answer = send(client, signing(BODY), BODY)

    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


def test_a_server_that_stops_says_so_to_who_waits_for_the_issuer(issuer: Issuer):
    issuer.wait_seconds = 2.0
    app = create_app(ListQueue(), [SECRET], samplers=Trust(issuer.trust()))
    with running(app, grace_seconds=1) as port:
        line = socket.create_connection(("127.0.0.1", port), timeout=30)
        lines = [f"{name}: {value}" for name, value in bearing(issuer.token()).items()]
        head = ["POST /samples HTTP/1.1", "Host: x", *lines, "Content-Length: 10"]
        line.sendall("\r\n".join([*head, "", ""]).encode())
        wait_for(lambda: bool(issuer.asked), PATIENCE_SECONDS, "the question")
    with line:
        assert everything(line).startswith(b"HTTP/1.1 503 ")


# --- what is told of it -------------------------------------------------------------------------


def test_batches_are_counted_apart_from_deliveries(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    with frontend(ListQueue(), Trust(issuer.trust())) as client:
        send(client, bearing(issuer.token()), encoded())
        send(client, bearing("x"), encoded())
        send(client, bearing(issuer.token(repository_owner_id="12")), encoded())
        post(client, signed(JOB_BODY))

    [line] = [vars(r) for r in caplog.records if r.getMessage() == "health"]
    assert (line["samples_received"], line["samples_enqueued"]) == (3, 1)
    assert (line["samples_refused_unsigned"], line["samples_refused_not_allowed"]) == (1, 1)
    assert (line["deliveries_received"], line["deliveries_enqueued"]) == (1, 1)
    assert line["samples_answer_duration_longest_seconds"] > 0


def test_nothing_secret_is_logged_answered_or_kept(
    issuer: Issuer, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    queue = ListQueue()
    good, spoilt = issuer.token(), issuer.token(signer="another")
    body, headers = encoded(), signing(encoded(), OTHERS_KEY)
    with frontend(queue, Trust(issuer.trust(), {SCOPE: [KEY]})) as client:
        answers = [send(client, h, body) for h in (bearing(good), bearing(spoilt), headers)]
        answers.append(send(client, signing(body), body))

    told = [str(vars(record)) for record in caplog.records if record.name.startswith("src")]
    told += [answer.text + str(answer.headers) for answer in answers]
    told += [body.decode() for body in queue.bodies]
    assert len(told) >= 8
    secrets = [part for token in (good, spoilt) for part in token.split(".")]
    secrets += [KEY.decode(), OTHERS_KEY.decode(), headers["X-Telemetry-Signature"], "Bearer"]
    for text in told:
        assert [secret for secret in secrets if secret in text] == []


def test_only_some_refusals_a_second_are_logged(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    with frontend(FailingQueue(), Trust(keys={SCOPE: [KEY]})) as client:
        for number in range(40):
            body = encoded(number)
            send(client, signing(body), body)

    lines = [r for r in caplog.records if r.getMessage() == "batch not queued"]
    assert 10 <= len(lines) < 40


# --- from the environment -----------------------------------------------------------------------


def test_the_variables_say_who_may_send(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET.decode())
    monkeypatch.setenv("SAMPLES_OWNER_IDS", f"{issuer.host}/{OWNER}")
    monkeypatch.setenv("SAMPLES_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("SAMPLES_ISSUERS", f"{GITHUB_ISSUER},{issuer.url}/")
    monkeypatch.setenv("SAMPLES_KEYS", f"{REPOSITORY}:{KEY.decode()}")
    with running(app_from(FrontendSettings())) as port:
        url = f"http://127.0.0.1:{port}/samples"
        answers = [
            httpx.post(url, content=BODY, headers=headers, trust_env=False)
            for headers in (bearing(issuer.token()), signing(BODY), signing(BODY, OTHERS_KEY))
        ]

    assert [answer.status_code for answer in answers] == [202, 202, 401]


def test_bad_variables_make_no_app_and_leave_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET.decode())
    monkeypatch.setenv("SAMPLES_OWNER_IDS", "11")
    monkeypatch.delenv("SAMPLES_AUDIENCE", raising=False)
    with pytest.raises(SettingsError, match="SAMPLES_AUDIENCE"):
        app_from(FrontendSettings())

    assert list(tmp_path.iterdir()) == []


def test_what_checks_tokens_is_loaded_when_one_comes():
    program = (
        "import sys\n"
        "from src.frontend.samples import SampleJudge\n"
        "from src.frontend.body import Bodies\n"
        "from src.frontend.trust import TokenTrust, Trust\n"
        "trust = Trust(TokenTrust(['https://x.example'], 'x', frozenset()))\n"
        "SampleJudge(trust, Bodies())\n"
        "print([name for name in ('httpx', 'jwt', 'cryptography') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
