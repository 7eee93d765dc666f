"""Who has died and what reapers' counters rose by in, what nobody saw out.

When a process is waited for, all that it used, and all that it had waited for, is added to its
reaper's `children_ticks`, at once. Of such a rise we know a part already: what we saw of
the dead while they lived. Each of the dead therefore lays a *claim* to as much; what is left of
the rise is what children used before anybody looked, or after the last look.

A claim fits a rise whole, or not at all: a reaped process adds at least what was seen of it. Where
its parent lives, only that one can have reaped it; else a subreaper or init may have. The
reaper may have been read just before it reaped, so a claim waits for its reaper's next reading; one
that fits then neither (a parent that ignores SIGCHLD) lapses, so that it swallows no later child.

What a process read and wrote goes to its reaper's counters likewise.
"""

from __future__ import annotations

from .process import CHILDREN, CPU, RESIDENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

    from .accounts import OwnerAccount
    from .process import Process

LOOKS = 2  # how often a claim's reaper is read before the claim lapses
PATIENCE = 60  # ticks until it does, however seldom that one is read


class _Claim:
    __slots__ = ("dead", "looks", "since", "ticks")

    def __init__(self, dead: Process, since: int) -> None:
        self.dead = dead
        self.since = since
        self.ticks = dead.last[CPU] + dead.last[CHILDREN]
        self.looks = 0


class Rise:
    """What a living process' counters rose by in a tick in which it reaped."""

    __slots__ = ("read_kb", "taken", "ticks", "written_kb")

    def __init__(self, ticks: int, read_kb: Optional[int], written_kb: Optional[int]) -> None:
        """As the counters say."""
        self.ticks = ticks
        self.read_kb = read_kb
        self.written_kb = written_kb
        self.taken: list[_Claim] = []

    def take(self, claim: _Claim) -> bool:
        """Let go of what was seen of a dead process, where there is as much."""
        if claim.ticks > self.ticks:
            return False
        self.ticks -= claim.ticks
        self.read_kb = _less(self.read_kb, claim.dead.read_kb)
        self.written_kb = _less(self.written_kb, claim.dead.written_kb)
        self.taken.append(claim)
        return True

    def heirs(self) -> list[OwnerAccount]:
        """The owners of the dead that we knew of, those who died last.

        What is left is theirs, for the runner itself, which reaps a step's shell, is nobody's.
        """
        owned = [claim for claim in self.taken if claim.dead.account.key]
        latest = min((claim.looks for claim in owned), default=0)
        return list(dict.fromkeys(c.dead.account for c in owned if c.looks == latest))


class Reaping:
    """The claims that wait."""

    def __init__(self) -> None:
        """None yet."""
        self._claims: list[_Claim] = []

    def settle(self, dead: Iterable[Process], rises: dict[Process, Rise], tick: int) -> None:
        """Take from the rises of this tick what was seen of the dead."""
        self._claims += [_Claim(process, tick) for process in dead]
        lines = sorted(((claim, *_reapers(claim.dead)) for claim in self._claims), key=_certainty)
        self._claims = [
            claim
            for claim, _, reapers in lines
            if reapers and not _fits(claim, reapers, rises)
            if _may_wait(claim, reapers[0], tick)
        ]


def _reapers(dead: Process) -> tuple[int, list[Process]]:
    """Who may have reaped it, the likeliest first; and how far that one is from it."""
    forebears = list(dead.forebears())
    living = [forebear for forebear in forebears if forebear.is_alive]
    if not living:
        return 0, []
    distance = forebears.index(living[0])
    if distance == 0 and living[0].last[RESIDENT]:
        return 0, living[:1]
    return distance + 1, living  # a zombie, which holds no memory, has left its children to others


def _certainty(line: tuple[_Claim, int, list[Process]]) -> tuple[int, int]:
    """The order of claims: those with one possible reaper first, and large ones, which fit few."""
    claim, distance, _ = line
    return distance, -claim.ticks


def _fits(claim: _Claim, reapers: list[Process], rises: dict[Process, Rise]) -> bool:
    return any(rises[reaper].take(claim) for reaper in reapers if reaper in rises)


def _may_wait(claim: _Claim, reaper: Process, tick: int) -> bool:
    if reaper.read_at == tick or not claim.ticks:  # who claims nothing need not be waited for
        claim.looks += 1
    return claim.looks < LOOKS and tick - claim.since < PATIENCE


def _less(kb: Optional[int], seen_kb: Optional[int]) -> Optional[int]:
    return None if kb is None else max(0, kb - (seen_kb or 0))
