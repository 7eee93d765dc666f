"""From the webhook to `show`: a run that is over can be looked at, whatever came in which order."""

import asyncio
import json
import os
import subprocess
import sys
import uuid
from collections.abc import Iterable
from random import Random
from typing import Any

import pytest

from src.shared import messages
from src.shared.messages import Event
from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import DEFAULT_QUEUE_NAME
from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from tests.backend.bodies import NOW, job_body, run_body
from tests.backend.sampled import BUSY_CORES, CORES, events
from tests.integration.small_runs import END
from tests.integration.stack import Stack

RUN_ID = 301


def shown(stack: Stack, run_id: int, attempt: int) -> dict[str, Any]:
    """The document, as a user gets it."""
    said = subprocess.run(
        [sys.executable, "-m", "src", "show", str(run_id), "--attempt", str(attempt), "--json"],
        env={**os.environ, "GITHUB_TELEMETRY_HOME": str(stack.home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    document: dict[str, Any] = json.loads(said.stdout)
    return document


def test_a_completed_run_is_shown_with_its_jobs_and_steps(stack: Stack):
    day = simulate_day(11, END, runs=2)
    deliveries = list(day.deliveries) * 2
    Random(1).shuffle(deliveries)  # noqa: S311 -- as the network may

    stack.take(deliveries)

    run = max(day.truth.runs, key=lambda run: (run.run_id, run.attempt))
    jobs = {
        job.job_id: job.conclusion
        for job in day.truth.jobs
        if (job.run_id, job.attempt) == (run.run_id, run.attempt)
    }
    document = shown(stack, run.run_id, run.attempt)
    assert document["run"]["conclusion"] == run.conclusion
    assert {job["job_id"]: job["conclusion"] for job in document["jobs"]} == jobs
    for job in document["jobs"]:
        steps = [step for step in day.truth.steps if step.job_id == job["job_id"]]
        assert len(job["steps"]) == len(steps)
    assert document["complaints"] == []


def test_a_job_that_was_watched_is_shown_with_what_it_used(stack: Stack):
    asyncio.run(put(stack, events()))

    stack.take([delivery("workflow_job", job_body()), delivery("workflow_run", run_body())])

    document = shown(stack, RUN_ID, 1)
    [job] = document["jobs"]
    assert job["samples_identity"] == "token"
    assert job["machine"]["cores_allowed"] == CORES
    make = next(step for step in job["steps"] if step["step_name"] == "Run make")
    assert make["usage"]["cpu_seconds"] == pytest.approx(BUSY_CORES * 600, rel=0.02)
    assert make["findings"][0]["rule"] == "cpu_bound"
    assert max(job["curves"]["cpu_cores"]) == pytest.approx(BUSY_CORES, rel=0.02)
    assert document["run"]["used"]


async def put(stack: Stack, told: Iterable[Event]) -> None:
    """As the frontend does with a sampler's batches."""
    queue = SqliteQueue(stack.home / "queue.sqlite", DEFAULT_QUEUE_NAME)
    for event in told:
        await queue.put(messages.encode([event]))
    await queue.close()


def delivery(event: str, body: dict[str, Any]) -> Delivery:
    return Delivery(NOW, event, str(uuid.uuid4()), json.dumps(body).encode())
