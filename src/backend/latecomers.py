"""Letters and what is known of their jobs in; which have to wait, or have no say of their own, out.

It is about batches of jobs that were told already: see `lookouts`. All others have their say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from .arrivals import SamplesArrival, Subject
from .batch import Letter
from .decide import Known, is_corrected_by_samples, is_told
from .lookouts import Lookout, batch_of, lookout_for
from .state import State


@dataclass(slots=True)
class Turns:
    """Whose turn it is.

    Attributes:
        known: of each subject, after the last look.
        waiting: letters that are to come back, each after so many seconds.
        silent: letters whose batches are told already, or will be by another's letter.
        due: jobs that are corrected now.
    """

    known: dict[Subject, Known]
    waiting: dict[Letter, float] = field(default_factory=dict)
    silent: set[Letter] = field(default_factory=set)
    due: set[Subject] = field(default_factory=set)

    def speaking(self, letters: Iterable[Letter]) -> list[Letter]:
        """Those of these that have their say now."""
        return [x for x in letters if x not in self.waiting and x not in self.silent]


class Latecomers:
    """Lets one letter of a job wait for the others."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def turns(
        self, letters: Iterable[Letter], known: Mapping[Subject, Known], now: datetime
    ) -> Turns:
        """Whose turn it is, of letters whose facts are stored."""
        turns = Turns(dict(known))
        for letter in letters:
            arrival = letter.arrival
            if isinstance(arrival, SamplesArrival) and is_corrected_by_samples(
                turns.known[arrival.subject], now
            ):
                await self._take_turn(letter, arrival, turns, now)
        return turns

    async def _take_turn(
        self, letter: Letter, arrival: SamplesArrival, turns: Turns, now: datetime
    ) -> None:
        subject = arrival.subject
        own = await self._lookout(arrival, turns, now)
        if own is None:
            turns.silent.add(letter)
            return
        if seconds := own.wait_seconds(now):
            turns.waiting[letter] = seconds
            return
        if not own.has_looked:
            await self._state.mark(subject, own.looked)
            turns.known |= await self._state.recall([subject])
        if is_told(turns.known[subject]):
            turns.silent.add(letter)
        else:
            turns.due.add(subject)

    async def _lookout(
        self, arrival: SamplesArrival, turns: Turns, now: datetime
    ) -> Lookout | None:
        """The batch's own, which is made where nobody else tells of it.

        Who has one is trusted by others: he looks himself, whoever else is about to.
        """
        subject, fact = arrival.subject, arrival.fact
        known = turns.known[subject]
        for each in known.lookouts:
            if each.batch == batch_of(fact):
                return each
        others_look = any(each.will_look(now) for each in known.lookouts)
        if subject in turns.due or others_look or is_told(known):
            return None
        own = lookout_for(fact, len(known.lookouts), now)
        await self._state.mark(subject, own.looked if own.has_looked else own.waits)
        turns.known[subject] = replace(known, lookouts=(*known.lookouts, own))
        return own
