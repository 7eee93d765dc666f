"""Deliveries in, a table out: from putting one to its rows being in the tables, on the real stack.

Frontend, worker and stand-in run as they do under `up`, on free ports. Deliveries go one after
another; a delivery's rows are there when its last span is, which the sink sends after the events.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from statistics import median
from tempfile import TemporaryDirectory

from src.shared.github_signature import sign

from .bodies import job_body
from .cases import STEPS, connection_string
from .processes import SECRET, await_answer, free_port, python, running
from .tables import figure, markdown, percentile

DELIVERIES, WARM_UP = 100, 5
POLL_SECONDS = 0.005
LONGEST_SECONDS = 30.0
SPANS_A_JOB = 1 + STEPS


@dataclass(frozen=True)
class LocalStack:
    """Connections to a running frontend and a running stand-in."""

    frontend: HTTPConnection
    insights: HTTPConnection

    def deliver(self, number: int) -> int:
        """Send a completed job; the status of the answer."""
        body = job_body(number, "completed", STEPS, datetime.now(UTC))
        headers = {
            "Content-Type": "application/json",
            "X-GitHub-Event": "workflow_job",
            "X-GitHub-Delivery": f"bench-{number}",
            "X-Hub-Signature-256": sign(body, SECRET.encode()).decode(),
        }
        self.frontend.request("POST", "/webhook", body, headers)
        answer = self.frontend.getresponse()
        answer.read()
        return answer.status

    def spans(self) -> int:
        """How many spans of jobs and steps the tables hold."""
        self.insights.request("GET", "/tables/counts")
        return int(json.loads(self.insights.getresponse().read())["dependencies"])

    def await_spans(self, count: int) -> None:
        """Return when the tables hold so many spans.

        Raises:
            TimeoutError: they do not come.
        """
        deadline = time.monotonic() + LONGEST_SECONDS
        while self.spans() < count:
            if time.monotonic() > deadline:
                raise TimeoutError("the rows do not come")
            time.sleep(POLL_SECONDS)


def latency_table(deliveries: int = DELIVERIES) -> str:
    """Median and 95th percentile of so many deliveries, answer and rows apart."""
    answered, visible = [], []
    with _stack() as stack:
        for number in range(WARM_UP + deliveries):
            started = time.perf_counter()
            assert stack.deliver(number) == 202
            answered.append(time.perf_counter() - started)
            stack.await_spans((number + 1) * SPANS_A_JOB)
            visible.append(time.perf_counter() - started)
    rows = [
        _row("put to answer (synced to the queue)", answered[WARM_UP:]),
        _row("**put to rows in the tables**", visible[WARM_UP:]),
    ]
    about = f"{deliveries} completed jobs of {STEPS} steps, one after another."
    return f"{about}\n\n{markdown(('', 'median ms', 'p95 ms'), rows)}"


def _row(title: str, seconds: list[float]) -> list[str]:
    return [title, figure(1e3 * median(seconds)), figure(1e3 * percentile(seconds, 95))]


@contextmanager
def _stack() -> Iterator[LocalStack]:
    ports = {"PORT": free_port(), "INSIGHTS_PORT": free_port()}
    with TemporaryDirectory() as folder, ExitStack() as stack:
        endpoint = f"http://127.0.0.1:{ports['INSIGHTS_PORT']}"
        settings = {
            "HOST": "127.0.0.1",
            "GITHUB_TELEMETRY_HOME": folder,
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(endpoint),
            **{name: str(port) for name, port in ports.items()},
        }
        for name in ("insights", "backend", "frontend"):
            stack.enter_context(running(python("src", name), None, settings))
        await_answer(ports["PORT"])
        await_answer(ports["INSIGHTS_PORT"], "/health")
        yield LocalStack(
            HTTPConnection("127.0.0.1", ports["PORT"], timeout=LONGEST_SECONDS),
            HTTPConnection("127.0.0.1", ports["INSIGHTS_PORT"], timeout=LONGEST_SECONDS),
        )
