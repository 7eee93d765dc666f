"""A home folder in, the whole path as real processes out: frontend, worker, stand-in."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from src.cli.deliver import Reply, Target, deliver
from src.simulate.deliveries import Delivery
from tests.insights.stack import KEY, Insights, free_port
from tests.integration.processes import START_SECONDS, Service, wait_for

SECRET = "a secret of the tests"
DRAIN_SECONDS = 30.0


class Stack:
    """Three services that know each other, each to be killed and started again on its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        ports = [free_port(), free_port()]
        self.url, self.insights_url = (f"http://127.0.0.1:{port}" for port in ports)
        self.settings = {
            "HOST": "127.0.0.1",
            "PORT": str(ports[0]),
            "INSIGHTS_PORT": str(ports[1]),
            "GITHUB_TELEMETRY_HOME": str(home),
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(self.insights_url),
        }
        # One for all: a client of its own for each question costs more than the question.
        self._http = httpx.Client(trust_env=False)
        self.frontend = self.service("-m", "src", "frontend")
        self.backend = self.service("-m", "src", "backend")
        self.insights = self.service("-m", "src", "insights")

    def service(self, *arguments: str) -> Service:
        """`python ARGUMENTS…` with this stack's settings."""
        log = self.home / "logs" / f"{arguments[-1]}.log"
        return Service([sys.executable, *arguments], self.settings, log)

    def start(self) -> None:
        """Start what does not run yet, and wait until all answer."""
        for service in self.services:
            if not service.is_running:
                service.start()
        wait_for(self._is_up, START_SECONDS, "a stack")

    @property
    def services(self) -> tuple[Service, ...]:
        """The three, who must not end by themselves."""
        return self.frontend, self.backend, self.insights

    def _is_up(self) -> bool:
        for service in self.services:
            assert service.is_running, service.log.read_text(encoding="utf-8")
        return self.answers(f"{self.url}/ready") and self.answers(f"{self.insights_url}/health")

    def await_frontend(self) -> None:
        """Return when the frontend takes deliveries."""
        wait_for(lambda: self.answers(f"{self.url}/ready"), START_SECONDS, "the frontend")

    def answers(self, url: str) -> bool:
        """Whether somebody answers with success there."""
        try:
            return self._http.get(url).is_success
        except httpx.TransportError:
            return False

    def end(self) -> None:
        """End all that runs."""
        self._http.close()
        for service in self.services:
            service.end()

    def post(self, deliveries: Iterable[Delivery]) -> list[Reply]:
        """Sign and post, one after the other."""
        return list(deliver(deliveries, self.target))

    def take(self, deliveries: Iterable[Delivery]) -> None:
        """Post, insist that each is queued, and wait until all are acknowledged."""
        refused = [reply for reply in self.post(deliveries) if reply.status != 202]
        assert not refused, refused[0].said
        self.drain()

    @property
    def target(self) -> Target:
        """Where deliveries go."""
        return Target(f"{self.url}/webhook", SECRET.encode())

    def depth(self) -> int:
        """How many messages are not acknowledged yet."""
        return int(self._http.get(f"{self.url}/ready").json()["queue_depth"])

    def row_counts(self) -> dict[str, int]:
        """How many rows each table has."""
        counts: dict[str, int] = self._http.get(f"{self.insights_url}/tables/counts").json()
        return counts

    def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Wait for the queue to be empty: a message leaves it only when its rows are kept."""
        wait_for(lambda: self.depth() == 0, seconds, "an empty queue")

    @property
    def tables(self) -> Insights:
        """Whom to ask."""
        assert self.insights.process is not None
        return Insights(self.insights_url, self.home, self.insights.process)


def connection_string(insights_url: str) -> str:
    """What points the exporters at a stand-in."""
    return f"InstrumentationKey={KEY};IngestionEndpoint={insights_url}"


@contextmanager
def running_stack(home: Path) -> Iterator[Stack]:
    """A stack that answers; whatever the test does to it, no process is left."""
    stack = Stack(home)
    try:
        stack.start()
        yield stack
    finally:
        stack.end()
