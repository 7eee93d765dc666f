"""A text from anywhere in; the same, as long as it was, without what a terminal would obey, out."""

from __future__ import annotations

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def printable(value: str) -> str:
    """Each character that cannot be printed is replaced."""
    if value.isprintable():
        return value
    return "".join(c if c.isprintable() else UNPRINTABLE for c in value)
