"""Readings of all living processes in, tick by tick; CPU and memory by owner and by name out.

The owner of a process is the step that it was born in: the key in its own environment, else
its parent's owner when it was first seen (sudo strips the environment), else nobody. It stays: a
daemon that init adopts is still its step's. What lived at the first tick counts from there, what
was born later counts whole, and children that nobody saw count when they are reaped (`reaping`).

So that nothing counts twice, a sampler reads in this order: what it knows, parents before their
children (the order in which it came to know them); then the list of who lives; then the new ones.
"""

from __future__ import annotations

from itertools import compress
from operator import is_not

from .accounts import NOBODY, Accounts
from .process import (
    BORN,
    CHILDREN,
    CPU,
    KEY,
    NAME,
    PARENT,
    PID,
    READ,
    RESIDENT,
    START,
    Process,
)
from .reaping import Reaping, Rise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    from ..model.samples import Owner, ProcessGroup
    from .accounts import OwnerAccount
    from .process import Reading


class Ledger:
    """What a sampler knows of processes; no clock, no files."""

    def __init__(self) -> None:
        """Before the first tick."""
        self._accounts = Accounts()
        self._reaping = Reaping()
        self._processes: dict[int, Process] = {}
        self._dead: dict[int, Process] = {}  # of this tick
        self._last: dict[int, Reading] = {}
        self._count = 0

    def tick(self, readings: Iterable[Reading]) -> None:
        """One sample: a reading of every living process, zombies included.

        One that was not read anew is given as the same tuple, which costs next to nothing.
        """
        accounts = self._accounts
        accounts.begin_tick()
        current = {reading[PID]: reading for reading in readings}
        is_fresh = map(is_not, current.values(), map(self._last.get, current))
        fresh = dict(compress(current.items(), is_fresh))
        self._bury(current, fresh)
        self._meet({pid: r for pid, r in fresh.items() if pid not in self._processes})
        rises = {}
        for pid, reading in fresh.items():
            process = self._processes[pid]
            rise = self._update(process, reading)
            if rise is not None:
                rises[process] = rise
        self._reaping.settle(self._dead.values(), rises, accounts.tick)
        for reaper, rise in rises.items():
            self._count_unseen(reaper, rise)
        self._last = current
        accounts.end_tick()

    @property
    def cpu_ticks(self) -> int:
        """What all have used since the first tick, as far as it is known."""
        return self._accounts.cpu_ticks

    def owners(self) -> list[Owner]:
        """Columns of all owners, over the ticks of the window."""
        return self._accounts.owners()

    def processes(self) -> list[ProcessGroup]:
        """Columns of the groups that were among those that do most, at a tick of the window."""
        return self._accounts.processes()

    def start_window(self) -> None:
        """Begin the next batch: columns anew, totals going on."""
        self._accounts.start_window()

    def _bury(self, current: dict[int, Reading], fresh: dict[int, Reading]) -> None:
        """Take leave of who is gone, or whose number another process bears now."""
        pids = self._last.keys() - current.keys()
        reused = [
            pid
            for pid, reading in fresh.items()
            if pid in self._last and self._last[pid][START] != reading[START]
        ]
        self._dead = {pid: self._processes.pop(pid) for pid in sorted((*pids, *reused))}
        for process in self._dead.values():
            resident_kb = process.last[RESIDENT]
            process.is_alive = False
            process.account.resident_kb -= resident_kb
            self._accounts.leave(process.group, resident_kb)

    def _meet(self, newcomers: dict[int, Reading]) -> None:
        """Get to know them, parents before children, whatever the order that they come in."""
        while newcomers:
            line = [newcomers.pop(next(iter(newcomers)))]
            while line[-1][PARENT] in newcomers:
                line.append(newcomers.pop(line[-1][PARENT]))
            for reading in reversed(line):
                self._processes[reading[PID]] = self._greet(reading)

    def _greet(self, reading: Reading) -> Process:
        """It begins as it was born; at the first tick, as it is, but for what it holds."""
        parent = self._find(reading[PARENT])
        accounts = self._accounts
        account = accounts.owner(reading[KEY], reading[BORN])
        if account is accounts.nobody and parent is not None:
            account = parent.account
        group = accounts.group(account, reading[NAME])
        accounts.enter(group, 0)
        self._count += 1
        is_baseline = accounts.tick == 1
        counted = (reading[CPU], reading[CHILDREN]) if is_baseline else (0, 0)
        process = Process(
            (*reading[:CPU], *counted, 0, *reading[READ:]),
            self._count,
            parent=parent,
            account=account,
            group=group,
        )
        process.read_kb = process.written_kb = None if is_baseline else 0
        return process

    def _find(self, pid: int) -> Optional[Process]:
        return self._processes.get(pid) or self._dead.get(pid)

    def _update(self, process: Process, reading: Reading) -> Optional[Rise]:
        """Count what it used since it was last read; return what it rose by where it reaped."""
        last = process.last
        if reading[PARENT] != last[PARENT]:
            self._adopt(process, self._find(reading[PARENT]))
        has_key_now = reading[KEY] != last[KEY] and process.account.key == NOBODY
        if reading[NAME] != last[NAME] or has_key_now:
            self._move(process, reading)
        process.last = reading
        process.read_at = self._accounts.tick
        account, group = process.account, process.group
        self._accounts.touch(group)
        used_ticks = max(0, reading[CPU] - last[CPU])
        held_kb = reading[RESIDENT] - last[RESIDENT]
        account.cpu_ticks += used_ticks
        account.resident_kb += held_kb
        group.cpu_ticks += used_ticks
        group.resident_kb += held_kb
        io = process.io_since(reading)
        if reading[CHILDREN] > last[CHILDREN]:
            return Rise(reading[CHILDREN] - last[CHILDREN], *io)
        group.add_io(*io)
        return None

    def _adopt(self, process: Process, parent: Optional[Process]) -> None:
        """A forebear took it over; a younger one would be another bearer of its parent's number."""
        if parent is not None and parent.number < process.number:
            process.parent = parent

    def _move(self, process: Process, reading: Reading) -> None:
        """It has run another program: another name, or at last a key of its own."""
        accounts, resident_kb = self._accounts, process.last[RESIDENT]
        account = process.account
        if account is accounts.nobody:
            account = accounts.owner(reading[KEY], reading[BORN])
            accounts.nobody.resident_kb -= resident_kb
            account.resident_kb += resident_kb
        accounts.leave(process.group, resident_kb)
        process.account = account
        process.group = accounts.group(account, reading[NAME])
        accounts.enter(process.group, resident_kb)

    def _count_unseen(self, reaper: Process, rise: Rise) -> None:
        """What is left of a rise: of the owners of those that died, or else of its own."""
        reaper.group.add_io(rise.read_kb, rise.written_kb)
        if rise.ticks:
            for account, ticks in _shares(rise.ticks, rise.heirs() or [reaper.account]):
                account.cpu_ticks += ticks
                self._accounts.children_of(account, reaper.last[NAME]).cpu_ticks += ticks


def _shares(ticks: int, accounts: list[OwnerAccount]) -> list[tuple[OwnerAccount, int]]:
    """Whole parts, in proportion to what each used of late; equal ones where none did anything."""
    paces = [account.pace_ticks for account in accounts]
    if not any(paces):
        paces = [1] * len(accounts)
    shares = [ticks * pace // sum(paces) for pace in paces]
    shares[0] += ticks - sum(shares)
    return list(zip(accounts, shares))
