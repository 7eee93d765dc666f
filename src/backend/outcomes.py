"""Letters and what happened to them in; how each did, and whether that is its end, out. Pure.

A failure counts against an event only where something else passed: beside it, or since it failed
before. Where all fail alike it is us, or the sink, and the events wait. What a sink did not take
for now, or a store did not answer, never counts, however long that lasts. "Something else" is a row
of the same kind: a service may refuse all logs and take all traces.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TypeAlias

from ..shared.errors import SamplesMissingError
from .arrivals import Subject
from .batch import End, Fate, Letter, Planned
from .emit import Shortfall

PATIENCE_ALONE = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a letter did.

    Attributes:
        error: what went wrong; None where it is out, at every sink.
        may_pass: whether time alone may mend that.
        passed_at: when others last passed where this one did not, this time included.
        retry_after_seconds: when to try again, where that is known: a sink said so, or it is early.
        is_early: whether nothing went wrong, but it is to be looked at again later.
    """

    error: Exception | None = None
    may_pass: bool = False
    passed_at: datetime | None = None
    retry_after_seconds: float | None = None
    is_early: bool = False


OUT = Outcome()
WAITING = Outcome(SamplesMissingError("the job's last samples may still come"), is_early=True)
Outcomes: TypeAlias = dict[Letter, Outcome]


def waiting_for(seconds: float) -> Outcome:
    """That of a late batch's letter, which comes back to tell of all that came meanwhile.

    In whole seconds: those that are to come back at the same time go back together.
    """
    late = SamplesMissingError("a job's late samples are told together")
    return Outcome(late, retry_after_seconds=ceil(seconds), is_early=True)


def outcomes_of(
    letters: Sequence[Letter], planned: Sequence[Planned], shortfalls: Mapping[int, Shortfall]
) -> Outcomes:
    """How each of these letters did, all of which were planned and delivered together.

    A letter counts on what those before it emit of the same subject, such as spans that go out only
    once. So where one of a subject's letters is not out, its others wait for another try.
    """
    outcomes = {letter: _outcome_of(s) for letter, s in _worst_of(planned, shortfalls).items()}
    waited_for = {_subject(letter): outcome.error for letter, outcome in outcomes.items()}
    for letter in letters:
        error = waited_for.get(_subject(letter))
        outcomes.setdefault(letter, Outcome(error, may_pass=True) if error else OUT)
    return outcomes


def _subject(letter: Letter) -> Subject | None:
    return letter.arrival.subject if letter.arrival else None


def _outcome_of(shortfall: Shortfall) -> Outcome:
    return Outcome(
        shortfall.error,
        not shortfall.is_for_good,
        shortfall.passed_at,
        shortfall.retry_after_seconds,
    )


def _worst_of(
    planned: Sequence[Planned], shortfalls: Mapping[int, Shortfall]
) -> dict[Letter, Shortfall]:
    """For each letter that is not out a reason; one that may still pass, if there is any."""
    worst: dict[Letter, Shortfall] = {}
    for p in planned:
        for row in p.rows:
            shortfall = shortfalls.get(id(row))
            if shortfall and (p.letter not in worst or worst[p.letter].is_for_good):
                worst[p.letter] = shortfall
    return worst


def end_of(letter: Letter, outcome: Outcome, now: datetime) -> End | None:
    """What becomes of a letter; None: it is tried again."""
    if outcome.error is None:
        return End(Fate.DONE)
    if outcome.is_early:
        return End(Fate.PUT_BACK, outcome.error, outcome.retry_after_seconds)
    if not _is_alone(letter, outcome, now):
        return None
    if not outcome.may_pass:
        return End(Fate.FAILED, outcome.error)
    return End(Fate.PUT_BACK, outcome.error) if now - letter.since > PATIENCE_ALONE else None


def _is_alone(letter: Letter, outcome: Outcome, now: datetime) -> bool:
    """Whether others passed where this one did not: beside it, or since it did not before.

    What passed later than now did so before the clock was set back, and shows nothing.
    """
    if outcome.passed_at is None or outcome.passed_at > now:
        return False
    before = letter.lacked_at if outcome.may_pass else letter.event.failed_at
    return outcome.passed_at == now or (before is not None and outcome.passed_at > before)
