"""A process as a ledger keeps it: who it is, whose it is, and how it was last read."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final, Optional

    from .accounts import Group, OwnerAccount

    Reading = tuple[
        int,  # pid
        int,  # start_ticks: with the pid, its identity
        int,  # parent_pid
        Optional[str],  # key: GITHUB_ACTION in its environment, None where absent or unreadable
        str,  # name
        int,  # cpu_ticks: utime + stime
        int,  # children_ticks: cutime + cstime
        int,  # resident_kb
        Optional[int],  # read_kb: read_bytes of /proc/PID/io, None where it may not be seen
        Optional[int],  # written_kb: write_bytes there
        int,  # born_ms: epoch
    ]

# Where things are in a Reading.
PID: Final = 0
START: Final = 1
PARENT: Final = 2
KEY: Final = 3
NAME: Final = 4
CPU: Final = 5
CHILDREN: Final = 6
RESIDENT: Final = 7
READ: Final = 8
WRITTEN: Final = 9
BORN: Final = 10


class Process:
    """`number` is its place in the order of first sight, in which parents precede children.

    `read_at` is the tick at which it was last read anew; `read_kb` and `written_kb` are None
    until they are known.
    """

    __slots__ = (
        "account",
        "group",
        "is_alive",
        "last",
        "number",
        "parent",
        "read_at",
        "read_kb",
        "written_kb",
    )

    def __init__(
        self,
        last: Reading,
        number: int,
        *,
        parent: Optional[Process],
        account: OwnerAccount,
        group: Group,
    ) -> None:
        """Alive."""
        self.last = last
        self.number = number
        self.parent = parent
        self.account = account
        self.group = group
        self.is_alive = True
        self.read_at = 0
        self.read_kb: Optional[int] = None
        self.written_kb: Optional[int] = None

    def forebears(self) -> Iterator[Process]:
        """Its parent, that one's parent, and so on, the dead among them too."""
        process = self.parent
        while process is not None:
            yield process
            process = process.parent

    def io_since(self, reading: Reading) -> tuple[Optional[int], Optional[int]]:
        """KiB read and written since they were last known; None where they may not be seen now.

        Nothing where they were never known before: what was before the first look is not counted.
        """
        read_kb, self.read_kb = _since(self.read_kb, reading[READ])
        written_kb, self.written_kb = _since(self.written_kb, reading[WRITTEN])
        return read_kb, written_kb


def _since(known_kb: Optional[int], now_kb: Optional[int]) -> tuple[Optional[int], Optional[int]]:
    """The difference, and what is known now."""
    if now_kb is None:
        return None, known_kb
    return max(0, now_kb - (now_kb if known_kb is None else known_kb)), now_kb
