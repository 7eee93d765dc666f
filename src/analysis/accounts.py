"""What processes used in, the columns of a batch out: by owner at every sample, by name for a few.

Totals rise as long as there is a sampler; what is recorded of them is a window, the next batch.
"""

from __future__ import annotations

from operator import attrgetter

from ..model.printable import printable
from ..model.samples import LONGEST_NAME, MOST_OWNERS, Owner, ProcessGroup

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

    State = tuple[int, int, int, Optional[int], Optional[int]]

NOBODY = ""
CHILDREN = " (children)"
OTHERS = "(others)"

LEADERS = 10  # groups that are recorded at a sample …
LEADERS_BY_CPU = 7  # … of which so many for their CPU, where so many used any
MOST_GROUPS = 5_000  # a job that names its processes by number must not fill the memory

_NOT_YET = (0, 0, 0, None, None)
_resident_kb = attrgetter("resident_kb")


class OwnerAccount:
    """An owner's totals, and how they were at each sample of the window.

    `pace_ticks` is what was used between the last two samples.
    """

    __slots__ = (
        "born_ms",
        "cpu_column",
        "cpu_ticks",
        "key",
        "pace_ticks",
        "resident_column",
        "resident_kb",
        "sampled_ticks",
    )

    def __init__(self, key: str, born_ms: int, samples: int) -> None:
        """Nothing before now, so that the window's samples so far show 0."""
        self.key = key
        self.born_ms = born_ms
        self.cpu_ticks = 0
        self.resident_kb = 0
        self.sampled_ticks = 0
        self.pace_ticks = 0
        self.cpu_column = [0] * samples
        self.resident_column = [0] * samples

    def sample(self) -> None:
        """Note how things are."""
        self.pace_ticks = self.cpu_ticks - self.sampled_ticks
        self.sampled_ticks = self.cpu_ticks
        self.cpu_column.append(self.cpu_ticks)
        self.resident_column.append(self.resident_kb)


class Group:
    """The totals of one owner's processes of one name, and the window's records of them.

    `living` are the processes that it has now. What was read and written is the sum of what could
    be seen, None where nothing could.
    """

    __slots__ = (
        "before",
        "cpu_ticks",
        "living",
        "name",
        "owner",
        "read_kb",
        "records",
        "resident_kb",
        "seen",
        "touched_at",
        "written_kb",
    )

    def __init__(self, owner: str, name: str) -> None:
        """Empty."""
        self.owner = owner
        self.name = name
        self.cpu_ticks = 0
        self.resident_kb = 0
        self.seen = 0
        self.read_kb: Optional[int] = None
        self.written_kb: Optional[int] = None
        self.living = 0
        self.touched_at = 0
        self.before = self.state()
        self.records: list[tuple[int, State]] = []

    def state(self) -> State:
        """What a record says."""
        return (self.cpu_ticks, self.resident_kb, self.seen, self.read_kb, self.written_kb)

    def add_io(self, read_kb: Optional[int], written_kb: Optional[int]) -> None:
        """Count what was seen to be read and written."""
        if read_kb is not None:
            self.read_kb = (self.read_kb or 0) + read_kb
        if written_kb is not None:
            self.written_kb = (self.written_kb or 0) + written_kb

    def record(self, at: int, tick: int) -> None:
        """Note the state at a sample; where it was not noted at the one before, that one's too.

        So the difference of two records is what happened between them, also where a group was
        idle, or not among the leaders, before.
        """
        if self.touched_at != tick:
            if not self.records:
                self.records.append((at, self.state()))
            return
        if at and (not self.records or self.records[-1][0] < at - 1):
            self.records.append((at - 1, self._before()))
        self.records.append((at, self.state()))

    def _before(self) -> State:
        """The state before this tick; nothing was read and written by who was not there yet."""
        if self.before != _NOT_YET:
            return self.before
        known_kb = (None if kb is None else 0 for kb in (self.read_kb, self.written_kb))
        return (0, 0, 0, next(known_kb), next(known_kb))

    def columns(self, last: int) -> ProcessGroup:
        """The records, brought up to date at the last sample."""
        records = self.records
        if records[-1][0] < last:
            records = [*records, (last, self.state())]
        cpu_ticks, resident_kb, seen, read_kb, written_kb = zip(*(state for _, state in records))
        return ProcessGroup(
            self.owner,
            self.name,
            at=[at for at, _ in records],
            cpu_ticks=cpu_ticks,
            resident_kb=resident_kb,
            seen=seen,
            read_kb=read_kb,
            written_kb=written_kb,
        )


class Accounts:
    """All owners and groups, tick after tick."""

    def __init__(self) -> None:
        """Empty, the window too."""
        self.nobody = OwnerAccount(NOBODY, 0, 0)
        self.tick = 0
        self._owners: dict[str, OwnerAccount] = {}
        self._groups: dict[tuple[str, str], Group] = {}
        self._samples = 0
        self._touched: list[Group] = []
        self._recorded: dict[Group, None] = {}  # as a set that keeps its order
        self._living: dict[Group, None] = {}

    def begin_tick(self) -> None:
        """What follows, until `end_tick`, happened since the last one."""
        self.tick += 1
        self._touched = []

    @property
    def cpu_ticks(self) -> int:
        """Of all owners, and of nobody."""
        return self.nobody.cpu_ticks + sum(each.cpu_ticks for each in self._owners.values())

    def owner(self, key: Optional[str], born_ms: int) -> OwnerAccount:
        """The account of this key; nobody's where there is none, or far too many."""
        if not key:
            return self.nobody
        key = printable(key[:LONGEST_NAME])  # as it is read: two must not become one on the way
        account = self._owners.get(key)
        if account is None:
            if len(self._owners) >= MOST_OWNERS:
                return self.nobody
            account = self._owners[key] = OwnerAccount(key, born_ms, self._samples)
        account.born_ms = min(account.born_ms, born_ms)
        return account

    def group(self, account: OwnerAccount, name: str) -> Group:
        """The group of this name, which is about to change."""
        key = (account.key, printable(name[:LONGEST_NAME]))
        group = self._groups.get(key)
        if group is None:
            if len(self._groups) >= MOST_GROUPS:
                key = (account.key, OTHERS)
            group = self._groups.setdefault(key, Group(*key))
        self.touch(group)
        return group

    def children_of(self, account: OwnerAccount, name: str) -> Group:
        """The group of those that processes of this name reaped, and that nobody saw."""
        return self.group(account, name[: LONGEST_NAME - len(CHILDREN)] + CHILDREN)

    def touch(self, group: Group) -> None:
        """Say that a group is about to change."""
        if group.touched_at != self.tick:
            group.touched_at = self.tick
            group.before = group.state()
            self._touched.append(group)

    def enter(self, group: Group, resident_kb: int) -> None:
        """One more process has this name."""
        group.seen += 1
        group.living += 1
        group.resident_kb += resident_kb
        self._living[group] = None

    def leave(self, group: Group, resident_kb: int) -> None:
        """A process has died, or has another name now."""
        self.touch(group)
        group.living -= 1
        group.resident_kb -= resident_kb
        if not group.living:
            del self._living[group]

    def end_tick(self) -> None:
        """A sample: every owner is recorded, and the groups that do most."""
        for account in self._owners.values():
            account.sample()
        for group in self._leaders():
            group.record(self._samples, self.tick)
            self._recorded[group] = None
        self._samples += 1

    def _leaders(self) -> list[Group]:
        busy = [group for group in self._touched if group.cpu_ticks > group.before[0]]
        busy.sort(key=_used, reverse=True)
        leaders = dict.fromkeys(busy[:LEADERS_BY_CPU])
        for group in sorted(self._living, key=_resident_kb, reverse=True)[:LEADERS]:
            if len(leaders) == LEADERS or not group.resident_kb:
                break
            leaders[group] = None
        return [*leaders, *(g for g in busy if g not in leaders)][:LEADERS]

    def owners(self) -> list[Owner]:
        """The window's columns, of all owners there ever were."""
        return [
            Owner(account.key, account.born_ms, account.cpu_column, account.resident_column)
            for account in self._owners.values()
        ]

    def processes(self) -> list[ProcessGroup]:
        """The window's columns of the groups that were ever among those that do most."""
        return [group.columns(self._samples - 1) for group in self._recorded]

    def start_window(self) -> None:
        """Forget the columns, not the totals. What was given out stays as it is."""
        self._samples = 0
        for account in self._owners.values():
            account.cpu_column = []
            account.resident_column = []
        for group in self._recorded:
            group.records = []
        self._recorded = {}


def _used(group: Group) -> int:
    return group.cpu_ticks - group.before[0]
