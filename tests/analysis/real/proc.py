"""The real /proc in, a ledger's readings out: all that lives below one process, that one included.

Read in the order that the ledger asks for: the known, parents first; who is alive; the new.
"""

import os
import time
from pathlib import Path

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
KEY = b"GITHUB_ACTION="


class Tree:
    """Processes below `root`, which adopts its orphans."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._boot_ms = time.time_ns() // 10**6 - uptime_ms()
        self._last: dict[int, tuple] = {}

    def read(self) -> list[tuple]:
        """A reading of everybody; the tuple of before for whom it is the same."""
        known = {last[0]: self._again(last) for last in self._last.values()}
        alive = {int(path.name) for path in PROC.iterdir() if path.name.isdigit()}
        self._last = {pid: reading for pid, reading in known.items() if reading and pid in alive}
        new = (self._first(pid) for pid in sorted(alive - self._last.keys()))
        for reading in sorted((reading for reading in new if reading), key=lambda r: (r[1], r[0])):
            if reading[0] == self._root or reading[2] in self._last:
                self._last[reading[0]] = reading
        return list(self._last.values())

    def _again(self, last: tuple) -> tuple | None:
        reading = self._first(last[0], last[3])
        if reading is None or reading[1] != last[1]:
            return None
        return last if reading == last else reading

    def _first(self, pid: int, key: str | None = None) -> tuple | None:
        try:
            stat = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None
        name = stat[stat.index("(") + 1 : stat.rindex(")")]
        fields = [0, 0, *stat[stat.rindex(")") + 2 :].split()]
        start_ticks = int(fields[21])
        return (
            *(pid, start_ticks, int(fields[3]), key or _key(pid), name),
            *(int(fields[13]) + int(fields[14]), int(fields[15]) + int(fields[16])),
            *(int(fields[23]) * PAGE_KB, *_io_kb(pid)),
            self._boot_ms + start_ticks * 1000 // TICKS_PER_SECOND,
        )


def uptime_ms() -> int:
    """The clock by which the kernel says when processes started."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 10**6


def _key(pid: int) -> str | None:
    try:
        variables = (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return None
    return next((v[len(KEY) :].decode() for v in variables if v.startswith(KEY)), None)


def _io_kb(pid: int) -> tuple[int | None, int | None]:
    try:
        lines = (PROC / str(pid) / "io").read_text(encoding="ascii").splitlines()
    except OSError:
        return None, None
    counts = dict(line.split(": ") for line in lines)
    return int(counts["read_bytes"]) // 1024, int(counts["write_bytes"]) // 1024
