"""How much of everything goes on in each cell of time: phases with noise in, rates out."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from math import exp
from random import Random

from . import activity as a
from .blueprints import MachineBlueprint
from .loads import DiskUse, Phase, Program

MB, GIB = 1_000_000, 1 << 30
VARIATION = 0.05  # of a load, from job to job; a share, as the others
CPU_NOISE, FLOW_NOISE, BUSY_NOISE, MEMORY_NOISE = 0.08, 0.2, 0.03, 0.004
PAUSES, WHILE_PAUSING = 0.03, 0.2  # how often hardly anything goes on, and how much then
RAMP_SECONDS = 1.5
MEMORY_RAMP = 0.4  # the share of a phase after which it holds all its memory
FULL = 0.995  # nothing is ever used wholly
BASE_MIB, NEIGHBOURS_MEMORY = 540, 0.35  # of the system; of a container's neighbours
KEPT = 0.7  # of what is written, the rest is overwritten or deleted
STEAL, IOWAIT = 0.003, 0.6  # a core used; an operation under way, where a core is idle

Values = list[float]


class Intensity:
    """Rates and levels cell by cell, to which phases are added one by one."""

    def __init__(self, rng: Random, machine: MachineBlueprint, edges: Values) -> None:
        """For cells between `edges`, in seconds."""
        self._rng = rng
        self._machine = machine
        self._edges = edges
        self._size = len(edges) - 1
        self._rates: defaultdict[a.Quantity, Values] = defaultdict(lambda: [0.0] * self._size)

    def add(self, owner: str, phase: Phase, start: float, end: float) -> None:
        """What `phase` does between two moments, both of them edges."""
        cells = range(bisect_left(self._edges, start), bisect_left(self._edges, end))
        if not cells:
            return
        pauses = self._pauses(cells)
        for program in phase.programs:
            self._add_program(owner if program.owned else "", program, phase, cells, pauses)
        self._add_disk(owner, phase, cells, self._noisy(pauses, FLOW_NOISE))
        self._add_rest(phase, cells, self._noisy(pauses, FLOW_NOISE))
        self._add(a.KILLS, cells[-1:], [phase.out_of_memory_kills / self._seconds(cells[-1:])])

    def finished(self) -> dict[a.Quantity, Values]:
        """All rates, within what the machine can do, and what follows from them."""
        self._limit_cores()
        self._limit_memory()
        self._derive()
        return dict(self._rates)

    # -- one phase

    def _add_program(
        self, owner: str, program: Program, phase: Phase, cells: range, pauses: Values
    ) -> None:
        cores = program.cores + program.of_all_cores * self._machine.cores_allowed
        memory = program.memory_mib + program.of_all_memory * self._machine.memory_allowed_mib
        name = program.name
        pace = self._noisy(pauses, CPU_NOISE, cores * self._variation())
        self._add(a.cores_of(owner, name), cells, pace)
        starts = program.starts_per_second + 1 / self._seconds(cells)
        self._add(a.starts_of(owner, name), cells, [starts] * len(cells))
        grown = self._growth(cells, phase.memory_starts_at)
        held = self._noisy(grown, MEMORY_NOISE, memory * self._rng.gauss(1.0, MEMORY_NOISE))
        self._add(a.memory_of(owner, name), cells, held)

    def _add_disk(self, owner: str, phase: Phase, cells: range, pace: Values) -> None:
        """The first of the phase's programs is the one that reads and writes."""
        disk = phase.disk
        who = [(owner if one.owned else "", one.name) for one in phase.programs[:1]]
        seconds = disk.await_ms / 1000 * self._variation()
        under_way = [0.0] * len(cells)
        for rate, flow_of, flowing, asking, waiting in (
            (disk.read_mb_per_second, a.read_by, a.READ_BYTES, a.READS, a.READ_WAIT),
            (disk.written_mb_per_second, a.written_by, a.WRITTEN_BYTES, a.WRITES, a.WRITE_WAIT),
        ):
            typical = rate * MB * self._variation()
            flow = [typical * now for now in pace]
            asked = [now / (disk.operation_kb * 1000) for now in flow]
            waited = [now * seconds for now in asked]
            for quantity, values in ((flowing, flow), (asking, asked), (waiting, waited)):
                self._add(quantity, cells, values)
            for whose in who:
                self._add(flow_of(*whose), cells, flow)
            under_way = list(map(float.__add__, under_way, waited))
        self._add(a.DISK_BUSY, cells, self._busy(disk, under_way))

    def _busy(self, disk: DiskUse, under_way: Values) -> Values:
        if disk.busy is None:
            return [1 - exp(-depth) for depth in under_way]
        # What keeps the disk busy does so while there is something under way at all.
        return [disk.busy * self._rng.gauss(1.0, BUSY_NOISE) if now else 0.0 for now in under_way]

    def _add_rest(self, phase: Phase, cells: range, pace: Values) -> None:
        free_bytes = self._machine.disk_free_gib * GIB
        for quantity, typical in (
            (a.RECEIVED_BYTES, phase.received_mb_per_second * MB * self._variation()),
            (a.SENT_BYTES, phase.sent_mb_per_second * MB * self._variation()),
            (a.THROTTLED, phase.throttled * self._variation()),
            (a.MEMORY_STALLED, phase.memory_stalled),
        ):
            self._add(quantity, cells, [typical * now for now in pace])
        filled = phase.fills * free_bytes / self._seconds(cells)
        self._add(a.FILLED_BYTES, cells, [filled] * len(cells))
        swap = [phase.swap_mib * share for share in self._growth(cells, 0.0)]
        self._add(a.SWAP_MIB, cells, swap)

    def _add(self, quantity: a.Quantity, cells: range, values: Iterable[float]) -> None:
        rates = self._rates[quantity]
        for cell, value in zip(cells, values, strict=True):
            rates[cell] += value

    # -- noise

    def _variation(self) -> float:
        return self._rng.lognormvariate(0.0, VARIATION)

    def _pauses(self, cells: range) -> Values:
        """How hard the phase works in each cell: not yet fully at first, now and then hardly."""
        start, rng = self._edges[cells[0]], self._rng
        ramp = [min(1.0, 0.3 + (self._edges[cell] - start) / RAMP_SECONDS) for cell in cells]
        return [share * (WHILE_PAUSING if rng.random() < PAUSES else 1.0) for share in ramp]

    def _noisy(self, shares: Values, noise: float, typical: float = 1.0) -> Values:
        gauss = self._rng.gauss
        return [typical * share * max(gauss(1.0, noise), 0.0) for share in shares]

    def _growth(self, cells: range, at_first: float) -> Values:
        ramp = max(len(cells) * MEMORY_RAMP, 1.0)
        return [min(at_first + (1 - at_first) * number / ramp, 1.0) for number in range(len(cells))]

    def _seconds(self, cells: range) -> float:
        return self._edges[cells[-1] + 1] - self._edges[cells[0]]

    # -- the machine as a whole

    def _columns(self, kind: str) -> list[Values]:
        return [values for quantity, values in self._rates.items() if quantity[0] == kind]

    def _limit_cores(self) -> None:
        allowed = self._machine.cores_allowed * FULL
        programs = self._columns("cores")
        wanted = [sum(cell) for cell in zip(*programs, strict=True)]
        for values in programs:
            values[:] = [
                now * min(1.0, allowed / total) if total else now
                for now, total in zip(values, wanted, strict=True)
            ]
        self._rates[a.JOB_CORES] = [min(total, allowed) for total in wanted]
        pressure = [(total / self._machine.cores_allowed - 0.85) * 2 for total in wanted]
        self._rates[a.CPU_STALLED] = [min(max(share, 0.0), 0.9) for share in pressure]

    def _limit_memory(self) -> None:
        machine = self._machine
        held = [sum(cell) for cell in zip(*self._columns("memory"), strict=True)]
        room = machine.memory_allowed_mib - (0 if machine.has_group else BASE_MIB)
        self._rates[a.JOB_MIB] = job = [min(now, room * FULL) for now in held]
        others = machine.memory_mib * NEIGHBOURS_MEMORY if machine.is_container else 0.0
        self._rates[a.MACHINE_MIB] = [BASE_MIB + others + now for now in job]

    def _derive(self) -> None:
        machine, rates = self._machine, self._rates
        others = [machine.neighbours_cores * self._variation() for _ in range(self._size)]
        rates[a.OTHER_CORES] = others
        rates[a.DISK_BUSY] = busy = [min(share, FULL) for share in rates[a.DISK_BUSY]]
        rates[a.IO_STALLED] = [0.4 * share for share in busy]
        rates[a.MEMORY_STALLED] = [min(share, 0.9) for share in rates[a.MEMORY_STALLED]]
        job, reading, writing = rates[a.JOB_CORES], rates[a.READ_WAIT], rates[a.WRITE_WAIT]
        idle = [
            max(machine.cpus - mine - theirs, 0.0) for mine, theirs in zip(job, others, strict=True)
        ]
        rates[a.STEAL] = [STEAL * now for now in job]
        rates[a.IOWAIT] = [
            min(0.5 * left, IOWAIT * (read + written))
            for left, read, written in zip(idle, reading, writing, strict=True)
        ]
        written = zip(rates[a.FILLED_BYTES], rates[a.WRITTEN_BYTES], strict=True)
        rates[a.FILLED_BYTES] = [filled + KEPT * now for filled, now in written]
