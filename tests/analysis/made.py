"""Small jobs and batches for tests: what a test says, on a plain machine.

Moments are seconds after NOON, CPU time is in seconds, memory in MiB.
"""

from collections.abc import Iterable, Mapping, Sequence

from src.analysis.timeline import Job, Step
from src.model.process_groups import encode_processes
from src.model.samples import CPU_SYSTEM, CPU_USER, Batch, Host, Owner, ProcessGroup

NOON_MS = 1_790_000_000_000
UPTIME_AT_NOON_MS = 600_000
TICKS_PER_SECOND = 100
HOST = Host(cpus=4, memory_total_kb=16 << 20, boot_id="boot")

Column = Sequence[int | None]


def ms(seconds: float) -> int:
    """The moment, in epoch milliseconds."""
    return NOON_MS + round(seconds * 1000)


def ticks(seconds: float) -> int:
    """CPU time as the kernel counts it."""
    return round(seconds * TICKS_PER_SECOND)


def step(number: int, name: str, start: float | None, end: float | None, **more: str) -> Step:
    """A step from one moment to another."""
    return Step(number, name, *(None if at is None else ms(at) for at in (start, end)), **more)


def job(*steps: Step, start: float = 0, end: float) -> Job:
    """A job of these steps."""
    return Job("build", ms(start), ms(end), steps)


def owner(key: str, born: float, used: Iterable[float], held_mib: int = 0) -> Owner:
    """An owner that had used so many seconds by each sample."""
    column = [ticks(seconds) for seconds in used]
    return Owner(key, ms(born), column, [held_mib * 1024] * len(column))


def batch(
    at: Sequence[float],
    busy: Sequence[float] | None = None,
    *,
    sequence: int = 0,
    sampler: str = "ab",
    host: Host = HOST,
    owners: Sequence[Owner] = (),
    columns: Mapping[str, Column] | None = None,
    groups: Sequence[ProcessGroup] = (),
    **more: dict[str, dict[str, list[int | None]]],
) -> Batch:
    """Samples at these moments; by each of them the machine had been busy for so many seconds."""
    whole: dict[str, list[int | None]] = {k: list(v) for k, v in (columns or {}).items()}
    if busy is not None:
        whole[CPU_USER] = [ticks(seconds) for seconds in busy]
        whole[CPU_SYSTEM] = [0] * len(busy)
    return Batch(
        sampler=sampler,
        sequence=sequence,
        host=host,
        time_ms=[ms(moment) for moment in at],
        uptime_ms=[ms(moment) - NOON_MS + UPTIME_AT_NOON_MS for moment in at],
        columns=whole,
        owners=owners,
        processes=encode_processes(groups),
        **more,  # type: ignore[arg-type]
    )
