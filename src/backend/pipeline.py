"""Letters in, their rows at every sink and remembered; how each of them did out.

Facts are noted before anything is looked up, tombstones written after every sink has the rows.
What fails together is tried by halves, so that one bad letter never condemns its neighbours.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ..model.semconv import CLAMPED
from ..shared.errors import ObjectStoreUnavailableError
from ..shared.health import Health
from .arrivals import Subject, is_of_finished_run
from .batch import Letter, Planned, plan
from .decide import Emission, Emitted, Known
from .emit import Emitter
from .errands import blame, to_jobs, to_runs
from .extras import Extras
from .hosts import Hosts
from .join import Joiner
from .latecomers import Latecomers, Turns
from .outcomes import OUT, WAITING, Outcome, Outcomes, outcomes_of, waiting_for
from .pauses import all_of
from .sinks.base import Sink
from .state import State

log = logging.getLogger(__name__)


class Pipeline:
    """Takes letters all the way, and knows when any last got through."""

    def __init__(self, state: State, sinks: Sequence[Sink], health: Health, extras: Extras) -> None:
        self._state = state
        self._extras = extras
        self._archive = extras.archive
        self._latecomers = Latecomers(state)
        self._joiner = Joiner(state, extras.archive)
        self._hosts = Hosts(state) if extras.host_metrics else None
        self._emitter = Emitter(sinks, health)
        self._health = health
        self._passed_at: datetime | None = None

    async def process(self, letters: Sequence[Letter], now: datetime) -> Outcomes:
        """How each of them did; raises nothing but cancellation."""
        end = await self._try(letters, now)
        return end if isinstance(end, dict) else await self._narrow(letters, end, now)

    async def _narrow(self, letters: Sequence[Letter], error: Exception, now: datetime) -> Outcomes:
        """Find which of these letters it is that raised the error.

        Where both halves raise it is most likely none of them, and not worth asking each.
        """
        if len(letters) == 1:
            may_pass = isinstance(error, ObjectStoreUnavailableError)
            return {letters[0]: Outcome(error, may_pass, self._passed_at)}
        middle = len(letters) // 2
        halves = (letters[:middle], letters[middle:])
        ends = [await self._try(half, now) for half in halves]
        if all(isinstance(end, Exception) for end in ends):
            return dict.fromkeys(letters, Outcome(error, may_pass=True))
        outcomes: Outcomes = {}
        for half, end in zip(halves, ends, strict=True):
            outcomes |= end if isinstance(end, dict) else await self._narrow(half, end, now)
        return outcomes

    async def _try(self, letters: Sequence[Letter], now: datetime) -> Outcomes | Exception:
        try:
            return await self._process(letters, now)
        except ObjectStoreUnavailableError as exc:
            return exc
        except Exception as exc:
            log.exception("failed together", extra={"deliveries": [x.event.id for x in letters]})
            return exc

    async def _process(self, letters: Sequence[Letter], now: datetime) -> Outcomes:
        """Runs that are over come last: they add up what is remembered of their jobs."""
        await self._state.note([letter.arrival for letter in letters if letter.arrival])
        runs = [x for x in letters if x.arrival and is_of_finished_run(x.arrival)]
        others = [x for x in letters if not (x.arrival and is_of_finished_run(x.arrival))]
        runners = [x for x in letters if x.arrival and x.arrival.subject.runner is not None]
        errands = await to_jobs(runners, self._state, now)
        jobs = [*others, *errands]
        turns = await self._latecomers.turns(jobs, await self._recall(jobs), now)
        outcomes = await self._carry(jobs, turns, now, telling=others)
        done = (letter for letter in jobs if outcomes[letter] is OUT)
        errands_to_runs = await to_runs(done, turns.known, self._state, now)
        runs += errands_to_runs
        outcomes |= await self._carry(runs, Turns(await self._recall(runs)), now)
        return blame(outcomes, errands | errands_to_runs)

    async def _recall(self, letters: Sequence[Letter]) -> dict[Subject, Known]:
        arrivals = [letter.arrival for letter in letters if letter.arrival]
        return await self._state.recall((a.subject for a in arrivals), in_hand=arrivals)

    async def _carry(
        self,
        letters: Sequence[Letter],
        turns: Turns,
        now: datetime,
        *,
        telling: Sequence[Letter] = (),
    ) -> Outcomes:
        """Join, decide, emit, keep, remember; `telling` may tell of machines too."""
        if not letters:
            return {}
        speaking = turns.speaking(letters)
        known = await self._join(speaking, turns.known, now)
        told = plan(speaking, known, now)
        apart = {*told.tripped, *told.waiting, *turns.waiting}
        if self._hosts:
            telling = [letter for letter in telling if letter not in apart]
            told.planned += await self._hosts.plan(telling, known, now)
        told.planned = [self._extras.trimmed(planned) for planned in told.planned]
        shortfalls = await self._emitter.emit(told.planned, now)
        outcomes = outcomes_of([x for x in letters if x not in apart], told.planned, shortfalls)
        out = [p for p in told.planned if outcomes[p.letter] is OUT]
        await self._keep(out, known)
        await self._state.remember(_names(out))
        self._emitter.forget(out)
        self._note_passing(out, outcomes, now)
        outcomes |= {x: Outcome(e, passed_at=self._passed_at) for x, e in told.tripped.items()}
        outcomes |= {x: waiting_for(seconds) for x, seconds in turns.waiting.items()}
        outcomes |= dict.fromkeys(told.waiting, WAITING)
        unsaid = {
            x.arrival.subject: outcomes[x] for x in (*told.tripped, *told.waiting) if x.arrival
        }
        return outcomes | _held_up(turns.silent, unsaid)

    async def _join(
        self, speaking: Iterable[Letter], known: Mapping[Subject, Known], now: datetime
    ) -> dict[Subject, Known]:
        """Of all that is known, with verdicts on the jobs that these letters speak of."""
        subjects = {letter.arrival.subject for letter in speaking if letter.arrival}
        asked = {subject: each for subject, each in known.items() if subject in subjects}
        return {**known, **await self._joiner.join(asked, now)}

    async def _keep(self, out: Sequence[Planned], known: Mapping[Subject, Known]) -> None:
        """In the archive, unless that was done when the job's samples were at hand."""
        if self._archive:
            told = ((p.subject, p.emission) for p in out)
            await all_of(
                self._archive.keep(emission.interpretation)
                for subject, emission in told
                if isinstance(emission, Emission) and not known[subject].judged
            )

    def _note_passing(self, out: Sequence[Planned], outcomes: Outcomes, now: datetime) -> None:
        """Only what has rows shows that the whole way is free; a repetition asks no sink."""
        if not out:
            return
        self._passed_at = now
        passed = sum(outcome is OUT for outcome in outcomes.values())
        log.info("emitted", extra={"deliveries": passed, "rows": sum(len(p.rows) for p in out)})
        self._health.count(CLAMPED, sum(p.emission.clamped_count for p in out))


def _held_up(silent: Iterable[Letter], unsaid: Mapping[Subject, Outcome]) -> Outcomes:
    """Who left it to another of the job to tell, which did not, comes back, too."""
    return {
        x: replace(unsaid[x.arrival.subject], may_pass=True)
        for x in silent
        if x.arrival and x.arrival.subject in unsaid
    }


def _names(out: Iterable[Planned]) -> Iterator[tuple[Subject, Emitted]]:
    """What is to be remembered: nothing of a machine's minutes."""
    return ((p.subject, p.emission.name) for p in out if isinstance(p.emission, Emission))
