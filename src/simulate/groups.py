"""What a sampler says of processes: the work and moments in, owners and groups by name out.

As a sampler's ledger has it: ticks of CPU since it began, what is resident now; a group is told of
where it was among the ten that did most, and once more at a batch's end.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import ceil, floor
from random import Random

from ..model.samples import Owner, ProcessGroup
from . import activity as a
from .columns import KIB_BYTES, MIB_KB, ROUNDING, TICKS, Places
from .work import Work

AT_MOST = 10
BIRTH_SECONDS = (0.004, 0.06)  # from a step's start to its first process

Program = tuple[str, str]  # its owner's key and its name
Readings = dict[Program, list[int]]  # one a look


class Processes:
    """Tells of the processes of one job, batch by batch and in their order."""

    def __init__(self, rng: Random, work: Work, start: float, epoch_ms: int) -> None:
        """`start` is the sampler's first look; `epoch_ms` what its clock says at the job's epoch.

        What lives when it first looks counts from then on, though it was born before.
        """
        self._activity = work.activity
        self._start = work.activity.places([start])
        self._programs = list(work.activity.programs())
        self._births = dict(self._births_from(rng, work, start, epoch_ms))
        self._ticks_before = dict.fromkeys(self._programs, 0)
        self._at_start: dict[a.Quantity, float] = {}

    def tell(
        self, moments: Sequence[float], places: Places
    ) -> tuple[list[Owner], list[ProcessGroup]]:
        """The owners seen by the last of these moments, and the groups that did most at any."""
        ticks = {who: self._ticks(who, places) for who in self._programs}
        held = {who: self._held_kb(who, places) for who in self._programs}
        owners = [
            self._owner(key, born_ms, ticks, held)
            for key, (at, born_ms) in self._births.items()
            if at <= moments[-1]
        ]
        return owners, self._groups(ticks, held, places)

    def _groups(self, ticks: Readings, held: Readings, places: Places) -> list[ProcessGroup]:
        there = [who for who in self._programs if self._is_there(who, ticks[who], held[who])]
        told: defaultdict[Program, list[int]] = defaultdict(list)
        for index in range(len(places)):
            for who in self._most(index, there, ticks, held):
                told[who].append(index)
        self._ticks_before = {who: counted[-1] for who, counted in ticks.items()}
        last = len(places) - 1
        return [
            self._group(who, at if at[-1] == last else [*at, last], ticks[who], held[who], places)
            for who, at in told.items()
        ]

    def _births_from(
        self, rng: Random, work: Work, start: float, epoch_ms: int
    ) -> Iterator[tuple[str, tuple[float, int]]]:
        """Each key's first process, with its birth in the job's seconds and by the machine's clock.

        The kernel knows it to a tick. What died before the sampler looked was never seen.
        """
        unseen = {owner for owner, _ in self._programs}
        alive = {who[0] for who in self._programs if self._held_kb(who, self._start) != [0]}
        for span in work.spans:
            if span.key in unseen and (span.end > start or span.key in alive):
                unseen.remove(span.key)
                at = span.start + min(rng.uniform(*BIRTH_SECONDS), (span.end - span.start) / 2)
                yield span.key, (at, epoch_ms + floor(at * TICKS) * (1000 // TICKS))

    def _owner(self, key: str, born_ms: int, ticks: Readings, held: Readings) -> Owner:
        own = [who for who in self._programs if who[0] == key]
        used, holds = (
            [sum(now) for now in zip(*(of_each[who] for who in own), strict=True)]
            for of_each in (ticks, held)
        )
        return Owner(key, born_ms, used, holds)

    def _is_there(self, who: Program, ticks: list[int], held: list[int]) -> bool:
        return ticks[-1] > self._ticks_before[who] or any(held)

    def _most(
        self,
        index: int,
        there: list[Program],
        ticks: Readings,
        held: Readings,
    ) -> list[Program]:
        def did(who: Program) -> tuple[int, int]:
            before = ticks[who][index - 1] if index else self._ticks_before[who]
            return ticks[who][index] - before, held[who][index]

        active = [(did(who), who) for who in there]
        active.sort(reverse=True)
        return [who for (used, holds), who in active[:AT_MOST] if used or holds]

    def _group(
        self, who: Program, at: list[int], ticks: list[int], held: list[int], places: Places
    ) -> ProcessGroup:
        there = [places[index] for index in at]
        return ProcessGroup(
            *who,
            at=at,
            cpu_ticks=[ticks[index] for index in at],
            resident_kb=[held[index] for index in at],
            seen=[ceil(now - ROUNDING) for now in self._since(a.starts_of(*who), there)],
            read_kb=self._bytes_kb(who, a.read_by(*who), there),
            written_kb=self._bytes_kb(who, a.written_by(*who), there),
        )

    def _bytes_kb(self, who: Program, quantity: a.Quantity, places: Places) -> list[int | None]:
        owner, _ = who
        if not owner:  # another user's: their figures may not be read
            return [None] * len(places)
        return [floor(now / KIB_BYTES) for now in self._since(quantity, places)]

    def _ticks(self, who: Program, places: Places) -> list[int]:
        return [floor(now * TICKS) for now in self._since(a.cores_of(*who), places)]

    def _held_kb(self, who: Program, places: Places) -> list[int]:
        levels = self._activity.levels(a.memory_of(*who))
        return [round(levels[cell] * MIB_KB) for cell, _ in places]

    def _since(self, quantity: a.Quantity, places: Places) -> list[float]:
        if quantity not in self._at_start:
            [self._at_start[quantity]] = self._activity.totals(quantity, self._start)
        before = self._at_start[quantity]
        return [now - before for now in self._activity.totals(quantity, places)]
