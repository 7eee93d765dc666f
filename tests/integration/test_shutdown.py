"""SIGTERM in the middle of things: what is in hand is finished, and nothing is lost."""

import sqlite3
import time
from contextlib import closing
from http.client import HTTPConnection
from signal import SIGCONT, SIGSTOP, SIGTERM
from urllib.parse import urlsplit

import pytest

from src.shared.github_signature import sign
from src.simulate.deliveries import Delivery
from tests.integration.processes import STOP_SECONDS, wait_for
from tests.integration.small_runs import small_run
from tests.integration.stack import SECRET, Stack
from tests.integration.truths import assert_true

# uvicorn ends by the signal that it was sent, once everything is finished and closed.
ENDED_BY_SIGTERM = {0, -SIGTERM}
A_MOMENT_SECONDS = 0.3


def test_a_worker_finishes_the_batch_in_hand(stack: Stack):
    run = small_run(seed=1)
    stack.insights.signal(SIGSTOP)  # connections are taken, and not answered
    assert {reply.status for reply in stack.post(run.deliveries)} == {202}
    wait_for(lambda: _is_any_leased(stack), STOP_SECONDS, "a batch in hand")
    stack.backend.signal(SIGTERM)
    time.sleep(A_MOMENT_SECONDS)
    assert stack.backend.is_running
    stack.insights.signal(SIGCONT)
    assert stack.backend.wait() == 0
    assert not _is_any_leased(stack)
    stack.backend.start()  # for what it had not taken
    stack.drain()
    assert_true(stack.tables, run.truth)


def test_a_frontend_answers_the_request_in_hand(stack: Stack):
    [delivery, *rest] = small_run(seed=2).deliveries
    with closing(_half_sent(stack, delivery)) as connection:
        stack.frontend.signal(SIGTERM)
        wait_for(lambda: not stack.answers(f"{stack.url}/health"), STOP_SECONDS, "nobody listening")
        connection.send(_halves(delivery)[1])
        assert connection.getresponse().status == 202
    assert stack.frontend.wait() in ENDED_BY_SIGTERM
    stack.start()
    stack.take(rest)
    assert_true(stack.tables, *(small_run(seed).truth for seed in (1, 2)))


@pytest.mark.slow
def test_a_frontend_does_not_wait_for_a_request_that_never_ends(stack: Stack):
    with closing(_half_sent(stack, small_run(seed=3).deliveries[0])):
        stack.frontend.signal(SIGTERM)
        assert stack.frontend.wait() in ENDED_BY_SIGTERM
    assert stack.insights.is_running


def _is_any_leased(stack: Stack) -> bool:
    question = "SELECT count(*) FROM messages WHERE visible_at > ?"
    with closing(sqlite3.connect(stack.home / "queue.sqlite")) as queue:
        return bool(queue.execute(question, (time.time(),)).fetchone()[0])


def _half_sent(stack: Stack, delivery: Delivery) -> HTTPConnection:
    """A connection that owes the frontend the second half of a delivery."""
    connection = HTTPConnection(urlsplit(stack.url).netloc, timeout=30)
    connection.putrequest("POST", "/webhook")
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(delivery.body)),
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Delivery": delivery.delivery_id,
        "X-Hub-Signature-256": sign(delivery.body, SECRET.encode()).decode(),
    }
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders(_halves(delivery)[0])
    time.sleep(A_MOMENT_SECONDS)  # until it reads
    return connection


def _halves(delivery: Delivery) -> tuple[bytes, bytes]:
    middle = len(delivery.body) // 2
    return delivery.body[:middle], delivery.body[middle:]
