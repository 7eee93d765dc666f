"""A machine's processes as its kernel keeps them, and the truth about their CPU time.

Time is in tenths of a tick, so that what is read is rounded, as the real one is.
"""

from dataclasses import dataclass, field
from itertools import count

TENTHS = 10
INIT, RUNNER = 1, 2


@dataclass
class Task:
    """A process; `owner` is the truth, `key` what its environment shows."""

    pid: int
    start: int
    parent: int
    key: str | None
    owner: str
    name: str
    own: int = 0
    waited_for: int = 0
    is_zombie: bool = False
    ignores_children: bool = False


@dataclass
class Kernel:
    """Init and a runner live; everything else is forked."""

    tasks: dict[int, Task] = field(default_factory=dict)
    truth: dict[str, int] = field(default_factory=dict)
    forks: int = 0

    def __post_init__(self) -> None:
        for pid, parent, name in ((INIT, 0, "init"), (RUNNER, INIT, "Runner.Worker")):
            self.tasks[pid] = Task(pid, 0, parent, None, "", name)

    def fork(self, parent: int, *, key: str | None = None, shows_key: bool = True) -> int:
        """A child, in its parent's environment or, with a key, in its own."""
        self.forks += 1
        above = self.tasks[parent]
        pid = next(pid for pid in count(100) if pid not in self.tasks)  # used again at once
        shown = key or (above.key if shows_key else None)
        owner = key or above.owner
        self.tasks[pid] = Task(pid, self.forks, parent, shown, owner, f"task{pid % 7}")
        return pid

    def burn(self, pid: int, tenths: int) -> None:
        """Use CPU."""
        task = self.tasks[pid]
        task.own += tenths
        self.truth[task.owner] = self.truth.get(task.owner, 0) + tenths

    def exit(self, pid: int) -> None:
        """Become a zombie, unless nobody wants to know; the children are init's, which reaps."""
        task = self.tasks[pid]
        task.is_zombie = True
        for child in self.tasks.values():
            if child.parent == pid:
                child.parent = INIT
        if self.tasks[task.parent].ignores_children:
            del self.tasks[pid]
        self.wait(INIT)

    def wait(self, pid: int, at_most: int = 1000) -> None:
        """Reap children that are zombies."""
        zombies = [t for t in self.tasks.values() if t.parent == pid and t.is_zombie]
        for task in zombies[:at_most]:
            self.tasks[pid].waited_for += task.own + task.waited_for
            del self.tasks[task.pid]

    def alive(self) -> list[Task]:
        """Who can do anything, but for init and the runner."""
        return [task for task in self.tasks.values() if task.pid > RUNNER and not task.is_zombie]

    def readings(self) -> list[tuple]:
        """Everybody, at one instant."""
        return [
            (
                *(task.pid, task.start, task.parent, task.key, task.name),
                *(task.own // TENTHS, task.waited_for // TENTHS),
                *(0 if task.is_zombie else 100, None, None, task.start),
            )
            for task in self.tasks.values()
        ]
