"""A reader of processes in; a reading of every living one out, tick by tick, at little cost.

Most processes are idle. Those that did something lately are read at every tick, the others in
turn: what they had done meanwhile shows then, for their counters are cumulative. The folder is
listed only when an id has been given since, or when somebody has reaped.

Nothing may count twice: a process that has reaped a child shows that child's CPU time as its own,
so then that child may not be shown as living. Therefore who lives is listed after the processes
are read, the newcomers last.

What the dead had used since their last look is in their reapers' counters. It shall count at once,
not when an idle reaper's turn comes and another step runs: so reapers are read again.
"""

from __future__ import annotations

from .files import KeptFile, list_folder
from .proc.loadavg import parse_last_pid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    from ..analysis.process import Reading
    from .process_reader import ProcessReader, Watched

_LIVELY_TICKS = 2  # so long after its last change a process is read at every tick
_TURN_TICKS = 16  # an idle one's turn comes as often; sooner where `unseen` asks for it


class Processes:
    """All living processes that can be seen."""

    def __init__(
        self, proc: str, reader: ProcessReader, *, has_own_pids: bool, most_open: int
    ) -> None:
        """`has_own_pids`: whether ids in /proc are given where loadavg's last one is told.

        Of so many processes at most files stay open.
        """
        self._proc = proc
        self._reader = reader
        self._most_open = most_open
        self._known: dict[str, Watched] = {}  # parents before their children
        self._loadavg = KeptFile(f"{proc}/loadavg") if has_own_pids else None
        self._last_pid: Optional[int] = None
        self._bereft: set[str] = set()  # who was gone at the last tick
        self._reaped: set[str] = set()  # who has shown it at this tick …
        self._is_list_old = True  # … and whether anybody has since the folder was listed
        self._tick = 0

    def read(self, *, all_of_them: bool = False) -> list[Reading]:
        """One reading each; of those that were not read anew, the same tuple as before."""
        self._tick += 1
        self._reaped.clear()
        gone = self._look_at(self._known.values() if all_of_them else self._due())
        gone += self._look_for_others()
        self._bereft = {process.pid for process in gone}
        while reapers := self._reapers(gone):
            gone = self._look_at(reapers) + self._look_for_others()
            self._bereft.update(process.pid for process in gone)
        readings = [process.reading for process in self._known.values()]
        return [reading for reading in readings if reading is not None]

    def _due(self) -> list[Watched]:
        """The lively ones, those whose turn it is, and those who have a new parent."""
        return [
            process
            for place, process in enumerate(self._known.values())
            if process.quiet < _LIVELY_TICKS
            or (place + self._tick) % _TURN_TICKS == 0
            or process.parent in self._bereft
        ]

    def _look_at(self, processes: Iterable[Watched]) -> list[Watched]:
        """Read them; who of them is gone."""
        gone = []
        for process in processes:
            if not self._reader.look(process):
                gone.append(process)
            elif process.has_reaped:
                self._reaped.add(process.pid)
                self._is_list_old = True
            if not process.is_kept_open:
                process.close()
        self._forget(gone)
        return gone

    def _reapers(self, gone: Iterable[Watched]) -> list[Watched]:
        """Who must have reaped these, and has not shown it yet."""
        parents = {process.pid: process.parent for process in gone}
        living = set()
        for parent in parents.values():
            while parent in parents:
                parent = parents[parent]  # noqa: PLW2901 -- up to one that lives
            living.add(parent)
        return [self._known[pid] for pid in living & self._known.keys() - self._reaped]

    def _forget(self, gone: Iterable[Watched]) -> None:
        for process in gone:
            self._known.pop(process.pid).close()

    def _look_for_others(self) -> list[Watched]:
        """Find who was born since, and who of the idle ones is gone, unless neither can be."""
        last_pid = parse_last_pid(self._loadavg.read()) if self._loadavg else None
        if last_pid is not None and last_pid == self._last_pid and not self._is_list_old:
            return []
        self._last_pid = last_pid
        self._is_list_old = False
        pids = [name for name in list_folder(self._proc) if name.isdigit()]
        gone = [self._known[pid] for pid in self._known.keys() - pids]
        self._forget(gone)
        newcomers = [self._reader.meet(pid) for pid in pids if pid not in self._known]
        living = [process for process in newcomers if process]
        for process in sorted(living, key=_birth):
            process.is_kept_open = len(self._known) < self._most_open
            if not process.is_kept_open:
                process.close()
            self._known[process.pid] = process
        return gone


def _birth(process: Watched) -> tuple[int, int]:
    return process.start_ticks, int(process.pid)
