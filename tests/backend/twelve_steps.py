"""A job of twelve steps as teams have it: what the worker makes of it, sampled or not.

Four of its steps lasted long enough to be judged; one of them is short of something.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from src.analysis.judge import judge
from src.backend.decide import Emission
from src.backend.interpret import interpret_job
from src.backend.judging import SIGNED, UNSAMPLED, Judged, Sampled
from src.shared.github_events import JobDelivery, parse_delivery
from src.shared.job_timeline import timeline_of
from src.simulate.blueprints import Fate, JobBlueprint, StepBlueprint
from src.simulate.bodies import workflow_job_body
from src.simulate.days import simulate_day
from src.simulate.organisation_loads import LOADS, SYSTEM
from src.simulate.plan import Job, Run
from src.simulate.runners import HOSTED_MACHINE
from src.simulate.sampling import sample
from src.simulate.steps import run_steps
from src.simulate.work import work_of

RUN_ID, JOB_ID = 16_021_234_567, 45_201_234_567  # as long as GitHub's are
DELIVERY_ID = "3f6f2a4e-72d3-11e3-9f42-9a0b3c8f0a11"
DAY_ENDS = datetime(2026, 3, 2, tzinfo=UTC)
STEPS = (
    StepBlueprint("Run actions/checkout@v4", 3, has_post=True),
    StepBlueprint("Run actions/setup-python@v5", 6, has_post=True),
    StepBlueprint("Install dependencies", 31),
    StepBlueprint("Run ruff check .", 2),
    StepBlueprint("Run mypy", 26),
    StepBlueprint("Run pytest", 190),
    StepBlueprint("Run pip-audit", 24),
    StepBlueprint("Upload coverage", 5),
)


def emission(*, sampled: bool) -> Emission:
    """What is emitted when the job is over."""
    run, job = _planned()
    delivery = _delivery(run, job, "completed")
    known = Sampled(1, _judged(job, delivery)) if sampled else UNSAMPLED
    assert job.completed_at
    told = interpret_job(delivery, DELIVERY_ID, (), known)
    return Emission(told, spans=True, received_at=job.completed_at + timedelta(seconds=2))


def transitions() -> Iterator[Emission]:
    """What is emitted when the job is asked for, and when it begins."""
    run, job = _planned()
    for action in ("queued", "in_progress"):
        told = interpret_job(_delivery(run, job, action), DELIVERY_ID, ())
        yield Emission(told, spans=False, received_at=job.created_at + timedelta(seconds=2))


def _delivery(run: Run, job: Job, action: str) -> JobDelivery:
    delivery = parse_delivery("workflow_job", workflow_job_body(run, job, action))
    assert isinstance(delivery, JobDelivery)
    return delivery


def _planned() -> tuple[Run, Job]:
    day = simulate_day(7, DAY_ENDS)
    run, usual = next(
        (run, job)
        for run in day.planned
        for job in run.jobs
        if job.blueprint.name.startswith("test / unit") and job.conclusion == "success"
    )
    assert usual.started_at
    blueprint = JobBlueprint(usual.blueprint.name, usual.blueprint.pool, STEPS)
    went = run_steps(Random(12), blueprint, "push", Fate.SUCCESS, usual.started_at)  # noqa: S311
    job = replace(
        usual, id=JOB_ID, blueprint=blueprint, steps=went, completed_at=went[-1].completed_at
    )
    return replace(run, origin=replace(run.origin, run_id=RUN_ID)), job


def _judged(job: Job, delivery: JobDelivery) -> Judged:
    rng = Random(12)  # noqa: S311
    batches = sample(rng, work_of(rng, job, HOSTED_MACHINE, LOADS, SYSTEM))
    return Judged(judge(timeline_of(delivery.workflow_job), batches), SIGNED)
