"""Small jobs at work, for tests."""

from dataclasses import replace
from random import Random

from src.simulate.blueprints import MachineBlueprint, StepBlueprint
from src.simulate.loads import DiskUse, Load, Phase, Program
from src.simulate.organisation_loads import LOADS as ORGANISATION
from src.simulate.organisation_loads import SYSTEM
from src.simulate.plan import Job
from src.simulate.runners import HOSTED_MACHINE
from src.simulate.steps import overlap_steps
from src.simulate.work import Work, work_of
from tests.analysis.plants import job_of

LOADS = {
    "compile": Load(
        (
            Phase(
                programs=(
                    Program(name="cc1", cores=1.7, memory_mib=500, starts_per_second=2),
                    Program(name="make", cores=0.1),
                ),
                disk=DiskUse(read_mb_per_second=5, written_mb_per_second=9),
                received_mb_per_second=2,
                sent_mb_per_second=1,
            ),
        ),
        "nothing",
    ),
    "serve": Load(
        (Phase(programs=(Program(name="server", cores=0.9, memory_mib=300),)),),
        leaves=(Program(name="server", cores=0.5, memory_mib=300),),
    ),
    "build image": Load(
        (Phase(programs=(Program(name="buildkitd", cores=1.2, memory_mib=200, owned=False),)),)
    ),
}
STEPS = tuple(StepBlueprint(name, 40) for name in LOADS)
COMPILE, SERVE, IMAGE = 3, 4, 5  # their numbers


def small_job(seed: int, *, overlap: int | None = None) -> Job:
    """A job that compiles, starts a server that stays, and builds an image.

    `overlap` is the number of a step that runs in the background of the one after it.
    """
    job = job_of(Random(f"job/{seed}"), STEPS)  # noqa: S311
    return job if overlap is None else replace(job, steps=overlap_steps(job.steps, overlap))


def small_work(
    seed: int,
    machine: MachineBlueprint = HOSTED_MACHINE,
    *,
    overlap: int | None = None,
    cell_seconds: float = 1.0,
) -> Work:
    """What goes on in that job."""
    rng = Random(f"work/{seed}")  # noqa: S311
    job = small_job(seed, overlap=overlap)
    return work_of(rng, job, machine, ORGANISATION | LOADS, SYSTEM, cell_seconds)
