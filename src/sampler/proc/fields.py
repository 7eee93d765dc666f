"""What the files of the kernel are made of: words and labelled lines in, whole numbers out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

LARGEST = 2**63 - 1
_MOST_DIGITS = 19


def whole(word: bytes) -> Optional[int]:
    """A number from 0 to 2**63 - 1; None for all else, so also for -1, the kernel's "none"."""
    if word.isdigit() and len(word) <= _MOST_DIGITS:
        number = int(word)
        return number if number <= LARGEST else None
    return None


def labelled(text: bytes, label: bytes) -> Optional[int]:
    """The number that follows the label, which is the beginning of a line.

    The label holds what ends it, as `MemTotal:` or `oom_kill `: no longer one is meant.
    """
    at = 0 if text.startswith(label) else text.find(b"\n" + label) + 1
    if not text.startswith(label, at):
        return None
    end = text.find(b"\n", at)
    words = text[at + len(label) : end if end >= 0 else len(text)].split(None, 1)
    return whole(words[0]) if words else None


def difference(larger: Optional[int], smaller: Optional[int]) -> Optional[int]:
    """What one is above the other, 0 at least; None where either is unknown."""
    return None if larger is None or smaller is None else max(larger - smaller, 0)
