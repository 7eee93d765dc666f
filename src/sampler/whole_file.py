"""A text in; a file that holds all of it, or is as it was before, out."""

from __future__ import annotations

import os


def write_whole(path: str, text: str) -> None:
    """What cannot be written as UTF-8 is replaced.

    Raises:
        OSError: it cannot be written.
    """
    draft = f"{path}.{os.getpid()}"
    try:
        with open(draft, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
