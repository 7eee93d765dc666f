"""A growing file of encoded batches, one a line, in; what of it has not been sent yet, out.

The file that a job keeps anyhow is all the spool that there is: what could not be sent waits in it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_WAITING_BYTES = 16 * 1024 * 1024
"""What lies further back is given up: some four hours of samples."""

_TAIL_BYTES = 1024 * 1024
_LONGEST_LINE = 4 * 1024 * 1024  # the frontend takes no longer ones


class Spool:
    """The file, open for reading; `number` is its own, and another file's is another."""

    def __init__(self, path: str) -> None:
        """Open it.

        Raises:
            OSError: it cannot be read.
        """
        self._file = open(path, "rb")  # noqa: SIM115 -- `close` does
        found = os.fstat(self._file.fileno())
        self.number = found.st_ino
        self._size = found.st_size

    def close(self) -> None:
        """Give it back."""
        self._file.close()

    def waiting(self, offset: int, number: int) -> Iterator[tuple[bytes, int]]:
        """Each whole line after `offset` of file `number`, and the offset after it.

        What comes meanwhile is among them; a last line without an end is not whole yet. Of another
        file, as when this one was thinned, only the end is told, perhaps again.
        """
        least = self._size - (MOST_WAITING_BYTES if number == self.number else _TAIL_BYTES)
        if number != self.number:
            offset = 0
        self._go_to(max(offset, least))
        while line := self._file.readline(_LONGEST_LINE):
            if line.endswith(b"\n"):
                yield line[:-1], self._file.tell()

    def _go_to(self, offset: int) -> None:
        """There, or to where the next line begins."""
        self._file.seek(max(0, offset - 1))
        if offset > 0:
            self._file.readline()
