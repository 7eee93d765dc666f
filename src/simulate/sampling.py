"""What a sampler would have sent of a job: its work in, batches out, one by one.

Counters are whole ticks, sectors and KiB, as a kernel gives them, and absolute; the moments are a
sampler's, a little late, sometimes much. https://docs.kernel.org/filesystems/proc.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from ..model.batches import encode_processes
from ..model.samples import SAMPLER_CPU_US, SAMPLER_MISSED_TICKS, Batch, Host
from .blueprints import MachineBlueprint
from .columns import Column, Columns
from .groups import Processes
from .spans import SET_UP
from .work import Work

SAMPLES_PER_BATCH = 60
MIB_KB, GIB_KB = 1 << 10, 1 << 20
FULL_MOUNT_KB = 64 * MIB_KB  # an image's, or a disc's
COST_US = (700, 1_600)  # of CPU, a look
APART_SECONDS = 0.002  # the last look may follow another at once
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


class Look(NamedTuple):
    """One look, in the job's seconds; what all have cost by then, and the ticks they missed."""

    at: float
    cost_us: int
    missed: int


def sample(
    rng: Random, work: Work, sampler: Sampler = USUAL, job: dict[str, object] | None = None
) -> Iterator[Batch]:
    """The batches in their order; `job` is what the sampler knows of the job it runs in."""
    host = _host(rng, work.machine, sampler.interval_ms)
    name = f"{rng.getrandbits(64):016x}"
    up_ms = round(1000 * rng.uniform(*STARTED_BEFORE_SECONDS))
    epoch_ms = round(work.epoch.timestamp() * 1000) + sampler.clock_ahead_ms
    looks = list(_looks(rng, work, sampler))
    columns = Columns(rng, work)
    processes = Processes(rng, work, looks[0].at, epoch_ms)
    for first in range(0, len(looks), SAMPLES_PER_BATCH):
        these = looks[first : first + SAMPLES_PER_BATCH]
        moments = [look.at for look in these]
        places = work.activity.places(moments)
        is_last = first + SAMPLES_PER_BATCH >= len(looks)
        owners, groups = processes.tell(moments, places)
        yield Batch(
            sampler=name,
            sequence=first // SAMPLES_PER_BATCH,
            host=host,
            time_ms=[epoch_ms + round(at * 1000) for at in moments],
            uptime_ms=[up_ms + round(at * 1000) for at in moments],
            final=is_last and sampler.dies_after_seconds is None,
            job=job,
            columns=columns.machine(moments, places) | _own_columns(these),
            disks={work.machine.disk: columns.disk(places)},
            filesystems=columns.free_kb(places),
            owners=owners,
            processes=encode_processes(groups),
        )


def _own_columns(looks: list[Look]) -> dict[str, Column]:
    return {
        SAMPLER_CPU_US: [look.cost_us for look in looks],
        SAMPLER_MISSED_TICKS: [look.missed for look in looks],
    }


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
        filesystems={
            "/": machine.disk_gib * GIB_KB,
            **dict.fromkeys(machine.full_mounts, FULL_MOUNT_KB),
        },
        is_container=machine.is_container,
        system=machine.system,
    )


def _looks(rng: Random, work: Work, sampler: Sampler) -> Iterator[Look]:
    """Until the job's last step is over."""
    start = min(span.start for span in work.spans if span.step.name != SET_UP)
    start += sampler.starts_after_seconds
    interval = sampler.interval_ms / 1000
    life = work.end - start
    if sampler.dies_after_seconds is not None:
        life = min(life, sampler.dies_after_seconds)
    at, tick, missed, cost_us, is_over = 0.0, 0, 0, 0, False
    while not is_over:
        due = tick * interval + min(abs(rng.gauss(0.001, 0.002)), interval / 4)
        if rng.random() < sampler.late_share:
            due += rng.uniform(0.6, 2.5) * interval
        is_over = due >= life
        cost_us += rng.randint(*COST_US)
        missed += int(due / interval) - tick
        at = max(at + APART_SECONDS, start + min(due, life))
        yield Look(at, cost_us, missed)
        tick = int(due / interval) + 1
