"""Real jobs, sampled by the Action, and their webhooks: from the frontend to tables and archive.

Each job has a corner of this machine to itself, and steps that are each short of one thing.
JOIN_RUNS=10 has all of it done ten times, anew each time.
"""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from src.simulate.deliveries import Delivery
from tests.frontend.sampled import signing
from tests.integration.planted_jobs import (
    ATTEMPT,
    PLANS,
    REPOSITORY_ID,
    RUN_ID,
    Planted,
    run_planted,
    with_job,
)
from tests.integration.processes import wait_for
from tests.integration.readings import newest
from tests.integration.real_webhooks import begun, ended
from tests.integration.stack import Stack
from tests.integration.test_show import shown

pytestmark = [pytest.mark.slow, pytest.mark.alone]

TIMES = int(os.environ.get("JOIN_RUNS", "1"))
KEY = "a key of sixteen and more"
SEEN_WITHIN_SECONDS, SETTLED_SECONDS = 20.0, 30.0
POLL_SECONDS = 0.5  # a question takes about as long
STARTS_AT = range(22, 58)  # then a minute ends before memory is short, when batches are pushed
BURNING = ("Compile", "Fill memory", "Test", "Lint")
MOST_BESIDE_SECONDS = 0.5
ORDERS = {1: "samples first", 2: "webhooks first", 3: "shuffled", 4: "shuffled again"}
LATER = 1_000  # what an order adds to each id


@dataclass
class Joined:
    """What was run, and the stack that was told of it while it ran."""

    stack: Stack
    jobs: Sequence[Planted]
    minutes_while_it_ran: int

    def job(self, name: str) -> Planted:
        return next(job for job in self.jobs if job.name == name)

    @cached_property
    def document(self) -> dict[str, Any]:
        """As `show` has it."""
        return shown(self.stack, RUN_ID, ATTEMPT)

    def usage(self, job_name: str) -> dict[str, dict[str, Any]]:
        """Of a job's steps, by their names, as the archive has it."""
        [job] = (job for job in self.document["jobs"] if job["job_name"] == job_name)
        return {step["step_name"]: step["usage"] for step in job["steps"]}

    def rows(self, later: int = 0) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Of all steps, by their jobs' and their own names."""
        run_id = str(RUN_ID + later)
        return {
            (row["job_name"], row["step_name"]): row
            for row in newest(self.stack.tables, "WorkflowSteps").values()
            if str(row["workflow_run_id"]) == run_id
        }


@pytest.fixture(scope="module", params=range(TIMES))
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    """Jobs that ran at the same time, and whose run is over."""
    folder = tmp_path_factory.mktemp("jobs")
    stack = Stack(tmp_path_factory.mktemp("home"))
    # Who runs in a network of his own cannot reach 127.0.0.1.
    stack.settings |= {"HOST": "0.0.0.0", "SAMPLES_KEYS": f"{REPOSITORY_ID}:{KEY}"}  # noqa: S104
    try:
        stack.start()
        yield _run_all(stack, folder)
    finally:
        stack.end()


def _run_all(stack: Stack, folder: Path) -> Joined:
    port = int(stack.settings["PORT"])
    wait_for(lambda: time.gmtime().tm_sec in STARTS_AT, 60, "a moment to begin")
    stack.take(begun([plan.job_id for plan in PLANS], time.time()))
    with ThreadPoolExecutor(len(PLANS)) as pool:
        running = [pool.submit(run_planted, p, folder / p.name, port, KEY) for p in PLANS]
        minutes = _minutes_while(stack, running[0])
        jobs = [each.result() for each in running]
    deliveries = ended(jobs)
    stack.take([*reversed(deliveries), *deliveries])
    return Joined(stack, jobs, minutes)


def _minutes_while(stack: Stack, running: "Future[Planted]") -> int:
    """How many figures of this job's machine are told before it is over."""
    question = f'RunnerSamples() | where job_id == "{PLANS[0].job_id}" | count'
    count = 0
    while not running.done() and not count:
        time.sleep(POLL_SECONDS)
        [row] = stack.tables.ask(question)
        count = int(next(iter(row.values())))
    return count


# --- what each step used and was short of -------------------------------------------------------


def test_each_step_s_row_says_what_it_was_short_of(joined: Joined):
    rows = joined.rows()
    found = {
        (job.name, step): rows[job.name, step]["bottleneck"]
        for job in joined.jobs
        for step in job.bottlenecks
    }
    wrong = {
        step: (bottleneck, rows[step]["diagnosis"])
        for step, bottleneck in found.items()
        if bottleneck not in joined.job(step[0]).bottlenecks[step[1]]
    }
    assert wrong == {}


def test_each_step_s_cpu_time_is_that_of_its_programs(joined: Joined):
    """Those that ran at the same time too."""
    usage, build = joined.usage("build"), joined.job("build").finished
    told = {n: usage[n]["cpu_seconds"] - usage[n]["cpu_seconds_by_time"] for n in BURNING}
    truth = {name: build.step(name).cpu_seconds for name in BURNING}
    _say("CPU by process", told, truth)
    assert told == pytest.approx(truth, rel=0.03)


def test_what_a_step_s_row_says_of_its_cpu_is_little_more(joined: Joined):
    """A row's figure has the step's share of what has no owner: the sampler, the runner."""
    rows, build = joined.rows(), joined.job("build").finished
    told = {name: rows["build", name]["cpu_seconds"] for name in BURNING}
    truth = {name: build.step(name).cpu_seconds for name in BURNING}
    _say("CPU in rows", told, truth)
    assert told == pytest.approx(truth, rel=0.03, abs=MOST_BESIDE_SECONDS)


def test_a_daemon_that_outlives_its_step_is_told_with_who_uses_it(joined: Joined):
    usage, build = joined.usage("build"), joined.job("build")
    names = "Start a daemon", "Use the daemon"
    told = {"daemon": sum(usage[name]["cpu_seconds"] for name in names)}
    own = sum(build.finished.step(name).cpu_seconds for name in names)
    truth = {"daemon": own + (build.daemon_cpu_seconds or 0)}
    _say("CPU of", told, truth)
    assert told == pytest.approx(truth, rel=0.03)
    user = usage["Use the daemon"]
    assert user["cpu_seconds_by_time"] > user["cpu_seconds"] / 2


def _say(what: str, told: Mapping[str, float], truth: Mapping[str, float]) -> None:
    errors = {name: f"{told[name] / true - 1:+.2%}" for name, true in truth.items()}
    sys.stdout.write(f"{what}: {errors}\n")


# --- where it is told ---------------------------------------------------------------------------


def test_a_machine_is_told_of_while_its_job_runs(joined: Joined):
    assert joined.minutes_while_it_ran > 0


def test_the_archive_says_the_same(joined: Joined):
    told = {
        (job["job_name"], step["step_name"]): step
        for job in joined.document["jobs"]
        for step in job["steps"]
    }
    rows = joined.rows()
    assert told.keys() == rows.keys()
    for name, row in rows.items():
        findings = [finding["rule"] for finding in told[name]["findings"]]
        expected = [] if row["bottleneck"] in {None, "none"} else [row["bottleneck"]]
        assert findings[:1] == expected
    assert joined.document["complaints"] == []


def test_any_order_with_duplicates_ends_in_the_same_rows(joined: Joined):
    for order in ORDERS:
        _post(joined.stack, _in_order(joined.jobs, order))
    first = {name: _nearly(told) for name, told in _told(joined.rows()).items()}
    # The rows are right as soon as all is there, though a completion that waited still waits.
    for order, words in ORDERS.items():
        wait_for(
            lambda order=order: _told(joined.rows(order * LATER)) == first,
            *(SEEN_WITHIN_SECONDS, words, POLL_SECONDS),
        )
    joined.stack.drain(SETTLED_SECONDS)
    for order, words in ORDERS.items():
        assert _told(joined.rows(order * LATER)) == first, words


def _told(rows: Mapping[tuple[str, str], Mapping[str, Any]]) -> dict[tuple[str, str], Any]:
    """What steps were short of, and their CPU time."""
    return {name: (row["bottleneck"], row["cpu_seconds"]) for name, row in rows.items()}


def _nearly(told: tuple[str | None, float | None]) -> tuple[str | None, Any]:
    """How long a request is on its way tells how wrong a sampler's clock is, to milliseconds."""
    bottleneck, seconds = told
    return bottleneck, seconds and pytest.approx(seconds, abs=0.1)


def _in_order(jobs: Sequence[Planted], order: int) -> list[Delivery | bytes]:
    later = order * LATER
    samples = [
        with_job(batch, run_id=RUN_ID + later, job_id=job.job_id + later)
        for job in jobs
        for batch in job.batches
    ]
    webhooks = ended(jobs, later=later)
    if ORDERS[order] == "samples first":
        return [*samples, *webhooks]
    if ORDERS[order] == "webhooks first":
        return [*reversed(webhooks), *reversed(samples)]
    posts = [*samples, *webhooks] * 2
    Random(order).shuffle(posts)  # noqa: S311 -- as the network may
    return posts


def _post(stack: Stack, posts: Sequence[Delivery | bytes]) -> None:
    with httpx.Client(trust_env=False) as client:
        for each in posts:
            if isinstance(each, Delivery):
                assert [reply.status for reply in stack.post([each])] == [202]
                continue
            headers = signing(each, KEY.encode(), x_telemetry_key=str(REPOSITORY_ID))
            answer = client.post(f"{stack.url}/samples", content=each, headers=headers)
            assert answer.status_code == 202, answer.text
