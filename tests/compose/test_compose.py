"""docker-compose.yml without Docker: the same commands, a delivery through them, KQL's answer."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.azurite import MAIN
from tests.compose.composed import read_composed
from tests.compose.local import Local
from tests.frontend.test_webhook import JOB, JOB_BODY, signed
from tests.integration.processes import wait_for

pytestmark = pytest.mark.slow

SECRET = "a secret of the tests"
PATIENCE_SECONDS = 60.0
SIGNALLED = dict.fromkeys(["frontend", "insights"], -signal.SIGTERM)
"""uvicorn raises the signal once more when all is done."""
JOBS = "WorkflowJobs() | project job_name"
RUNS = "WorkflowRuns() | where status == 'completed'"


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Local]:
    if not MAIN.exists():
        pytest.skip("no Azurite: `make test` fetches it (npm ci)")
    local = Local(read_composed({"GITHUB_WEBHOOK_SECRET": SECRET}), tmp_path)
    try:
        yield local
    finally:
        local.end()


def answer_to(local: Local, question: str) -> list[dict[str, str]]:
    """From the tables, by the command line beside them."""
    said = local.run("tools", "query", question, "--format", "json")
    rows: list[dict[str, str]] = json.loads(said)
    return rows


def test_a_signed_delivery_becomes_a_row_and_nothing_is_left_running(local: Local):
    local.start()
    assert local.started == ["azurite", "insights", "frontend", "backend"]

    headers = signed(JOB_BODY, SECRET.encode(), x_github_delivery=b"of-a-composition")
    url = f"http://127.0.0.1:{local.ports[8080]}/webhook"
    with httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        answer = http.post(url, content=JOB_BODY, headers=list(headers.items()))
    assert answer.status_code == 202, answer.text

    wait_for(lambda: bool(answer_to(local, JOBS)), PATIENCE_SECONDS, "a row", poll_seconds=0.5)
    assert answer_to(local, JOBS) == [{"job_name": JOB["name"]}]

    local.run("tools", "simulate", "--runs", "2", "--url", "http://frontend:8080/webhook")
    wait_for(lambda: bool(answer_to(local, RUNS)), PATIENCE_SECONDS, "a run", poll_seconds=0.5)
    assert local.stop() == dict.fromkeys(reversed(local.started), 0) | SIGNALLED
