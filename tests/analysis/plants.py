"""Simulated jobs with one planted bottleneck, or none: a kind and a seed in, job and truth out."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from src.analysis import timeline
from src.model.batches import decode, encode
from src.model.samples import Batch
from src.simulate.blueprints import Fate, JobBlueprint, MachineBlueprint, StepBlueprint
from src.simulate.disorder import disordered
from src.simulate.loads import DiskUse, Load, Phase, Program
from src.simulate.organisation_loads import LOADS, SYSTEM
from src.simulate.plan import Job
from src.simulate.runners import UBUNTU
from src.simulate.sampling import Sampler, sample
from src.simulate.steps import overlap_steps, run_steps
from src.simulate.work import Work, work_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)

SMALL = MachineBlueprint(cpus=2, memory_mib=7_940, disk="sda", disk_gib=72, disk_free_gib=19.0)
USUAL = MachineBlueprint(
    cpus=4, memory_mib=15_990, swap_mib=4_096, disk="sda", disk_gib=72, disk_free_gib=14.2
)
LARGE = MachineBlueprint(
    cpus=16, memory_mib=64_310, disk="nvme0n1", disk_gib=300, disk_free_gib=160.0
)
POD = MachineBlueprint(
    cpus=32,
    memory_mib=128_640,
    disk="nvme0n1",
    disk_gib=500,
    disk_free_gib=240.0,
    cpu_limit_cores=2.0,
    memory_limit_mib=8_192,
    is_container=True,
    neighbours_cores=11.0,
)
EVERY = (SMALL, USUAL, LARGE, POD)
OWN = (SMALL, USUAL, LARGE)  # whose disk is the job's own
BROAD = (USUAL, LARGE)


def _one(**phase: object) -> tuple[Phase, ...]:
    return (Phase(**phase),)  # type: ignore[arg-type]


HEALTHY = {
    "compile": Load(
        _one(
            programs=(
                Program(name="cc1", of_all_cores=0.34, memory_mib=420, starts_per_second=2.5),
                Program(name="ld", of_all_cores=0.2, memory_mib=300),
            ),
            disk=DiskUse(read_mb_per_second=3, written_mb_per_second=9),
        )
    ),
    "bundle": Load(
        (
            Phase(
                share=0.3,
                programs=(Program(name="esbuild", of_all_cores=0.6, memory_mib=310),),
                received_mb_per_second=1.2,
            ),
            Phase(
                share=0.7,
                programs=(
                    Program(name="node", of_all_cores=0.3, memory_mib=390),
                    Program(name="sass", of_all_cores=0.28, memory_mib=90),
                ),
                disk=DiskUse(written_mb_per_second=12, operation_kb=96),
            ),
        )
    ),
    "integration": Load(
        _one(
            programs=(
                Program(name="server", of_all_cores=0.25, memory_mib=340),
                Program(name="pytest", of_all_cores=0.3, memory_mib=210),
                Program(name="postgres", of_all_cores=0.1, memory_mib=280, owned=False),
            ),
            disk=DiskUse(written_mb_per_second=4, operation_kb=16, await_ms=1.6),
            received_mb_per_second=0.3,
            sent_mb_per_second=0.3,
        )
    ),
}


@dataclass(frozen=True)
class Plant:
    """A load that makes a step short of what it is called, and where it can.

    What stands after a dot in the name tells it from others of its kind.
    """

    load: Load
    machines: tuple[MachineBlueprint, ...]
    fails: bool = False  # what stops work is the end of the job


PLANTS = {
    "cpu_bound": Plant(
        Load(
            _one(
                programs=(
                    Program(name="rustc", of_all_cores=0.99, memory_mib=780, starts_per_second=1.1),
                    Program(name="cargo", cores=0.05),
                ),
                disk=DiskUse(written_mb_per_second=8),
            )
        ),
        OWN,
    ),
    "memory_bound": Plant(
        Load(
            _one(
                programs=(
                    Program(name="java", of_all_cores=0.4, of_all_memory=0.83),
                    Program(name="node", of_all_cores=0.14, of_all_memory=0.08),
                ),
                disk=DiskUse(read_mb_per_second=6, written_mb_per_second=6),
                swap_mib=900,
                memory_stalled=0.22,
            )
        ),
        (USUAL, LARGE),
    ),
    "disk_saturated": Plant(
        Load(
            _one(
                programs=(
                    Program(name="tar", of_all_cores=0.3),
                    Program(name="zstd", of_all_cores=0.2),
                ),
                disk=DiskUse(
                    read_mb_per_second=30,
                    written_mb_per_second=70,
                    operation_kb=256,
                    await_ms=4.5,
                    busy=0.98,
                ),
            )
        ),
        OWN,
    ),
    "slow_disk": Plant(
        Load(
            _one(
                programs=(
                    Program(name="ninja", of_all_cores=0.3),
                    Program(name="cc1", of_all_cores=0.25),
                ),
                disk=DiskUse(written_mb_per_second=0.5, operation_kb=40, await_ms=55),
            )
        ),
        OWN,
    ),
    "io_congestion": Plant(
        Load(
            _one(
                programs=(
                    Program(name="fio", of_all_cores=0.3),
                    Program(name="rsync", of_all_cores=0.2),
                ),
                disk=DiskUse(
                    read_mb_per_second=24,
                    written_mb_per_second=14,
                    operation_kb=16,
                    await_ms=5.8,
                    busy=0.6,
                ),
            )
        ),
        OWN,
    ),
    "download_heavy": Plant(
        Load(
            _one(
                programs=(
                    Program(name="curl", of_all_cores=0.1),
                    Program(name="tar", of_all_cores=0.25),
                ),
                received_mb_per_second=34,
                disk=DiskUse(written_mb_per_second=40, operation_kb=512),
            )
        ),
        EVERY,
    ),
    "download_heavy.slow": Plant(
        Load(_one(programs=(Program(name="wget", cores=0.06),), received_mb_per_second=2.6)),
        EVERY,
    ),
    "upload_heavy.slow": Plant(
        Load(_one(programs=(Program(name="rsync", cores=0.08),), sent_mb_per_second=3)),
        EVERY,
    ),
    "upload_heavy": Plant(
        Load(
            _one(
                programs=(
                    Program(name="docker", of_all_cores=0.1),
                    Program(name="gzip", of_all_cores=0.25),
                ),
                sent_mb_per_second=30,
                disk=DiskUse(read_mb_per_second=40, operation_kb=512),
            )
        ),
        EVERY,
    ),
    "throttled": Plant(
        Load(
            _one(
                programs=(
                    Program(name="javac", of_all_cores=0.7, memory_mib=900),
                    Program(name="gradle", of_all_cores=0.29, memory_mib=700),
                ),
                throttled=0.8,
            )
        ),
        (POD,),
    ),
    "waiting": Plant(
        Load(_one(programs=(Program(name="sleep", cores=0.01),), received_mb_per_second=0.01)),
        EVERY,
    ),
    "single_threaded": Plant(
        Load(
            _one(
                programs=(
                    Program(name="pytest", cores=0.97, memory_mib=450),
                    Program(name="git", cores=0.02, starts_per_second=0.2),
                ),
                disk=DiskUse(written_mb_per_second=0.8),
            )
        ),
        BROAD,
    ),
    "out_of_memory": Plant(
        Load(
            _one(
                programs=(Program(name="webpack", of_all_cores=0.45, of_all_memory=0.93),),
                memory_starts_at=0.1,
                memory_stalled=0.15,
                out_of_memory_kills=1,
            )
        ),
        (USUAL, LARGE, POD),
        fails=True,
    ),
    "own_memory_limit": Plant(
        Load(
            _one(
                programs=(
                    Program(name="containerd", of_all_cores=0.1),
                    Program(name="mysqld", of_all_cores=0.4, of_all_memory=0.2, owned=False),
                ),
                out_of_memory_kills=1,
            )
        ),
        (USUAL, LARGE),
        fails=True,
    ),
    "own_memory_limit.nested": Plant(
        Load(
            _one(
                programs=(
                    Program(name="buildkitd", of_all_cores=0.3, of_all_memory=0.1),
                    Program(name="gradle", of_all_cores=0.3, of_all_memory=0.3, owned=False),
                ),
                out_of_memory_kills=1,
            )
        ),
        (POD,),  # whose group counts the kills in groups below it, too
        fails=True,
    ),
    "stolen": Plant(
        Load(_one(programs=(Program(name="cc1plus", of_all_cores=0.55),), stolen=0.8)),
        (SMALL, USUAL),
    ),
    "stolen.steadily": Plant(
        Load(_one(programs=(Program(name="go", of_all_cores=0.45),), stolen=0.4)),
        (SMALL,),
    ),
    "disk_full": Plant(
        Load(
            _one(
                programs=(
                    Program(name="docker", of_all_cores=0.25),
                    Program(name="tar", of_all_cores=0.25),
                ),
                disk=DiskUse(written_mb_per_second=75, operation_kb=1024, await_ms=4),
                fills=1.0,
            )
        ),
        (SMALL, USUAL),
        fails=True,
    ),
}


@dataclass(frozen=True)
class PlantedJob:
    """A simulated job."""

    job: Job
    work: Work
    batches: list[Batch]

    @property
    def number(self) -> int | None:
        """The planted step's; None where all are healthy."""
        return number_of(self.job, "planted")

    @property
    def sleeper(self) -> int | None:
        """The number of the step that sleeps, where one does."""
        return number_of(self.job, SLEEP)

    @property
    def timeline(self) -> timeline.Job:
        """The job as GitHub tells it."""
        return as_timeline(self.job)


CHECKOUT, NAMED_CHECKOUT = "Run actions/checkout@v4", "Get the code"
SLEEP = "sleep"
_NAMED = {f"{part}{NAMED_CHECKOUT}": LOADS[f"{part}{CHECKOUT}"] for part in ("", "Post ")}


def planted(kind: str | None, seed: int) -> PlantedJob:
    """A job of two to four minutes with a step that is short of `kind`; all healthy if None.

    Every other workflow has names and ids of its own for its steps, every third machine a
    filesystem that has always been full.
    """
    rng = Random(f"{kind}/{seed}")  # noqa: S311
    plant = PLANTS[kind] if kind else None
    names = rng.sample(sorted(HEALTHY), rng.randint(1, 3))
    steps = [StepBlueprint(name, rng.uniform(14, 45)) for name in names]
    if plant:
        at = len(steps) if plant.fails else rng.randint(0, len(steps))
        steps.insert(at, _planted_step(rng, plant))
    if rng.random() < 1 / 2:
        steps = [replace(step, key=f"step-{place}") for place, step in enumerate(steps)]
    return _gone(rng, plant, steps)


def beside_a_sleeper(kind: str, seed: int) -> PlantedJob:
    """A job in which another step sleeps while one is short of `kind`."""
    rng = Random(f"beside/{kind}/{seed}")  # noqa: S311
    plant = PLANTS[kind]
    step = _planted_step(rng, plant)
    return _gone(rng, plant, [StepBlueprint(SLEEP, step.typical_seconds * 1.1), step])


def _planted_step(rng: Random, plant: Plant) -> StepBlueprint:
    return StepBlueprint("planted", rng.uniform(100, 130) if plant.fails else 70)


def _gone(rng: Random, plant: Plant | None, steps: list[StepBlueprint]) -> PlantedJob:
    """How it went, and what was seen of it; who sleeps does so beside the step that follows."""
    machine = rng.choice(plant.machines if plant else EVERY)
    if rng.random() < 1 / 3:
        machine = replace(machine, full_mounts=("/snap/core22/1748",))
    job = job_of(rng, tuple(steps), fails=bool(plant and plant.fails))
    sleeper = number_of(job, SLEEP)
    if sleeper is not None:
        job = replace(job, steps=overlap_steps(job.steps, sleeper))
    loads = LOADS | _NAMED | HEALTHY | ({"planted": plant.load} if plant else {})
    work = work_of(rng, job, machine, loads, SYSTEM)
    sampler = Sampler(clock_ahead_ms=rng.randint(-40, 40))
    batches = disordered(rng, sample(rng, work, sampler))
    return PlantedJob(job, work, [decode(encode(batch)) for batch in batches])


def number_of(job: Job, name: str) -> int | None:
    """The step's of this name, where it has one."""
    return next((step.number for step in job.steps if step.name == name), None)


def job_of(rng: Random, steps: tuple[StepBlueprint, ...], *, fails: bool = False) -> Job:
    """A job that checks out and runs these steps; the step called "planted" may fail."""
    checkout = StepBlueprint(CHECKOUT, 4, has_post=True)
    if any(step.key for step in steps):
        checkout = replace(checkout, name=NAMED_CHECKOUT, key="__actions_checkout")
    blueprint = JobBlueprint("job", UBUNTU, (checkout, *steps), fragile_step="planted")
    start = NOON + timedelta(seconds=rng.randint(0, 86_399))
    went = run_steps(rng, blueprint, "push", Fate.FAILURE if fails else Fate.SUCCESS, start)
    return Job(
        id=1,
        blueprint=blueprint,
        created_at=start,
        started_at=start,
        completed_at=went[-1].completed_at,
        conclusion="failure" if fails else "success",
        steps=went,
    )


def as_timeline(job: Job) -> timeline.Job:
    """The job as GitHub tells it, in epoch milliseconds."""
    steps = tuple(
        timeline.Step(
            step.number, step.name, _ms(step.started_at), _ms(step.completed_at), step.conclusion
        )
        for step in job.steps
    )
    return timeline.Job(
        job.blueprint.name, _ms(job.started_at), _ms(job.completed_at), steps, job.conclusion
    )


def _ms(moment: datetime | None) -> int | None:
    return round(moment.timestamp() * 1000) if moment else None
