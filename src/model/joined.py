"""Batches as they are told in; the same samples in as few batches as may be, out.

Who judges a job reads hundreds of batches of a few samples each, and to take a batch apart costs
more than its samples do. Here batches of one sampler that go on where the one before ended, with
the same columns of the same machine and the same owners, are one. Their processes stay as they
were told, batch by batch: see `Batch.segments`.

What is told was checked when it came (`batches.decode`), and is only measured here.
"""

from __future__ import annotations

from itertools import accumulate, chain, islice
from operator import add

from .batches import read_host
from .columns import summed
from .samples import (
    COLUMNS,
    DISK_COLUMNS,
    FREE_QUANTUM_KB,
    OWNER_RESIDENT_QUANTUM_KB,
    QUANTA,
    Batch,
    Owner,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from .samples import Column, Processes

    Told = Mapping[str, Any]
    """The object that `batches.encode` made the text of."""

_OWNER_COLUMNS = ("cpu_ticks", "resident_kb")


class JoinedBatch(Batch):
    """Some batches in one; its processes are in its segments alone."""

    __slots__ = ("_segments",)

    def __init__(self, segments: Sequence[tuple[int, Processes]], **parts: Any) -> None:
        """`parts` are those of a batch."""
        super().__init__(**parts)
        self._segments = segments

    @property
    def segments(self) -> Sequence[tuple[int, Processes]]:
        """Those of all batches, in order."""
        return self._segments


def joined(told: Iterable[Told]) -> list[Batch]:
    """All samples of these batches, each batch once; those without samples are left out.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: something else was told.
    """
    by_sampler: dict[tuple[str, str], dict[int, Told]] = {}
    for one in told:
        if one["uptime_ms"]:
            sampler = one["sampler"], one["host"].get("boot_id", "")
            by_sampler.setdefault(sampler, {}).setdefault(one["sequence"], one)
    in_order = ([each[key] for key in sorted(each)] for each in by_sampler.values())
    return [_Run(run).batch() for batches in in_order for run in _runs(batches)]


def machines(told: Iterable[Told]) -> list[Batch]:
    """What each of these batches says of its machine, owners and processes left out.

    Raises:
        AttributeError, LookupError, TypeError, ValueError: something else was told.
    """
    nobody = dict.fromkeys(("key", "born_ms", *_OWNER_COLUMNS), ())
    alone = ({**one, "owners": nobody, "processes": {}} for one in told if one["uptime_ms"])
    return [_Run([one]).batch() for one in alone]


def _runs(batches: Sequence[Told]) -> Iterator[list[Told]]:
    """Of one sampler in one boot, in order: those that follow one another, and are alike."""
    run: list[Told] = []
    shape: object = None
    end_ms = 0
    for one in batches:
        own = _shape(one)
        if run and (own != shape or one["uptime_ms"][0] <= end_ms):
            yield run
            run = []
        run.append(one)
        shape, end_ms = own, sum(one["uptime_ms"])
    yield run


def _shape(one: Told) -> object:
    """What must be alike."""
    disks = {disk: columns.keys() for disk, columns in one["disks"].items()}
    parts = (one["columns"].keys(), disks, one["filesystems"].keys(), one["owners"]["key"])
    return one["host"], *parts


class _Run:
    """Batches that are alike."""

    def __init__(self, run: Sequence[Told]) -> None:
        self._run = run
        self._first = run[0]
        self._lengths = [len(one["uptime_ms"]) for one in run]
        self._starts = list(accumulate(self._lengths))[:-1]

    def batch(self) -> Batch:
        """All of them in one."""
        run, first = self._run, self._first
        uptime_ms = self._known([one["uptime_ms"] for one in run])
        clock_ms = self._known([one["clock_ms"] for one in run])
        return JoinedBatch(
            [(count, one["processes"]) for count, one in zip(self._lengths, run)],
            sampler=first["sampler"],
            sequence=first["sequence"],
            host=read_host(first["host"]),
            time_ms=list(map(add, clock_ms, uptime_ms)),
            uptime_ms=uptime_ms,
            final=run[-1]["final"],
            job=first["job"],
            columns=self._columns([one["columns"] for one in run], COLUMNS),
            disks={
                disk: self._columns([one["disks"][disk] for one in run], DISK_COLUMNS)
                for disk in first["disks"]
            },
            filesystems={
                mount: self._column([one["filesystems"][mount] for one in run], FREE_QUANTUM_KB)
                for mount in first["filesystems"]
            },
            owners=self._owners([one["owners"] for one in run]),
        )

    def _columns(self, tables: Sequence[Told], names: Sequence[str]) -> dict[str, Column]:
        return {
            name: self._column([table[name] for table in tables], QUANTA.get(name, 1))
            for name in names
            if name in tables[0]
        }

    def _owners(self, tables: Sequence[Told]) -> list[Owner]:
        """Each was born when the first batch says so: clocks are set."""
        ticks, resident = ([table[name] for table in tables] for name in _OWNER_COLUMNS)
        births_ms = map(min, zip(*(table["born_ms"] for table in tables)))
        columns = zip(tables[0]["key"], births_ms, zip(*ticks), zip(*resident))
        return [
            Owner(key, born_ms, self._known(used), self._known(held, OWNER_RESIDENT_QUANTUM_KB))
            for key, born_ms, used, held in columns
        ]

    def _column(self, parts: Sequence[Column], quantum: int) -> Column:
        try:
            return [*self._known(parts, quantum)]  # type: ignore[arg-type]  # most have no null
        except TypeError:
            return [value for part in parts for value in summed(part, quantum)]

    def _known(self, parts: Sequence[list[int]], quantum: int = 1) -> list[int]:
        """As told, each part begins anew: there it is told from the end of the one before."""
        if list(map(len, parts)) != self._lengths:
            raise ValueError("columns of different lengths")
        differences = list(chain.from_iterable(parts))
        for start, before in zip(self._starts, map(sum, parts)):
            differences[start] -= before
        # An owner that is gone, a swap that is not used: nothing changes in most of all columns.
        if not any(islice(differences, 1, None)) and None not in differences:
            return [differences[0] * quantum] * len(differences)
        values = accumulate(differences, initial=0)  # to 0 nothing can be added that is no number
        next(values)
        return list(values if quantum == 1 else map(quantum.__mul__, values))
