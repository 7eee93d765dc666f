"""A path of the kernel's in, its text out; empty where it cannot be read, which parsers know.

Files that are read each tick stay open: opening one costs as much as reading it.
"""

from __future__ import annotations

import os

_ASKED_BYTES = 65_536
SMALL_BYTES = 4096
"""Of what is short: room for more is made anew at each reading."""
# The kernel hands out what is made of many records a page at a time, less a record that did not
# fit. Anything shorter than half a page is the end.
_LAST_BYTES = 2048


class KeptFile:
    """One file, opened when it is first read; after a failure it is opened anew."""

    __slots__ = ("_asked_bytes", "_fd", "path")

    def __init__(self, path: str, asked_bytes: int = _ASKED_BYTES) -> None:
        """Reads nothing yet; `asked_bytes` is what most readings fit into."""
        self.path = path
        self._asked_bytes = asked_bytes
        self._fd = -1

    def read(self) -> bytes:
        """The whole text as it is now, or nothing."""
        try:
            if self._fd < 0:
                self._fd = os.open(self.path, os.O_RDONLY)
            return _text(self._fd, self._asked_bytes)
        except OSError:
            self.close()
            return b""

    def close(self) -> None:
        """It may be read again."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def read_text(path: str) -> bytes:
    """A file that is read once."""
    file = KeptFile(path)
    try:
        return file.read()
    finally:
        file.close()


def list_folder(path: str) -> list[str]:
    """The names in a folder; none where it cannot be read."""
    try:
        return os.listdir(path)
    except OSError:
        return []


def _text(fd: int, asked_bytes: int) -> bytes:
    text = chunk = os.pread(fd, asked_bytes, 0)
    while len(chunk) >= _LAST_BYTES:
        chunk = os.pread(fd, asked_bytes, len(text))
        text += chunk
    return text
