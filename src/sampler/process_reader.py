"""A mounted /proc in; readings of single processes out, as analysis.ledger takes them."""

from __future__ import annotations

import os

from ..analysis.process import BORN, CHILDREN, CPU, READ
from .files import SMALL_BYTES, KeptFile, read_text
from .names import readable_name
from .proc.pid_cmdline import parse_words
from .proc.pid_io import parse_io_bytes
from .proc.pid_stat import parse_pid_stat
from .proc.pid_statm import parse_resident_pages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from ..analysis.process import Reading
    from .proc.pid_stat import Stat

_KIB = 1024
_MS_PER_SECOND = 1000


class Watched:
    """A process that is being read: its open files, and how it was last read.

    `quiet` is how many looks ago anything had changed, `has_reaped` whether the last one showed
    children that it had waited for; `is_kept_open` whether its files stay open from look to look.
    """

    __slots__ = (
        "about_pages",
        "comm",
        "folder",
        "has_reaped",
        "io",
        "io_kb",
        "is_kept_open",
        "key",
        "name",
        "parent",
        "pid",
        "quiet",
        "reading",
        "resident_kb",
        "start_ticks",
        "stat",
        "statm",
        "text",
    )

    def __init__(self, folder: str, pid: str) -> None:
        """Not read yet; `folder` is its own in /proc."""
        self.folder = folder
        self.pid = pid
        self.stat = KeptFile(f"{folder}/stat", SMALL_BYTES)
        self.statm = KeptFile(f"{folder}/statm", SMALL_BYTES)
        self.io: Optional[KeptFile] = KeptFile(f"{folder}/io", SMALL_BYTES)
        self.text = self.comm = b""
        self.start_ticks = -1
        self.parent = ""
        self.key: Optional[str] = None
        self.name = ""
        self.about_pages = -1
        self.resident_kb = 0
        self.io_kb: tuple[Optional[int], Optional[int]] = (None, None)
        self.quiet = 0
        self.has_reaped = False
        self.is_kept_open = True
        self.reading: Optional[Reading] = None

    def close(self) -> None:
        """Give its files back."""
        self.stat.close()
        self.statm.close()
        if self.io:
            self.io.close()


class ProcessReader:
    """How processes are read."""

    def __init__(
        self,
        proc: str,
        key_of: Callable[[bytes], Optional[str]],
        *,
        boot_ms: int,
        ticks_per_second: int,
        page_bytes: int,
    ) -> None:
        """`key_of` tells an environment's owner, `boot_ms` is when the machine was started."""
        self._proc = proc
        self._key_of = key_of
        self._boot_ms = boot_ms
        self._ticks_per_second = ticks_per_second
        self._page_bytes = page_bytes

    def meet(self, pid: str) -> Optional[Watched]:
        """A process that was not known; None where it is gone already."""
        process = Watched(f"{self._proc}/{pid}", pid)
        if self.look(process):
            return process
        process.close()
        return None

    def look(self, process: Watched) -> bool:
        """Read it anew where anything has changed; False where it is gone.

        What a process does shows in its stat, if only by a page that it touched; but for what it
        writes while it waits for a disk, which is looked for once more when it has become quiet.
        Where no more files can be opened, it stays as it was.
        """
        process.has_reaped = False
        text = process.stat.read()
        if not text:  # it is gone, and its number may be another's by now
            process.stat.close()
            text = process.stat.read()
        if text == process.text:
            process.quiet += 1
            if process.quiet == 1:
                self._update_io(process)
            return bool(text)
        stat = parse_pid_stat(text)
        if stat is None:
            return process.reading is not None and os.path.exists(process.folder)
        if process.start_ticks not in {stat[-2], -1}:
            return False
        self._update(process, stat)
        process.text = text
        process.quiet = 0
        return True

    def _update(self, process: Watched, stat: Stat) -> None:
        """The next reading; of memory only where it can have changed."""
        comm, parent_pid, cpu_ticks, children_ticks, start_ticks, about_pages = stat
        if comm != process.comm:
            self._identify(process, comm)
        last = process.reading
        has_worked = last is None or (cpu_ticks, children_ticks) != (last[CPU], last[CHILDREN])
        if has_worked or about_pages != process.about_pages:
            process.resident_kb = self._resident_kb(process)
        process.io_kb = _io_kb(process)
        process.has_reaped = last is not None and children_ticks > last[CHILDREN]
        process.start_ticks = start_ticks
        process.about_pages = about_pages
        process.parent = str(parent_pid)
        process.reading = (
            *(int(process.pid), start_ticks, parent_pid, process.key, process.name),
            *(cpu_ticks, children_ticks, process.resident_kb, *process.io_kb),
            self._boot_ms + start_ticks * _MS_PER_SECOND // self._ticks_per_second,
        )

    def _update_io(self, process: Watched) -> None:
        """The same reading, unless more was read or written meanwhile."""
        io_kb, reading = _io_kb(process), process.reading
        if reading is not None and io_kb != process.io_kb:
            process.io_kb = io_kb
            process.reading = (*reading[:READ], *io_kb, reading[BORN])

    def _identify(self, process: Watched, comm: bytes) -> None:
        """Who it is: it has just been born, or runs another program now."""
        process.comm = comm
        process.key = self._key_of(read_text(f"{process.folder}/environ"))
        words = parse_words(read_text(f"{process.folder}/cmdline"))
        process.name = readable_name(comm.decode("utf-8", "replace"), words)

    def _resident_kb(self, process: Watched) -> int:
        """Nothing where it cannot be told: the dying hold nothing any more."""
        pages = parse_resident_pages(process.statm.read())
        return (pages or 0) * self._page_bytes // _KIB


def _io_kb(process: Watched) -> tuple[Optional[int], Optional[int]]:
    """Read and written; of other users' processes neither may be seen, and is not asked again."""
    text = process.io.read() if process.io else b""
    if not text:
        process.io = None
        return None, None
    read_bytes, written_bytes = parse_io_bytes(text)
    if read_bytes is None or written_bytes is None:
        return None, None
    return read_bytes // _KIB, written_bytes // _KIB
