"""A home in, a stack of real processes out that faults are tried on: workers by the number."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from signal import SIGCONT

from src.shared.queues.base import Queue
from src.shared.queues.sqlite import SqliteQueue
from src.simulate.days import Day
from tests.faults.sender import Sender
from tests.integration.processes import Service, wait_for
from tests.integration.small_runs import SmallRun, small_run
from tests.integration.stack import Stack, connection_string
from tests.integration.truths import assert_true

QUEUE_NAME = "github-webhook-events"
LEASE_SECONDS = 2.0
DRAIN_SECONDS = 150.0
RECOVERY_SECONDS = 10.0
FIRST_PROBE = 1_000  # no test's day has such a seed


class Town(Stack):
    """Frontend, workers and stand-in; their ways to each other may lead through proxies."""

    def __init__(self, home: Path, workers: int = 1) -> None:
        super().__init__(home)
        self.settings["LEASE_SECONDS"] = str(LEASE_SECONDS)
        self.workers = [
            self.service("-m", "tests.integration.hasty_backend") for _ in range(workers)
        ]
        self._told: list[Day | SmallRun] = []
        self._probes = count(FIRST_PROBE)

    @property
    def services(self) -> tuple[Service, ...]:
        """All, who must not end by themselves."""
        return self.frontend, *self.workers, self.insights

    def send_rows_to(self, url: str) -> None:
        """Before the start: whom the workers take for Application Insights."""
        self.settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] = connection_string(url)

    def send(self, day: Day | SmallRun, per_second: float = 1000) -> Sender:
        """Have all of it acknowledged; it will be looked for in the end."""
        self._told.append(day)
        sender = Sender(self.target, per_second)
        sender.send(day.deliveries)
        return sender

    def recover(self) -> float:
        """Seconds from now to the rows of a delivery that is sent now."""
        probe, started = small_run(next(self._probes)), time.monotonic()
        [run] = probe.truth.runs
        self.send(probe)
        question = (
            f'WorkflowRuns() | where workflow_run_id == "{run.run_id}" and status == "completed"'
        )
        wait_for(lambda: bool(self.tables.ask(question)), RECOVERY_SECONDS, "normal lag")
        return time.monotonic() - started

    def settle(self) -> None:
        """Every acknowledged delivery is in the tables once, and nothing is poisoned."""
        self.drain(DRAIN_SECONDS)
        assert asyncio.run(self.poisoned()) == 0
        assert_true(self.tables, *(day.truth for day in self._told))

    async def poisoned(self) -> int:
        """How many messages were given up."""
        poison = self.open_queue(f"{QUEUE_NAME}-poison")
        try:
            return await poison.depth()
        finally:
            await poison.close()

    def open_queue(self, name: str) -> Queue:
        """One of the services' queues."""
        return SqliteQueue(self.home / "queue.sqlite", name)


@contextmanager
def running(town: Town) -> Iterator[Town]:
    """A town that answers; whatever the test does to it, no process is left."""
    try:
        town.start()
        yield town
    finally:
        for service in town.services:
            if service.is_running:
                service.signal(SIGCONT)
        town.end()
