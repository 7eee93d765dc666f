"""A collector's samples in, one after another; the two files of a session, as it goes, out.

The raw lines are for everybody, the batches for the judge and the frontend. Neither grows beyond
its limit: then every second sample goes, and of what follows fewer are kept.
"""

from __future__ import annotations

import os

from .line_file import LineFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Optional

    from ..model.samples import Batch
    from .collector import Collector
    from .formats.system_telemetry import Looked
    from .moment import Moment

_MOST_PENDING = 40  # batches that wait for room on the disk
_HOST = b'"host":'


class RawFile:
    """The lines of samples."""

    def __init__(self, path: str, most_bytes: int) -> None:
        """Raises OSError where it cannot be written."""
        self._file = LineFile(path, most_bytes, every_second)
        self._before: Optional[Looked] = None
        self._count = 0

    def add(self, moment: Moment, collector: Collector) -> None:
        """Write the collector's last sample, unless it is one of those that are left out.

        Raises:
            OSError: there is no room.
        """
        from .formats.system_telemetry import Looked, line  # what lines are made of can wait

        every = 2**self._file.thinned
        self._count += 1
        if self._before and (self._count % every or self._before.moment is moment):
            return
        now = Looked(
            moment,
            readings=collector.readings,
            owners=collector.owners,
            loads=_loads(),
            every=every,
            thinned=self._file.thinned,
        )
        told = line(now, self._before, collector.host, collector.sampler)
        self._file.append(_encoded(told))
        self._before = now


class BatchFile:
    """The batches; what there is no room for waits, for a while."""

    def __init__(self, path: str, most_bytes: int) -> None:
        """Raises OSError where it cannot be written."""
        self._file = LineFile(path, most_bytes, halved)
        self._pending: list[bytes] = []

    @property
    def thinned(self) -> int:
        """How often it had to be."""
        return self._file.thinned

    def add(self, batch: Batch) -> None:
        """Write it, after those that wait.

        Raises:
            OSError: there is no room; the oldest of too many is given up.
        """
        from ..model.batches import encode

        self._pending = [*self._pending[-_MOST_PENDING:], encode(batch)]
        while self._pending:
            self._file.append(self._pending[0])
            del self._pending[0]


def every_second(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Every second line, and those that tell of the machine."""
    for number, text in enumerate(lines):
        if number % 2 == 0 or _HOST in text:
            yield text


def halved(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Batches of half as many samples; the fewest is two."""
    from ..model.batches import BatchError, decode, encode
    from ..model.thinning import thin

    for text in lines:
        try:
            batch = decode(text)
            yield encode(thin(batch, max(2, len(batch.time_ms) // 2))) + b"\n"
        except BatchError:
            continue  # it was cut short when a sampler was killed


def _encoded(told: dict[str, object]) -> bytes:
    import json  # not before the first sample

    return json.dumps(told, separators=(",", ":")).encode()


def _loads() -> Optional[tuple[float, float, float]]:
    try:
        return os.getloadavg()
    except OSError:
        return None
