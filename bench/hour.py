"""A number of samples in, a busy job of so many seconds out: its steps and its batches.

An hour has 30 steps, of which the second half of each runs beside the next; 200 groups of
processes, of which ten are told a sample; two owners at work at once, and the machine's own
processes.
"""

from itertools import accumulate
from random import Random

from src.analysis.timeline import Job, Step
from src.model import samples
from src.model.process_groups import encode_processes
from src.model.samples import Batch, Host, Owner, ProcessGroup

SAMPLES = 3600
STEPS, GROUPS, IN_A_BATCH = 30, 200, 60
START_MS, UPTIME_MS = 1_790_000_000_000, 600_000
SEED = 4
HOST = Host(
    cpus=4,
    memory_total_kb=16 << 20,
    boot_id="boot",
    filesystems={"/": 70 << 20, "/mnt": 14 << 20},
)


def hour_job(length: int = SAMPLES, steps: int = STEPS) -> Job:
    """Steps that take turns, each beside the one before it for half its time."""
    turn_ms = length * 1000 // steps
    taken = tuple(
        Step(
            number,
            f"Run step {number}",
            START_MS + (number - 1) * turn_ms,
            min(START_MS + (number + 1) * turn_ms - turn_ms // 2, START_MS + length * 1000),
        )
        for number in range(1, steps + 1)
    )
    return Job("hour", START_MS, START_MS + length * 1000, taken)


def hour_batches(
    length: int = SAMPLES,
    steps: int = STEPS,
    group_count: int = GROUPS,
    in_a_batch: int = IN_A_BATCH,
) -> list[Batch]:
    """Every column moves at every sample, but nothing is killed."""
    rng = Random(SEED)  # noqa: S311 -- a load, no secret
    job = hour_job(length, steps)
    columns = {name: _column(rng, name, length) for name in samples.COLUMNS}
    disk = {name: _counter(rng, length, 300) for name in samples.DISK_COLUMNS}
    free = {mount: _gauge(rng, length, 1 << 22) for mount in HOST.filesystems}
    owners = {step: _owner_ticks(rng, step, length) for step in job.steps}
    groups = [
        _group(rng, number, job.steps[number * steps // group_count])
        for number in range(group_count)
    ]
    return [
        Batch(
            sampler="ab",
            sequence=first // in_a_batch,
            host=HOST,
            time_ms=[START_MS + 1000 * at + at % 7 for at in range(first, first + in_a_batch)],
            uptime_ms=[UPTIME_MS + 1000 * at + at % 7 for at in range(first, first + in_a_batch)],
            columns={name: column[first : first + in_a_batch] for name, column in columns.items()},
            disks={
                "sda": {name: column[first : first + in_a_batch] for name, column in disk.items()}
            },
            filesystems={name: column[first : first + in_a_batch] for name, column in free.items()},
            owners=[
                Owner(
                    _key(step),
                    (step.start_ms or 0) + 40,
                    ticks[first : first + in_a_batch],
                    [50_000] * in_a_batch,
                )
                for step, ticks in owners.items()
                if ticks[first + in_a_batch - 1]
            ],
            processes=encode_processes(
                [part for group in groups if (part := _part(group, first, in_a_batch))]
            ),
        )
        for first in range(0, length, in_a_batch)
    ]


def _seconds(step: Step) -> tuple[int, int]:
    """From which sample to which it lives."""
    start, end = (((at or 0) - START_MS) // 1000 for at in (step.start_ms, step.end_ms))
    return start, end


def _key(step: Step) -> str:
    return "__run" if step.number == 1 else f"__run_{step.number}"


def _column(rng: Random, name: str, length: int) -> list[int | None]:
    if name in samples.GAUGES:
        return _gauge(rng, length, 8 << 20)
    if name in {samples.OOM_KILLS, samples.CGROUP_OOM_KILLS}:
        return [0] * length
    return _counter(rng, length, 200 if name.startswith("cpu") else 5_000)


def _counter(rng: Random, length: int, most: int) -> list[int | None]:
    return [*accumulate(rng.randrange(most) for _ in range(length))]


def _gauge(rng: Random, length: int, most: int) -> list[int | None]:
    return [rng.randrange(most) for _ in range(length)]


def _owner_ticks(rng: Random, step: Step, length: int) -> list[int]:
    """Busy while its step lives."""
    start, end = _seconds(step)
    rises = (rng.randrange(80) if start < at <= end else 0 for at in range(length))
    return list(accumulate(rises))


def _group(rng: Random, number: int, step: Step) -> ProcessGroup:
    """Told while its step lives; every tenth is nobody's."""
    at = range(*_seconds(step))
    told = [*accumulate(rng.randrange(30) for _ in at)]
    return ProcessGroup(
        "" if number % 10 == 0 else _key(step),
        f"process-{number}",
        at=at,
        cpu_ticks=told,
        resident_kb=[1024 * rng.randrange(400) for _ in at],
        seen=[1 + ticks // 100 for ticks in told],
        read_kb=told,
        written_kb=[None] * len(at),
    )


def _part(group: ProcessGroup, first: int, in_a_batch: int) -> ProcessGroup | None:
    """What of the group is in the batch that starts at this sample."""
    rows = [row for row, at in enumerate(group.at) if first <= at < first + in_a_batch]
    if not rows:
        return None
    names = ("cpu_ticks", "resident_kb", "seen", "read_kb", "written_kb")
    columns = {name: [getattr(group, name)[row] for row in rows] for name in names}
    return ProcessGroup(
        group.owner, group.name, at=[group.at[row] - first for row in rows], **columns
    )
