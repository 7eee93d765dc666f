"""Lines in, one after another; a file of whole lines that never grows beyond its limit, out."""

from __future__ import annotations

import errno
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Callable, Optional

    Thin = Callable[[Iterable[bytes]], Iterable[bytes]]

_ENOUGH_LEFT = 0.75  # of the limit: what thinning must get below


class LineFile:
    """A file that is written as it goes; `thinned` is how often it had to be.

    Who reads it while it grows may meet a last line that is not whole yet. Thinning puts another
    file in its place.
    """

    def __init__(self, path: str, most_bytes: int, thin: Thin) -> None:
        """What is there already stays; a last line that was cut short is closed.

        Raises:
            OSError: it cannot be written.
        """
        self.path = path
        self.thinned = 0
        self._most_bytes = most_bytes
        self._thin = thin
        self._problem: Optional[str] = None
        self._open()
        if self._bytes and not _ends_a_line(path):
            self._write(b"\n")

    def append(self, line: bytes) -> None:
        """Write a line, whole or not at all.

        Raises:
            OSError: there is no room on the disk, or none below the limit.
        """
        if not self._problem and self._bytes + len(line) >= self._most_bytes:
            self._make_room()
        if self._problem:
            raise OSError(errno.EFBIG, self._problem)
        self._write(line + b"\n")

    def _open(self) -> None:
        self._fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._bytes = os.fstat(self._fd).st_size

    def _write(self, text: bytes) -> None:
        written = 0
        try:
            written = os.write(self._fd, text)
        finally:
            if written < len(text):
                os.ftruncate(self._fd, self._bytes)
        if written < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.path)
        self._bytes += written

    def _make_room(self) -> None:
        draft = f"{self.path}.thinned"
        self._problem = f"{self.path} could not be thinned, and has reached its limit"
        try:
            with open(self.path, "rb") as lines, open(draft, "wb") as kept:
                kept.writelines(self._thin(lines))
            os.replace(draft, self.path)
        finally:
            if os.path.exists(draft):
                os.unlink(draft)
        os.close(self._fd)
        self._open()
        self.thinned += 1
        if self._bytes <= self._most_bytes * _ENOUGH_LEFT:
            self._problem = None


def whole_lines(path: str) -> Iterator[bytes]:
    """The lines of a file that may just be written; the last one only where it is whole.

    Where the file cannot be read, there are none.
    """
    try:
        with open(path, "rb") as lines:
            for line in lines:
                if line.endswith(b"\n"):
                    yield line
    except OSError:
        return


def _ends_a_line(path: str) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"
