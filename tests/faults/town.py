"""A home in, a stack of real processes out that faults are tried on: workers by the number."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from signal import SIGCONT

import httpx
import psutil

from src.cli.deliver import Target
from src.shared.settings import StorageSettings
from src.shared.storage import open_poison_queue
from src.simulate.days import Day
from src.simulate.organisation import REPOSITORIES
from tests.faults.samplers import SampledDay, assert_used
from tests.faults.sender import Sender
from tests.integration.processes import Service, wait_for
from tests.integration.small_runs import SmallRun, small_run
from tests.integration.stack import SECRET, Stack, connection_string
from tests.integration.truths import assert_true

LEASE_SECONDS = 2.0
DRAIN_SECONDS = 150.0
RECOVERY_SECONDS = 30.0  # on a machine with nothing else to do it takes a few
QUIET_WITHIN_SECONDS = 30.0
ASK_SECONDS = 0.2  # a question takes a core for a tenth of a second
FIRST_PROBE = 1_000  # no test's day has such a seed
KEYS = {repository.id: b"a-key-of-the-tests-that-is-long-enough" for repository in REPOSITORIES}


class Town(Stack):
    """Frontend, workers and stand-in; their ways to each other may lead through proxies."""

    def __init__(self, home: Path, workers: int = 1) -> None:
        super().__init__(home)
        self.settings["LEASE_SECONDS"] = str(LEASE_SECONDS)
        self.settings["POLL_INTERVAL_SECONDS"] = "0.5"  # Azure's queue is not told of a message
        self.settings["SAMPLES_KEYS"] = ",".join(
            f"{id_}:{key.decode()}" for id_, key in KEYS.items()
        )
        self.workers = [
            self.service("-m", "tests.integration.hasty_backend") for _ in range(workers)
        ]
        self._told: list[Day | SampledDay | SmallRun] = []
        self._probes = count(FIRST_PROBE)

    @property
    def services(self) -> tuple[Service, ...]:
        """All, who must not end by themselves."""
        return self.frontend, *self.workers, self.insights

    @property
    def target(self) -> Target:
        """Where deliveries and samples go."""
        return Target(f"{self.url}/webhook", SECRET.encode(), KEYS)

    def send_rows_to(self, url: str) -> None:
        """Before the start: whom the workers take for Application Insights."""
        self.settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] = connection_string(url)

    def keep_messages_in(self, storage: Mapping[str, str]) -> None:
        """Before the start: the variables of a storage account."""
        self.settings |= storage

    def sender(self, per_second: float = 1000) -> Sender:
        """Somebody who posts until everything is taken."""
        return Sender(self.target, per_second)

    def considerate_sender(self, per_second: float, most_waiting: int) -> Sender:
        """Who waits while so many messages do, however fast this machine is today."""

        def is_behind() -> bool:
            try:
                return self.depth() > most_waiting
            except (httpx.TransportError, KeyError):  # the frontend is away, or the queue
                return True

        return Sender(self.target, per_second, is_behind)

    def send(self, day: Day | SampledDay | SmallRun, sender: Sender | None = None) -> None:
        """Have all of it acknowledged; it will be looked for in the end."""
        self._told.append(day)
        (sender or self.sender()).send(day.deliveries)

    def recover(self) -> float:
        """Seconds from now to the rows of a delivery that is sent now."""
        probe, started = small_run(next(self._probes)), time.monotonic()
        [run] = probe.truth.runs
        self.send(probe)
        question = (
            f'WorkflowRuns() | where workflow_run_id == "{run.run_id}" and status == "completed"'
        )
        wait_for(
            lambda: bool(self.tables.ask(question)), RECOVERY_SECONDS, "normal lag", ASK_SECONDS
        )
        return time.monotonic() - started

    def settle(self) -> None:
        """What was acknowledged is in the tables once, what steps used too; nothing is poisoned."""
        self.drain(DRAIN_SECONDS)
        assert asyncio.run(self.poisoned()) == 0
        assert_true(self.tables, *(day.truth for day in self._told))
        for day in self._told:
            if isinstance(day, SampledDay):
                assert_used(self.tables, day)

    def await_quiet(self, seconds: float, most_cpu_share: float) -> None:
        """Return when no worker has taken more than this share of a core, for so long."""
        wait_for(
            lambda: self.cpu_share(seconds) < most_cpu_share,
            QUIET_WITHIN_SECONDS,
            f"workers that take less than {most_cpu_share} of a core",
        )

    def cpu_share(self, seconds: float) -> float:
        """How much of a core the busiest worker takes, for so long."""
        processes = [psutil.Process(worker.pid) for worker in self.workers]
        before = [_cpu_seconds(process) for process in processes]
        time.sleep(seconds)
        return max(_cpu_seconds(p) - b for p, b in zip(processes, before, strict=True)) / seconds

    async def poisoned(self) -> int:
        """How many messages were given up."""
        poison = open_poison_queue(StorageSettings(**self.settings))
        try:
            return await poison.depth()
        finally:
            await poison.close()


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


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
