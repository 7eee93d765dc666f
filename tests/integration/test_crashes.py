"""kill -9 anywhere on the path: nothing acknowledged is lost, nothing is there twice."""

import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from signal import SIGKILL
from threading import Event, Thread
from time import sleep
from typing import Self

import pytest

from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from tests.insights.stack import ROOT
from tests.integration.processes import Service, environment
from tests.integration.readings import history, newest
from tests.integration.small_runs import small_run
from tests.integration.stack import Stack, connection_string, running_stack
from tests.integration.truths import assert_true

RANDOM_SEED = 20
SENDERS = 4
MOST_TRIES = 1000
PAUSE_SECONDS = 0.12  # so that the day lasts long enough to be disturbed
SECONDS_OF_LIFE = (0.4, 2.2)  # at first; however slow a machine's starts are, some life suffices
LIVES_TO_DOUBLE = 10


@pytest.mark.slow
def test_a_worker_killed_at_any_step_of_its_io_loses_and_doubles_nothing(
    stack: Stack, tmp_path: Path
):
    arguments = [str(tmp_path), connection_string(stack.insights_url)]
    lives = subprocess.run(
        [sys.executable, "-m", "tests.integration.mortal_worker", *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=False,
    )
    assert lives.returncode == 0, lives.stderr
    killed = int(lives.stdout)
    # Receive, facts, recalls, requests, tombstones, delete, poison: before and after each call.
    assert killed > 20
    assert_true(stack.tables, *(small_run(seed=point).truth for point in range(killed + 1)))
    # Rows do go out twice, or these deaths would prove nothing: the functions fold them into one.
    assert len(history(stack.tables, "WorkflowJobs")) > 3 * len(
        newest(stack.tables, "WorkflowJobs")
    )


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "kept"), [("before", 0), ("after", 1)])
def test_a_frontend_killed_at_its_commit_has_not_answered_and_a_redelivery_counts_once(
    moment: str, kept: int, tmp_path: Path
):
    run, stack = small_run(seed=1), Stack(tmp_path)
    mortal = stack.service("-m", "tests.integration.mortal_frontend", moment)
    try:
        mortal.start()
        stack.await_frontend()
        assert [reply.status for reply in stack.post(run.deliveries[:1])] == [None]
        assert mortal.wait() == -SIGKILL
        stack.frontend.start()
        stack.await_frontend()
        assert stack.depth() == kept
        stack.start()
        stack.take(run.deliveries)
        assert_true(stack.tables, run.truth)
    finally:
        mortal.end()
        stack.end()


@pytest.mark.slow
def test_services_killed_at_random_moments_lose_and_double_nothing(tmp_path: Path):
    day = simulate_day(RANDOM_SEED, datetime.now(UTC), runs=6)
    with running_stack(tmp_path) as stack:
        stack.backend.kill()
        stack.backend = stack.service("-m", "tests.integration.hasty_backend")
        stack.backend.start()
        with Reaper(stack.frontend) as of_frontends, Reaper(stack.backend) as of_backends:
            tries = list(_taken_by(stack, day.deliveries))
        stack.await_frontend()
        stack.drain()
        assert min(of_frontends.kills, of_backends.kills) >= 3
        assert max(tries) > 1
        assert_true(stack.tables, day.truth)


class Reaper:
    """Kills a service at random moments, and starts it again, as long as the block lasts."""

    def __init__(self, service: Service) -> None:
        self.kills = 0
        self._service = service
        self._random = Random(service.log.name)  # noqa: S311 -- no secret
        self._over = Event()
        self._thread = Thread(target=self._reap)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _reap(self) -> None:
        while not self._over.wait(self._next_life_seconds()):
            self._service.kill()
            self._service.start()
            self.kills += 1

    def _next_life_seconds(self) -> float:
        return self._random.uniform(*SECONDS_OF_LIFE) * (1 + self.kills / LIVES_TO_DOUBLE)


def _taken_by(stack: Stack, deliveries: Iterable[Delivery]) -> Iterator[int]:
    """How often each had to be sent, by several senders at a time, before it was answered 202."""

    def send(delivery: Delivery) -> int:
        status, tries = None, 0
        while status != 202:
            sleep(PAUSE_SECONDS)
            status = stack.post([delivery])[0].status
            assert status in {202, 503, None}
            tries += 1
            assert tries < MOST_TRIES
        return tries

    with ThreadPoolExecutor(SENDERS) as pool:
        yield from pool.map(send, deliveries)
