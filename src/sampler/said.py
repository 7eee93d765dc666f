"""Words in; out they come, if anybody is there to read them: problems apart from answers."""

from __future__ import annotations

import os
import sys


def say(words: str) -> None:
    """A line on standard error, never to standard output, which is the command's."""
    if sys.stderr is None:  # it was closed before we began
        return
    try:  # past the buffer, which Python would try to empty again at its exit, and fail
        os.write(sys.stderr.fileno(), f"{words}\n".encode("utf-8", "replace"))
    except OSError:
        return


def tell(words: str) -> None:
    """An answer, to standard output, whatever encoding a shell has left us."""
    sys.stdout.buffer.write(words.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
