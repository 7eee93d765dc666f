"""Batches in; the samples of each sampler in one boot, in their order, out. Pure.

The judge's segments set all samples by one clock, and bridge what is missing. Here each sample must
be what it is whatever else is known, so that a minute told again never contradicts itself.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..model.samples import Batch, Host

Readings = Sequence[int | None]
Read = Callable[[Batch], Readings | None]

LONGEST_MS = 60_000


class Samples:
    """The samples of one sampler in one boot; a place is a number among them."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        """At least one; of those with the same sequence the last stands."""
        by_sequence = {batch.sequence: batch for batch in batches}
        self._batches = [by_sequence[sequence] for sequence in sorted(by_sequence)]
        self.sampler: str = self._batches[0].sampler
        self.host: Host = self._batches[0].host
        self.disks = sorted({disk for batch in self._batches for disk in batch.disks})
        self.times_ms: list[int] = [ms for batch in self._batches for ms in batch.time_ms]

    def column(self, read: Read) -> list[int | None]:
        """The column that `read` finds in each batch; None where it finds none."""
        whole: list[int | None] = []
        for batch in self._batches:
            column = read(batch)
            whole += [None] * len(batch.time_ms) if column is None else column
        return whole

    def intervals_ms(self) -> Iterator[tuple[int, int]]:
        """How long before a sample the one before was, by the place of the later one.

        Left out where it is not known to have been the one before, or is more than a minute away.
        """
        place, last_sequence, last_ms = 0, -1, 0
        for batch in self._batches:
            for uptime_ms in batch.uptime_ms:
                is_next = place > 0 and batch.sequence - last_sequence <= 1
                if is_next and 0 < uptime_ms - last_ms <= LONGEST_MS:
                    yield place, uptime_ms - last_ms
                place, last_sequence, last_ms = place + 1, batch.sequence, uptime_ms


def samples_of(batches: Iterable[Batch]) -> Iterator[Samples]:
    """By sampler and boot; batches without samples say nothing."""
    groups = defaultdict[tuple[str, str], list[Batch]](list)
    for batch in batches:
        if batch.time_ms:
            groups[batch.sampler, batch.host.boot_id].append(batch)
    return map(Samples, groups.values())
