"""Whatever processes do, they are counted once: against a model of the kernel that knows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from src.analysis.ledger import Ledger
from src.model.samples import Owner
from tests.analysis.kernel import INIT, RUNNER, TENTHS, Kernel

NUMBERS = st.integers(0, 10_000)
DEEDS = st.sampled_from(["fork", "fork", "burn", "burn", "burn", "exit", "wait", "tick"])
LIVES = st.lists(st.tuples(DEEDS, NUMBERS), min_size=20, max_size=80)
CPU_TENTHS = (1, 9, 30, 300)
TINY = 1e-9


class Watched:
    """A machine, and a ledger that looks at it now and then."""

    def __init__(self) -> None:
        self.kernel = Kernel()
        self.ledger = Ledger()
        self.reaped = 0  # by the runner
        self._last: dict[tuple, tuple] = {}
        self.look()

    def look(self) -> None:
        """What reads the same is given as the same tuple, as a sampler may."""
        readings = [self._last.get(reading, reading) for reading in self.kernel.readings()]
        self._last = {reading: reading for reading in readings}
        self.ledger.tick(readings)

    def do(self, deed: str, number: int, *, is_orderly: bool) -> None:
        alive = self.kernel.alive()
        if deed == "tick":
            self.look()
        elif deed == "fork" and (number % 4 == 0 or not alive):
            self._begin_step(number, is_orderly=is_orderly)
        elif deed == "wait" and (number % 4 == 0 or not alive):
            self._end_steps(is_orderly=is_orderly)
        elif alive:
            self._act(deed, alive[number % len(alive)].pid, number, is_orderly=is_orderly)

    def _begin_step(self, number: int, *, is_orderly: bool) -> None:
        pid = self.kernel.fork(RUNNER, key=f"__run_{number % 3}")
        if is_orderly:
            self.look()
        else:
            self.kernel.tasks[pid].ignores_children = number % 5 == 0

    def _end_steps(self, *, is_orderly: bool) -> None:
        self.kernel.wait(RUNNER, at_most=1 if is_orderly else 100)
        self.reaped += 1
        if is_orderly:
            self.look()

    def _act(self, deed: str, pid: int, number: int, *, is_orderly: bool) -> None:
        is_parent = any(task.parent == pid for task in self.kernel.tasks.values())
        if deed == "fork":
            self.kernel.fork(pid, shows_key=number % 3 > 0)
        elif deed == "burn":
            self.kernel.burn(pid, CPU_TENTHS[number % len(CPU_TENTHS)])
        elif deed == "wait":
            self.kernel.wait(pid)
        elif not (is_orderly and is_parent):
            self.kernel.exit(pid)


def watched(lives: list[tuple[str, int]], *, is_orderly: bool) -> Watched:
    machine = Watched()
    for deed, number in lives:
        machine.do(deed, number, is_orderly=is_orderly)
    machine.look()
    return machine


def counted(owners: list[Owner]) -> dict[str, int]:
    return {owner.key: owner.cpu_ticks[-1] for owner in owners}


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_where_children_are_waited_for_every_owner_is_exact_to_rounding(lives: list):
    """Orderly: nobody is orphaned, and a step's shell is seen, and reaped alone."""
    machine = watched(lives, is_orderly=True)
    kernel, found = machine.kernel, counted(machine.ledger.owners())

    missing = {key: tenths / TENTHS - found[key] for key, tenths in kernel.truth.items()}
    # What is read of a process, and of what it waited for, is rounded down …
    rounding = 2 * len(kernel.tasks)
    assert -TINY <= sum(missing.values()) <= rounding
    # … and what the runner's wait rounded off of one step may show with the next that it reaps.
    assert all(
        -machine.reaped - TINY <= ticks <= rounding + machine.reaped for ticks in missing.values()
    )


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_nothing_counts_twice_however_they_die(lives: list):
    """Orphans, whole trees at once, parents that let the kernel reap, numbers used again."""
    machine = watched(lives, is_orderly=False)

    found = sum(counted(machine.ledger.owners()).values())
    found += machine.ledger._accounts.nobody.cpu_ticks
    assert found * TENTHS <= sum(machine.kernel.truth.values())


@settings(max_examples=400, deadline=None)
@given(LIVES)
def test_counters_never_fall_and_memory_is_that_of_the_living(lives: list):
    machine = watched(lives, is_orderly=False)

    for owner in machine.ledger.owners():
        assert owner.cpu_ticks == sorted(owner.cpu_ticks)
        assert min(owner.resident_kb) >= 0
    for group in machine.ledger.processes():
        for column in (group.cpu_ticks, group.seen, group.at):
            assert list(column) == sorted(column)
    owned = [task for task in machine.kernel.alive() if task.pid > INIT]
    held = sum(owner.resident_kb[-1] for owner in machine.ledger.owners())
    assert held <= 100 * len(owned)


@settings(max_examples=400, deadline=None)
@given(LIVES, st.integers(1, 10))
def test_windows_cut_anywhere_tell_the_same(lives: list, every: int):
    whole, cut = watched(lives, is_orderly=False), Watched()
    columns: dict[str, list[int]] = {}
    for number, (deed, operand) in enumerate(lives):
        cut.do(deed, operand, is_orderly=False)
        if number % every == 0:
            _extend(columns, cut.ledger)
    cut.look()
    _extend(columns, cut.ledger)

    expected = {owner.key: owner.cpu_ticks for owner in whole.ledger.owners()}
    assert {key: column[-len(expected[key]) :] for key, column in columns.items()} == {
        key: ticks[-len(columns[key]) :] for key, ticks in expected.items()
    }


def _extend(columns: dict[str, list[int]], ledger: Ledger) -> None:
    for owner in ledger.owners():
        columns.setdefault(owner.key, []).extend(owner.cpu_ticks)
    ledger.start_window()
