"""Who gets a runner when: limited pools, first come, first served. Queue time emerges here."""

from collections import deque
from heapq import heappop, heappush
from math import ceil
from typing import Generic, TypeVar

from .blueprints import PoolBlueprint
from .plan import Runner
from .runners import FIRST_RUNNER_ID

Waiting = TypeVar("Waiting")
USUAL_RUNS = 40  # the runs a day that the blueprints' numbers of runners are meant for


class Pool(Generic[Waiting]):
    """The runners of one pool and those who wait for one."""

    def __init__(self, blueprint: PoolBlueprint, runs: int) -> None:
        """More `runs` a day get more runners, so that the load on each stays the same."""
        self.blueprint = blueprint
        count = ceil(blueprint.runners * max(runs, USUAL_RUNS) / USUAL_RUNS)
        # A heap (a sorted list is one): the lowest number first, so that names come again.
        self._free = list(range(1, count + 1))
        self._waiting: deque[Waiting] = deque()

    def wait(self, who: Waiting) -> None:
        """Take a place at the end of the queue."""
        self._waiting.append(who)

    def match(self) -> tuple[Waiting, Runner] | None:
        """The next in the queue with a runner, which is then busy; None if either lacks."""
        if not self._free or not self._waiting:
            return None
        return self._waiting.popleft(), self._runner(heappop(self._free))

    def release(self, runner: Runner) -> None:
        """The runner is free again."""
        heappush(self._free, runner.id - FIRST_RUNNER_ID[self.blueprint])

    def _runner(self, number: int) -> Runner:
        blueprint = self.blueprint
        runner_id = FIRST_RUNNER_ID[blueprint] + number
        name = blueprint.runner_name.format(number=number, id=runner_id)
        return Runner(runner_id, name, blueprint.group_id, blueprint.group_name)
