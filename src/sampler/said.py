"""Words in; out they come, if anybody is there to read them: problems apart from answers."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, TextIO


def say(words: str) -> None:
    """A line on standard error, never on standard output, which is the command's."""
    _write(sys.stderr, f"{words}\n")


def complain(words: str) -> None:
    """A line, whatever names are in it: a runner reads commands where lines begin."""
    from ..model.printable import printable

    say(printable(words))


def tell(words: str) -> None:
    """An answer, on standard output."""
    _write(sys.stdout, words)


def _write(stream: Optional[TextIO], words: str) -> None:
    """Past the buffer, which Python would try to empty again at its exit, and fail."""
    if stream is None:  # it was closed before we began
        return
    rest = memoryview(words.encode("utf-8", "replace"))
    try:
        while rest:
            rest = rest[os.write(stream.fileno(), rest) :]
    except OSError:
        return
