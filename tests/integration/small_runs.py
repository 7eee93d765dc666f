"""A seed in, the deliveries of one run with one job and the truth about them out."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from src.simulate.days import simulate_day
from src.simulate.deliveries import Delivery
from src.simulate.truth import Truth

# Long ago on purpose: what must be moved in time is doubled more easily than what need not be.
END = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class SmallRun:
    """From its request to its completion."""

    deliveries: list[Delivery]
    truth: Truth


def small_run(seed: int) -> SmallRun:
    """The first attempt of the day's first run, with the first of its jobs that ran."""
    day = simulate_day(seed, END, runs=1)
    run = min(day.truth.runs, key=lambda run: run.started_at)
    job = next(
        job
        for job in day.truth.jobs
        if (job.run_id, job.attempt, job.execution) == (run.run_id, run.attempt, "ran")
    )
    wanted = {("workflow_run", run.run_id, run.attempt), ("workflow_job", job.job_id, run.attempt)}
    deliveries = [delivery for delivery in day.deliveries if _subject(delivery) in wanted]
    steps = tuple(step for step in day.truth.steps if step.job_id == job.job_id)
    return SmallRun(deliveries, replace(day.truth, runs=(run,), jobs=(job,), steps=steps))


def _subject(delivery: Delivery) -> tuple[str, int, int]:
    subject = json.loads(delivery.body)[delivery.event]
    return delivery.event, subject["id"], subject["run_attempt"]
