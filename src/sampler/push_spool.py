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

_LONGEST_LINE = 4 * 1024 * 1024  # the frontend takes no longer ones


def waiting(path: str, offset: int) -> Iterator[tuple[bytes, int]]:
    """Each whole line after `offset`, and the offset after it; also what comes meanwhile.

    A last line without an end is not whole yet. A file that is shorter than `offset` is another.

    Raises:
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        file.seek(_first(offset, size))
        if size - offset > MOST_WAITING_BYTES:
            file.readline()  # what is left of a line
        while True:
            line = file.readline(_LONGEST_LINE)
            if not line.endswith(b"\n"):
                if len(line) < _LONGEST_LINE:
                    return
                continue
            if line.strip():
                yield line[:-1], file.tell()


def _first(offset: int, size: int) -> int:
    if size < offset:
        return 0
    return max(offset, size - MOST_WAITING_BYTES)
