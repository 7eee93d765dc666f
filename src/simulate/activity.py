"""What went on on a machine: rates that are steady from one moment to the next, and their sums.

Truth and samples are both read from it, neither from the other. A quantity is named by a string, or
by a tuple where it is a program's or an owner's.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

Quantity = str | tuple[str, ...]

# A second, of the whole machine
READ_BYTES, WRITTEN_BYTES = "read_bytes", "written_bytes"
READS, WRITES = "reads", "writes"
READ_WAIT, WRITE_WAIT = "read_wait", "write_wait"  # seconds waited a second: operations under way
DISK_BUSY = "disk_busy"  # share of time
RECEIVED_BYTES, SENT_BYTES = "received_bytes", "sent_bytes"
FILLED_BYTES = "filled_bytes"  # free space that goes
JOB_CORES, OTHER_CORES = (
    "job_cores",
    "other_cores",
)  # in use by the job; by a container's neighbours
IOWAIT, STEAL, THROTTLED = "iowait", "steal", "throttled"  # cores; THROTTLED of the group's
CPU_STALLED, IO_STALLED, MEMORY_STALLED = "cpu_stalled", "io_stalled", "memory_stalled"
KILLS = "kills"
# Levels
JOB_MIB, MACHINE_MIB, SWAP_MIB = "job_mib", "machine_mib", "swap_mib"


def cores_of(owner: str, name: str) -> Quantity:
    """What the processes of one name and owner use."""
    return "cores", owner, name


def memory_of(owner: str, name: str) -> Quantity:
    """What they hold, in MiB."""
    return "memory", owner, name


def starts_of(owner: str, name: str) -> Quantity:
    """How many of them start in a second."""
    return "starts", owner, name


def read_by(owner: str, name: str) -> Quantity:
    """The bytes that they read from disk in a second."""
    return "read", owner, name


def written_by(owner: str, name: str) -> Quantity:
    """The bytes that they write."""
    return "written", owner, name


class Activity:
    """Rates and levels over cells of time; a cell ends where the next begins.

    `edges` are seconds, one more than there are cells; what was never set is 0.
    """

    def __init__(self, edges: Sequence[float], rates: dict[Quantity, list[float]]) -> None:
        """One value a cell in each of `rates`."""
        self.edges = edges
        self.rates = rates
        self._widths = [end - start for start, end in pairwise(edges)]
        self._nothing = [0.0] * len(self._widths)
        self._sums: dict[Quantity, list[float]] = {}

    def places(self, moments: Sequence[float]) -> list[tuple[int, float]]:
        """The cell of each moment, and how far into it the moment is."""
        last = len(self._widths) - 1
        cells = [min(max(bisect_right(self.edges, at) - 1, 0), last) for at in moments]
        return [(cell, at - self.edges[cell]) for cell, at in zip(cells, moments, strict=True)]

    def totals(self, quantity: Quantity, places: Sequence[tuple[int, float]]) -> list[float]:
        """What has come together from the beginning to each of these places."""
        if quantity not in self.rates:
            return [0.0] * len(places)
        rates = self.rates[quantity]
        if quantity not in self._sums:
            amounts = map(float.__mul__, rates, self._widths)
            self._sums[quantity] = list(accumulate(amounts, initial=0.0))
        sums = self._sums[quantity]
        return [sums[cell] + rates[cell] * into for cell, into in places]

    def levels(self, quantity: Quantity) -> list[float]:
        """The rate or level in each cell."""
        return self.rates.get(quantity, self._nothing)

    def amount(self, quantity: Quantity, start: float, end: float) -> float:
        """What came together between two moments."""
        before, after = self.totals(quantity, self.places((start, end)))
        return after - before

    def peak(self, quantity: Quantity, start: float, end: float) -> float:
        """The highest rate or level between two moments."""
        first = max(bisect_right(self.edges, start) - 1, 0)
        return max(self.levels(quantity)[first : bisect_left(self.edges, end)])

    def programs(self) -> Iterator[tuple[str, str]]:
        """Owner and name of each program that ever ran; the owner is "" where there is none."""
        for quantity in self.rates:
            if quantity[0] == "cores":
                yield quantity[1], quantity[2]
