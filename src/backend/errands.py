"""Letters in, errands out: what they may change of things that they are not themselves about.

A job that is over changes its run's totals; samples of a runner belong to a job that ran there. An
errand is a letter of our own about such a thing; how it does is how its causes do.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from .arrivals import AnyArrival, Arrival, SamplesArrival, Subject
from .batch import Letter
from .decide import Known
from .outcomes import OUT, Outcome, Outcomes
from .state import State

Errands: TypeAlias = dict[Letter, list[Letter]]
"""Each with the letters that caused it."""


async def to_jobs(runners: Iterable[Letter], state: State, now: datetime) -> Errands:
    """For samples that do not name their job: to the jobs that are known to have run there.

    The jobs themselves tell which samples are theirs, by the time.
    """
    errands: Errands = {}
    jobs: dict[Subject, list[Subject]] = {}
    for letter in runners:
        if not isinstance(letter.arrival, SamplesArrival):
            continue
        runner = letter.arrival.subject
        if runner not in jobs:
            jobs[runner] = await state.jobs_of(runner)
        for job in jobs[runner]:
            errands[Letter(letter.event, now, replace(letter.arrival, subject=job))] = [letter]
    return errands


async def to_runs(
    jobs: Iterable[Letter], known: Mapping[Subject, Known], state: State, now: datetime
) -> Errands:
    """For jobs that are over: to their runs, where these are over too.

    Also for a letter that had nothing to emit: it may have come this far once before.
    """
    causes: dict[Subject, list[Letter]] = defaultdict(list)
    for letter in jobs:
        if letter.arrival:
            for run in _runs_of(letter.arrival, known[letter.arrival.subject]):
                causes[run].append(letter)
    over = await state.recall(causes)
    return {
        Letter(arrival.event, now, arrival): cause
        for run, cause in causes.items()
        for arrival in over[run].completed
    }


def blame(outcomes: Outcomes, errands: Errands) -> Outcomes:
    """The outcomes, where those whose errand is not done with are not done with either.

    Errands that others cause come before them.
    """
    blamed = dict(outcomes)
    for errand in reversed(errands):
        for cause in errands[errand]:
            blamed[cause] = _sooner(blamed[cause], blamed[errand])
    return {letter: outcome for letter, outcome in blamed.items() if letter not in errands}


def _sooner(one: Outcome, other: Outcome) -> Outcome:
    """Of those that are not out the one after which the letter comes back soonest, if at all.

    A letter that is to come back for one of its errands is no poison, whatever became of another.
    """
    ends = [outcome for outcome in (one, other) if outcome is not OUT]
    return min(ends, key=_lateness, default=OUT)


def _lateness(outcome: Outcome) -> tuple[bool, bool, float]:
    return not outcome.is_early, not outcome.may_pass, outcome.retry_after_seconds or 0.0


def _runs_of(arrival: AnyArrival, known: Known) -> set[Subject]:
    """The runs of a job that is over, whatever is told of it now."""
    runs = {completed.run for completed in known.completed}
    if isinstance(arrival, Arrival) and arrival.is_completed:
        runs.add(arrival.run)
    return runs
