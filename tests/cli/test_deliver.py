import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from unittest.mock import ANY

import pytest

from src.cli.deliver import Reply, Target, deliver
from src.frontend.app import create_app
from src.frontend.scopes import Scope
from src.frontend.trust import Trust
from src.model.batches import encode
from src.shared import messages
from src.simulate.deliveries import Delivery
from src.simulate.pushes import Push
from tests.backend import sampled
from tests.backend.sinks.ingestion import HANG_UP, ingestion
from tests.frontend.serving import ListQueue, running
from tests.frontend.test_webhook import JOB_BODY
from tests.insights.stack import free_port

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECRET = b"hush"
KEY = b"a key of sixteen and more"
JOB = Delivery(NOW, "workflow_job", "abc-1", JOB_BODY)


@pytest.fixture
def queue() -> ListQueue:
    return ListQueue()


@pytest.fixture
def url(queue: ListQueue) -> Iterator[str]:
    with running(create_app(queue, (SECRET,))) as port:
        yield f"http://127.0.0.1:{port}/webhook"


def test_the_webhook_takes_what_is_signed(url: str, queue: ListQueue):
    [reply] = deliver([JOB], Target(url, SECRET))

    assert reply == Reply(JOB, 202, "queued")
    [event] = messages.decode(queue.bodies[0])
    assert (event.kind, event.id) == ("workflow_job", "abc-1")


@pytest.mark.parametrize(
    ("delivery", "secret", "status", "said"),
    [
        (JOB, b"guess", 401, "signature does not match"),
        (Delivery(NOW, "ping", "abc-1", b"{}"), SECRET, 200, "pong"),
        (Delivery(NOW, "workflow_job", "abc-1", b"[1]"), SECRET, 400, "not a workflow_job"),
        (Delivery(NOW, "workflow_job", "a/b", JOB_BODY), SECRET, 400, "not an id"),
    ],
)
def test_a_reply_has_the_status_and_its_word(
    url: str, delivery: Delivery, secret: bytes, status: int, said: str
):
    [reply] = deliver([delivery], Target(url, secret))

    assert reply.status == status
    assert said in reply.said


def test_samples_are_taken_by_a_key_of_their_repository(queue: ListQueue):
    [batch] = sampled.batches(count=1, job={"run_id": 301, "job_id": 501})
    push = Push(NOW, 7, gzip.compress(encode(batch)))
    samplers = Trust(keys={Scope("github.com", 7): [KEY]})
    with running(create_app(queue, (SECRET,), samplers=samplers)) as port:
        for key, answer in ((KEY, (202, "queued")), (KEY * 2, (401, ANY))):
            target = Target(f"http://127.0.0.1:{port}/webhook", SECRET, {7: key})
            hook, samples = deliver([JOB, push], target)
            assert (hook.status, samples.status, samples.said) == (202, *answer)

    kinds = [event.kind for body in queue.bodies for event in messages.decode(body)]
    assert kinds == ["workflow_job", "samples", "workflow_job"]


@pytest.mark.parametrize(
    ("url", "samples_url"),
    [
        ("https://telemetry.example/webhook", "https://telemetry.example/samples"),
        ("https://example.test/telemetry/webhook", "https://example.test/telemetry/samples"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/samples"),
    ],
)
def test_samples_go_to_where_the_webhook_is(url: str, samples_url: str):
    assert Target(url, SECRET).samples_url == samples_url


def test_one_after_another_as_they_are_asked_for(url: str, queue: ListQueue):
    replies = deliver([JOB, JOB, JOB], Target(url, SECRET))

    assert queue.bodies == []
    next(replies)
    assert len(queue.bodies) == 1
    assert [reply.status for reply in replies] == [202, 202]


def test_no_more_than_so_many_a_second(url: str):
    began = monotonic()

    replies = list(deliver([JOB] * 6, Target(url, SECRET), per_second=20))

    assert len(replies) == 6
    assert monotonic() - began >= 0.25


def test_a_proxy_of_the_environment_is_none_of_ours(url: str, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)

    [reply] = deliver([JOB], Target(url, SECRET))

    assert reply.status == 202


def test_an_answer_that_is_no_json_is_told_by_its_status():
    with ingestion() as other:
        for body in (b"<html>", b"[1]", b""):
            other.status, other.body = 404, body
            [reply] = deliver([Delivery(NOW, "ping", "a", b"[]")], Target(other.url, SECRET))
            assert (reply.status, reply.said) == (404, "Not Found")


def test_nobody_there_is_a_reply_without_a_status():
    with ingestion() as other:
        other.status = HANG_UP
        [hung_up] = deliver([Delivery(NOW, "ping", "a", b"[]")], Target(other.url, SECRET))
    [nobody] = deliver([JOB], Target(f"http://127.0.0.1:{free_port()}/", SECRET))

    assert (hung_up.status, nobody.status) == (None, None)
    assert hung_up.said.startswith("RemoteProtocolError")
    assert nobody.said == "nobody listens there"


@pytest.mark.parametrize("url", ["nowhere", "ftp://127.0.0.1/", "http://[::1", "http://a:b/", ""])
def test_a_url_that_is_none_is_a_reply_without_a_status(url: str):
    [reply] = deliver([JOB], Target(url, SECRET))

    assert reply.status is None
    assert reply.said


def test_headers_that_http_forbids_are_a_reply_without_a_status(url: str):
    [reply] = deliver([Delivery(NOW, "two\nlines", "abc-1", b"{}")], Target(url, SECRET))

    assert reply.status is None
