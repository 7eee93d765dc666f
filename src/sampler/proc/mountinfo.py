"""/proc/PID/mountinfo to what is mounted where.

https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_ESCAPED = ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\"))
_DEVICE, _ROOT, _POINT, _HERE = 2, 3, 4, 5
_LEAST_BEFORE, _LEAST_AFTER = 6, 3


class Mount:
    """One mount: `root` is the folder of the filesystem that is seen at `point`.

    `device` is "major:minor", `kind` the filesystem's type, `options` those of the filesystem.
    `is_read_only`: nothing can be written at this point, be it as the filesystem allows nothing.
    """

    __slots__ = ("device", "is_read_only", "kind", "options", "point", "root", "source")

    def __init__(
        self,
        *,
        device: str,
        root: str,
        point: str,
        kind: str,
        source: str,
        options: str,
        is_read_only: bool = False,
    ) -> None:
        """Paths are unescaped."""
        self.device = device
        self.root = root
        self.point = point
        self.kind = kind
        self.source = source
        self.options = options
        self.is_read_only = is_read_only


def parse_mounts(text: bytes) -> list[Mount]:
    """In the order in which they were mounted: of two on one point, the later hides the earlier."""
    mounts = (_mount(line) for line in text.split(b"\n"))
    return [mount for mount in mounts if mount]


def _mount(line: bytes) -> Optional[Mount]:
    before, _, after = line.partition(b" - ")
    first, last = before.split(), after.split()
    if len(first) < _LEAST_BEFORE or len(last) < _LEAST_AFTER:
        return None
    return Mount(
        device=_unescaped(first[_DEVICE]),
        root=_unescaped(first[_ROOT]),
        point=_unescaped(first[_POINT]),
        kind=_unescaped(last[0]),
        source=_unescaped(last[1]),
        options=_unescaped(last[2]),
        is_read_only=any(b"ro" in told.split(b",") for told in (first[_HERE], last[2])),
    )


def _unescaped(word: bytes) -> str:
    if b"\\" in word:
        for escape, meant in _ESCAPED:
            word = word.replace(escape, meant)
    return word.decode("utf-8", "surrogateescape")  # as the calls that open it take it
