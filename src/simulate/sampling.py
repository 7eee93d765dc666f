"""What a sampler would have sent of a job: its work in, batches out, one by one.

Counters are whole ticks, sectors and KiB, as a kernel gives them, and absolute; the moments are a
sampler's, a little late, sometimes much. https://docs.kernel.org/filesystems/proc.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..model.batches import encode_processes
from ..model.samples import Batch, Host
from .blueprints import MachineBlueprint
from .columns import Columns
from .groups import Processes
from .spans import SET_UP
from .work import Work

SAMPLES_PER_BATCH = 60
MIB_KB, GIB_KB = 1 << 10, 1 << 20
STARTED_BEFORE_SECONDS = (90.0, 400_000.0)  # how long a machine has been up when the job begins


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """How it looks, and what goes wrong with it.

    It starts `starts_after_seconds` after the first step that is the workflow's own; if it dies, it
    does so after `dies_after_seconds`, and its last batch is not marked so. `clock_ahead_ms` is
    what the machine's clock is ahead of GitHub's.
    """

    interval_ms: int = 1000
    late_share: float = 0.01  # of the ticks, by a good part of a second and more
    starts_after_seconds: float = 0.1
    dies_after_seconds: float | None = None
    clock_ahead_ms: int = 0


USUAL = Sampler()


def sample(
    rng: Random, work: Work, sampler: Sampler = USUAL, job: dict[str, object] | None = None
) -> Iterator[Batch]:
    """The batches in their order; `job` is what the sampler knows of the job it runs in."""
    host = _host(rng, work.machine, sampler.interval_ms)
    name = f"{rng.getrandbits(64):016x}"
    up_ms = round(1000 * rng.uniform(*STARTED_BEFORE_SECONDS))
    epoch_ms = round(work.epoch.timestamp() * 1000) + sampler.clock_ahead_ms
    moments = list(_moments(rng, work, sampler))
    columns = Columns(rng, work)
    processes = Processes(rng, work, moments[0], epoch_ms)
    for first in range(0, len(moments), SAMPLES_PER_BATCH):
        these = moments[first : first + SAMPLES_PER_BATCH]
        is_last = first + SAMPLES_PER_BATCH >= len(moments)
        seen = work.activity.places(these)
        yield Batch(
            sampler=name,
            sequence=first // SAMPLES_PER_BATCH,
            host=host,
            time_ms=[epoch_ms + round(at * 1000) for at in these],
            uptime_ms=[up_ms + round(at * 1000) for at in these],
            final=is_last and sampler.dies_after_seconds is None,
            job=job,
            columns=columns.machine(these, seen),
            disks={work.machine.disk: columns.disk(seen)},
            filesystems={"/": columns.free_kb(seen)},
            owners=processes.owners(these, seen),
            processes=encode_processes(processes.groups(seen)),
        )


def _host(rng: Random, machine: MachineBlueprint, interval_ms: int) -> Host:
    limit = machine.memory_limit_mib
    return Host(
        cpus=machine.cpus,
        memory_total_kb=machine.memory_mib * MIB_KB,
        interval_ms=interval_ms,
        boot_id=f"{rng.getrandbits(128):032x}",
        cpu_limit_cores=machine.cpu_limit_cores,
        memory_limit_kb=limit * MIB_KB if limit else None,
        swap_total_kb=machine.swap_mib * MIB_KB,
        filesystems={"/": machine.disk_gib * GIB_KB},
        is_container=machine.is_container,
        system=machine.system,
    )


def _moments(rng: Random, work: Work, sampler: Sampler) -> Iterator[float]:
    """Seconds at which it looks, until the job's last own step is over."""
    start = _first_own(work) + sampler.starts_after_seconds
    interval = sampler.interval_ms / 1000
    life = work.end - start
    if sampler.dies_after_seconds is not None:
        life = min(life, sampler.dies_after_seconds)
    tick, is_over = 0, False
    while not is_over:
        due = tick * interval + min(abs(rng.gauss(0.001, 0.002)), interval / 4)
        if rng.random() < sampler.late_share:
            due += rng.uniform(0.6, 2.5) * interval
        is_over = due >= life
        yield start + min(due, life)
        tick = int(due / interval) + 1


def _first_own(work: Work) -> float:
    return min(span.start for span in work.spans if span.step.name != SET_UP)
