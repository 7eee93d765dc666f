"""The course of a day: origins of runs in, the plan of what happened by its end out.

A small discrete-event simulation: an agenda of moments, in order; what happens at one may put
further moments on it. Jobs wait for what they need, for approvals and for runners; runs are
cancelled and re-run. The agenda is worked off up to the day's end, and what is left on it has
not happened.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from random import Random

from .attempts import Attempt
from .blueprints import Fate, JobBlueprint, PoolBlueprint
from .organisation import PEOPLE
from .plan import CHECK_RUN, NOT_STARTED, RAN, REUSED, SKIPPED, Job, Origin, Run, Runner
from .pools import Pool
from .runners import FIRST_RUNNER_ID
from .steps import cut_steps, job_conclusion, run_steps

_SECOND = timedelta(seconds=1)
APPROVAL_SECONDS = (180, 2400)
CANCEL_SECONDS = (500, 900)  # after the run began
RERUN_SECONDS = (240, 720)  # after the first attempt failed

_Place = tuple[Attempt, str]  # a job in its attempt, by name


class Course:
    """The agenda, the pools and the attempts of one day."""

    def __init__(self, rng: Random, runs: int, ids: Iterator[int]) -> None:
        """For a day of `runs` runs; `ids` gives the jobs theirs."""
        self._rng = rng
        self._ids = ids
        self._pools: dict[PoolBlueprint | None, Pool[_Place]] = {
            pool: Pool(pool, runs) for pool in FIRST_RUNNER_ID
        }
        self._agenda: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._sequence = count()
        self._attempts: list[Attempt] = []

    def run(self, origins: Iterable[Origin], until: datetime) -> tuple[Run, ...]:
        """All attempts that have begun by `until`, in the order in which they began."""
        for origin in origins:
            self._plan(origin.created_at, partial(self._begin, origin))
        while self._agenda and self._agenda[0][0] <= until:
            now, _, happen = heappop(self._agenda)
            happen(now)
        return tuple(attempt.as_run() for attempt in self._attempts)

    def _plan(self, moment: datetime, happen: Callable[[datetime], None]) -> None:
        heappush(self._agenda, (moment, next(self._sequence), happen))

    def _later(self, seconds: tuple[int, int]) -> timedelta:
        return timedelta(seconds=self._rng.randint(*seconds))

    # -- runs

    def _begin(self, origin: Origin, now: datetime) -> None:
        attempt = Attempt(origin, 1, origin.actor, now)
        self._attempts.append(attempt)
        if attempt.fate is Fate.CANCELLED:
            self._plan(now + self._later(CANCEL_SECONDS), partial(self._cancel, attempt))
        self._proceed(attempt, now)

    def _proceed(self, attempt: Attempt, now: datetime) -> None:
        """Create the jobs whose needs are met, or close the run where none is left."""
        for blueprint in attempt.origin.card.workflow.jobs:
            needs = [attempt.jobs.get(name) for name in blueprint.needs]
            is_due = all(job and job.completed_at for job in needs)
            if is_due and blueprint.name not in attempt.jobs:
                wanted = all(job and job.conclusion == "success" for job in needs)
                self._create(attempt, blueprint, now, wanted=wanted)
        if attempt.is_over:
            self._plan(now + 2 * _SECOND, partial(self._complete, attempt))

    def _complete(self, attempt: Attempt, now: datetime) -> None:
        attempt.completed_at = now
        if attempt.fate is Fate.RERUN:
            self._plan(now + self._later(RERUN_SECONDS), partial(self._rerun, attempt))

    def _rerun(self, failed: Attempt, now: datetime) -> None:
        """Jobs that had succeeded are carried over: new ids, new creation, old times."""
        again = Attempt(failed.origin, 2, self._rng.choice(tuple(PEOPLE)), now)
        self._attempts.append(again)
        for name, job in failed.jobs.items():
            if job.conclusion == "success" and job.execution == RAN:
                again.jobs[name] = self._carried_over(job, now)
        self._proceed(again, now)

    def _carried_over(self, job: Job, now: datetime) -> Job:
        fresh = replace(job, id=next(self._ids), created_at=now, execution=REUSED)
        return replace(fresh, waiting_at=None, approved_at=None)

    def _cancel(self, attempt: Attempt, now: datetime) -> None:
        if attempt.is_over:
            return
        for name, job in attempt.jobs.items():
            if not job.completed_at:
                self._cancel_job((attempt, name), now)
        self._proceed(attempt, now)

    # -- jobs

    def _create(
        self, attempt: Attempt, blueprint: JobBlueprint, now: datetime, *, wanted: bool
    ) -> None:
        place = (attempt, blueprint.name)
        created_at = now + _SECOND
        attempt.jobs[blueprint.name] = Job(next(self._ids), blueprint, created_at)
        excluded = blueprint.only_on_push and attempt.origin.card.event != "push"
        if excluded or not wanted:
            # As GitHub does it: the job is created a second after it was skipped.
            self._end_at_once(place, now, SKIPPED, "skipped")
        elif blueprint.pool is None:
            self._end_at_once(place, created_at, CHECK_RUN, "success")
        elif blueprint.environment:
            # The bodies of queued and waiting have equal times; they arrive one after the other.
            attempt.change(blueprint.name, waiting_at=created_at + _SECOND)
            moment = created_at + self._later(APPROVAL_SECONDS)
            self._plan(moment, partial(self._approve, place))
        else:
            self._plan(created_at, partial(self._enqueue, place))

    def _end_at_once(self, place: _Place, now: datetime, execution: str, conclusion: str) -> None:
        attempt, name = place
        attempt.change(
            name, started_at=now, completed_at=now, execution=execution, conclusion=conclusion
        )

    def _approve(self, place: _Place, now: datetime) -> None:
        attempt, name = place
        if not attempt.jobs[name].completed_at:
            attempt.change(name, approved_at=now)
            self._enqueue(place, now)

    def _enqueue(self, place: _Place, now: datetime) -> None:
        pool = self._pool(place)
        pool.wait(place)
        self._dispatch(pool, now)

    def _dispatch(self, pool: Pool[_Place], now: datetime) -> None:
        while match := pool.match():
            place, runner = match
            start = now + self._later(pool.blueprint.start_seconds)
            self._plan(start, partial(self._start, place, runner))

    def _start(self, place: _Place, runner: Runner, now: datetime) -> None:
        attempt, name = place
        job = attempt.jobs[name]
        if job.completed_at:  # cancelled while it waited for a runner, or the runner for it
            self._release(place, runner, now)
            return
        event = attempt.origin.card.event
        steps = run_steps(self._rng, job.blueprint, event, attempt.fate, now)
        attempt.change(name, started_at=now, runner=runner, steps=steps)
        self._plan(steps[-1].completed_at, partial(self._finish, place, runner))

    def _finish(self, place: _Place, runner: Runner, now: datetime) -> None:
        attempt, name = place
        job = attempt.jobs[name]
        if not job.completed_at:
            conclusion = job_conclusion(job.steps)
            attempt.change(name, completed_at=now, execution=RAN, conclusion=conclusion)
            self._release(place, runner, now)
            self._proceed(attempt, now)

    def _cancel_job(self, place: _Place, now: datetime) -> None:
        attempt, name = place
        job = attempt.jobs[name]
        if job.runner:
            steps = cut_steps(job.steps, now)
            attempt.change(name, completed_at=now, execution=RAN, steps=steps)
            self._release(place, job.runner, now)
        else:
            # It never started, and GitHub says that it did so when it was created.
            ended = max(now, job.created_at)
            attempt.change(
                name, started_at=job.created_at, completed_at=ended, execution=NOT_STARTED
            )
        attempt.change(name, conclusion="cancelled")

    def _release(self, place: _Place, runner: Runner, now: datetime) -> None:
        pool = self._pool(place)
        pool.release(runner)
        self._dispatch(pool, now)

    def _pool(self, place: _Place) -> Pool[_Place]:
        attempt, name = place
        return self._pools[attempt.jobs[name].blueprint.pool]
