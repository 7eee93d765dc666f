"""/proc/diskstats to the counters of each block device.

https://docs.kernel.org/admin-guide/iostats.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    Counters = tuple[int, int, int, int, int, int, int, int]

_NAME, _FIRST, _END = 2, 3, 14
# Of the eleven counters, without the merged ones and those under way: in the order of
# model.samples.DISK_COLUMNS.
_TOLD = (0, 2, 3, 4, 6, 7, 9, 10)
# Their work is done, and counted, by other devices or by memory.
_VIRTUAL = (b"dm-", b"md", b"loop", b"zram", b"ram")


def parse_disks(text: bytes, names: Container[str]) -> dict[str, Counters]:
    """Of these: reads, sectors read, ms, writes, sectors written, ms, ms busy, ms weighted.

    Partitions are told of like whole devices. Kernels before 2.6.25 give partitions only four
    counters; such lines, and those before 2.6, are passed over.
    """
    disks = {}
    for line in text.split(b"\n"):
        words = line.split()
        if len(words) < _END:
            continue
        name = words[_NAME].decode("utf-8", "replace")
        if name in names:
            counters = [whole(words[_FIRST + at]) for at in _TOLD]
            if None not in counters:
                disks[name] = tuple(counters)
    return disks  # type: ignore[return-value]  # eight of them, and none is None


def whole_disks(names: Iterable[str]) -> frozenset[str]:
    """Of the devices in /sys/block, where no partitions are, those that do their own work."""
    return frozenset(name for name in names if not name.encode().startswith(_VIRTUAL))
