"""A day's attempts in, the jobs that a sampler watched out: body, batches and truth of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from ..model.samples import Batch
from .blueprints import MachineBlueprint
from .bodies import workflow_job_body
from .loads import Load
from .organisation_loads import HANGING, LOADS, SYSTEM
from .plan import RAN, Job, Run
from .sampling import USUAL, Sampler, sample
from .spans import job_epoch
from .usage import UsageTruth, usage_truths
from .work import Work, work_of

HOST = "github.com"


@dataclass(frozen=True, slots=True)
class SampledJob:
    """One job; `body` is its completed workflow_job, `batches` what its sampler has to tell.

    `work` is what went on, of which `usage` is the truth.
    """

    job_id: int
    repository_id: int
    started_at: datetime
    ended_at: datetime
    body: bytes
    batches: Iterator[Batch]
    work: Work

    @property
    def usage(self) -> tuple[UsageTruth, ...]:
        """What its steps used."""
        return tuple(usage_truths(self.job_id, self.work))


def sampled_jobs(runs: Iterable[Run], sampler: Sampler = USUAL) -> Iterator[SampledJob]:
    """The jobs that ran to their end where a sampler runs, one by one, as they started.

    The same attempts give the same batches, job by job: what is random follows from a job's id.
    """
    ran = [(run, job) for run in runs for job in run.jobs if job.execution == RAN]
    for run, job in sorted(ran, key=lambda pair: job_epoch(pair[1])):
        machine = job.blueprint.pool and job.blueprint.pool.machine
        if machine:
            yield _sampled(run, job, machine, sampler)


def _loads(job: Job) -> dict[str, Load]:
    if job.conclusion != "timed_out":
        return LOADS
    return LOADS | {step.name: HANGING for step in job.steps if step.conclusion == "cancelled"}


def _sampled(run: Run, job: Job, machine: MachineBlueprint, sampler: Sampler) -> SampledJob:
    rng = Random(f"work/{job.id}")  # noqa: S311 -- a simulation, no secret
    # What changes sooner than the sampler looks, its samples do not show.
    work = work_of(rng, job, machine, _loads(job), SYSTEM, sampler.interval_ms / 1000)
    return SampledJob(
        job_id=job.id,
        repository_id=run.origin.card.repository.id,
        started_at=work.epoch,
        ended_at=max(step.completed_at for step in job.steps),
        body=workflow_job_body(run, job, "completed"),
        batches=sample(rng, work, sampler, _identity(run, job)),
        work=work,
    )


def _identity(run: Run, job: Job) -> dict[str, object]:
    return {
        "host": HOST,
        "repository_id": run.origin.card.repository.id,
        "run_id": run.origin.run_id,
        "run_attempt": run.attempt,
        "job_id": job.id,
        "runner_name": job.runner.name if job.runner else "",
    }
