"""Loads: what a step asks of its machine while it lasts. What they are made of; no data.

All figures are rates or levels about which a job's real ones vary. MB are 10^6 bytes, MiB 2^20.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Processes of one name.

    They use `cores`, and `of_all_cores` of those that the machine allows, as far as their `threads`
    can (None: as many as that takes); they hold `memory_mib`, and `of_all_memory` of what it
    allows. What is not `owned` carries no step's environment: the processes of a container, say.
    """

    name: str
    cores: float = 0.0
    of_all_cores: float = 0.0
    threads: int | None = None
    memory_mib: float = 40.0
    of_all_memory: float = 0.0
    starts_per_second: float = 0.0
    owned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskUse:
    """Operations of `operation_kb` each, which take `await_ms` from asking to having.

    `busy` is the share of time in which there is something under way; None where operations come
    at random, so that it follows from their number.
    """

    read_mb_per_second: float = 0.0
    written_mb_per_second: float = 0.0
    operation_kb: float = 128.0
    await_ms: float = 1.2
    busy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a step that lasts `share` of it, other shares given.

    `fills` is the share of the free space that is gone at its end, beside what is written and kept;
    `throttled` the time, in seconds a second, in which the control group held the job back;
    `stolen` the cores that the host gave to others; `memory_stalled` the share of time in which
    something waited for memory. `memory_starts_at` is the share of its memory that the phase has at
    its beginning.
    """

    share: float = 1.0
    programs: tuple[Program, ...] = ()
    disk: DiskUse = DiskUse()
    received_mb_per_second: float = 0.0
    sent_mb_per_second: float = 0.0
    fills: float = 0.0
    swap_mib: float = 0.0
    throttled: float = 0.0
    stolen: float = 0.0
    memory_stalled: float = 0.0
    memory_starts_at: float = 0.5
    out_of_memory_kills: int = 0


@dataclass(frozen=True, slots=True)
class Load:
    """A step's phases, one after another, and the programs that go on when it is over.

    `short_of` is what the load makes its step short of, by the name of the diagnosis; None where
    it is healthy, or too short to be told.
    """

    phases: tuple[Phase, ...]
    short_of: str | None = None
    leaves: tuple[Program, ...] = ()
