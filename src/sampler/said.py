"""Words in; on standard error they come out, if anybody is there to read them."""

from __future__ import annotations

import os
import sys


def say(words: str) -> None:
    """Never to standard output, which is the command's."""
    if sys.stderr is None:  # it was closed before we began
        return
    try:  # past the buffer, which Python would try to empty again at its exit, and fail
        os.write(sys.stderr.fileno(), f"{words}\n".encode("utf-8", "replace"))
    except OSError:
        return
