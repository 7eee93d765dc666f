"""How much goes on in each cell of time: a machine, edges and phases in, rates and levels out."""

from bisect import bisect_left
from collections import defaultdict
from math import ceil, exp
from random import Random

from . import activity as a
from .blueprints import MachineBlueprint
from .loads import DiskUse, Phase, Program
from .noise import Noise, Values, growth

MB, GIB = 1_000_000, 1 << 30
CPU_NOISE, FLOW_NOISE, BUSY_NOISE, MEMORY_NOISE = 0.08, 0.2, 0.03, 0.004


class Intensity:
    """What phases ask for, added one by one; `rates` is their sum."""

    def __init__(self, rng: Random, machine: MachineBlueprint, edges: Values) -> None:
        """For cells between `edges`, in seconds."""
        self._noise = Noise(rng)
        self._machine = machine
        self._edges = edges
        nothing = [0.0] * (len(edges) - 1)
        self.rates: defaultdict[a.Quantity, Values] = defaultdict(nothing.copy)

    def add(self, owner: str, phase: Phase, start: float, end: float) -> None:
        """What `phase` does between two moments, both of them edges."""
        cells = range(bisect_left(self._edges, start), bisect_left(self._edges, end))
        if not cells:
            return
        pace = self._noise.pace([self._edges[cell] for cell in cells])
        for program in phase.programs:
            who = _who(owner, program)
            self._add_program(who, program, cells, pace)
            self._add_memory(who, program, cells, phase.memory_starts_at)
        self._add_disk(owner, phase, cells, self._noise.about(pace, FLOW_NOISE))
        self._add_network(phase, cells, self._noise.about(pace, FLOW_NOISE))
        self._add_want(phase, cells)

    def _add_program(
        self, who: tuple[str, str], program: Program, cells: range, pace: Values
    ) -> None:
        cores = program.cores + program.of_all_cores * self._machine.cores_allowed
        asked = self._noise.about(pace, CPU_NOISE, cores * self._noise.variation())
        threads = program.threads or ceil(cores)  # one can use no more than one core
        self._add(a.cores_of(*who), cells, [min(now, threads) for now in asked])
        starts = program.starts_per_second + 1 / self._seconds(cells)
        self._add(a.starts_of(*who), cells, [starts] * len(cells))

    def _add_memory(
        self, who: tuple[str, str], program: Program, cells: range, at_first: float
    ) -> None:
        share = program.of_all_memory * self._machine.memory_allowed_mib
        [held] = self._noise.about([program.memory_mib + share], MEMORY_NOISE)
        grown = growth(len(cells), at_first)
        self._add(a.memory_of(*who), cells, self._noise.about(grown, MEMORY_NOISE, held))

    def _add_disk(self, owner: str, phase: Phase, cells: range, pace: Values) -> None:
        """The first of the phase's programs is the one that reads and writes."""
        disk = phase.disk
        who = [_who(owner, program) for program in phase.programs[:1]]
        await_seconds = disk.await_ms / 1000 * self._noise.variation()
        under_way = [0.0] * len(cells)
        for rate, flow_of, flowing, asking, waiting in (
            (disk.read_mb_per_second, a.read_by, a.READ_BYTES, a.READS, a.READ_WAIT),
            (disk.written_mb_per_second, a.written_by, a.WRITTEN_BYTES, a.WRITES, a.WRITE_WAIT),
        ):
            typical = rate * MB * self._noise.variation()
            flow = [typical * now for now in pace]
            asked = [now / (disk.operation_kb * 1000) for now in flow]
            waited = [now * await_seconds for now in asked]
            for quantity in (flowing, *(flow_of(*whose) for whose in who)):
                self._add(quantity, cells, flow)
            self._add(asking, cells, asked)
            self._add(waiting, cells, waited)
            under_way = list(map(float.__add__, under_way, waited))
        self._add(a.DISK_BUSY, cells, self._busy(disk, under_way))

    def _busy(self, disk: DiskUse, under_way: Values) -> Values:
        if disk.busy is None:
            # Where requests come at random and none waits for another, it is empty so often.
            return [1 - exp(-depth) for depth in under_way]
        return self._noise.about([float(now > 0) for now in under_way], BUSY_NOISE, disk.busy)

    def _add_network(self, phase: Phase, cells: range, pace: Values) -> None:
        for quantity, rate in (
            (a.RECEIVED_BYTES, phase.received_mb_per_second),
            (a.SENT_BYTES, phase.sent_mb_per_second),
        ):
            typical = rate * MB * self._noise.variation()
            self._add(quantity, cells, [typical * now for now in pace])

    def _add_want(self, phase: Phase, cells: range) -> None:
        """What comes of asking for more than there is."""
        evenly = [1.0] * len(cells)
        for quantity, share in (
            (a.THROTTLED, phase.throttled),
            (a.MEMORY_STALLED, phase.memory_stalled),
        ):
            self._add(quantity, cells, self._noise.about(evenly, FLOW_NOISE, share))
        filled = phase.fills * self._machine.disk_free_gib * GIB / self._seconds(cells)
        self._add(a.STEAL, cells, [phase.stolen] * len(cells))
        self._add(a.FILLED_BYTES, cells, [filled] * len(cells))
        self._add(a.SWAP_MIB, cells, [phase.swap_mib * now for now in growth(len(cells), 0.0)])
        last = cells[-1:]  # the kernel kills once it has tried everything else
        self._add(a.KILLS, last, [phase.out_of_memory_kills / self._seconds(last)])

    def _add(self, quantity: a.Quantity, cells: range, values: Values) -> None:
        rates = self.rates[quantity]
        if any(values):
            there = slice(cells.start, cells.stop)
            rates[there] = map(float.__add__, rates[there], values)

    def _seconds(self, cells: range) -> float:
        return self._edges[cells[-1] + 1] - self._edges[cells[0]]


def _who(owner: str, program: Program) -> tuple[str, str]:
    return (owner if program.owned else "", program.name)
