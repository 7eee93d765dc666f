"""From the webhook to `show`: a run that is over can be looked at, whatever came in which order."""

import json
import os
import subprocess
import sys
from random import Random
from typing import Any

from src.simulate.days import simulate_day
from tests.integration.small_runs import END
from tests.integration.stack import Stack


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
