"""Leased messages in, what is to be emitted for each out, and which of them fail. Pure.

One message that cannot be read, or that trips a bug of ours, fails alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias

from ..shared import messages
from ..shared.errors import UndecodableMessageError
from ..shared.queues.base import Message
from .decide import Arrival, Emission, Emitted, Known, Subject, arrive, decide
from .rows import rows_of
from .sinks.base import Row

RowName: TypeAlias = tuple[Subject, Emitted, int]
"""Which row of which emission; the same each time that it is planned."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message with its events read."""

    message: Message
    arrivals: Sequence[Arrival]


@dataclass(frozen=True, slots=True)
class Failure:
    """A message that cannot be processed, and why; the ids of its deliveries, if it has any."""

    message: Message
    error: Exception

    @property
    def deliveries(self) -> list[str]:
        """For whoever looks for a delivery in the logs."""
        try:
            return [event.id for event in messages.decode(self.message.body)]
        except UndecodableMessageError:
            return []


@dataclass(frozen=True, slots=True)
class Planned:
    """An emission of a message, with its rows."""

    message: Message
    subject: Subject
    emission: Emission
    rows: Sequence[Row]

    @property
    def named_rows(self) -> list[tuple[RowName, Row]]:
        """The rows, each with its name."""
        name = self.emission.name
        return [((self.subject, name, number), row) for number, row in enumerate(self.rows)]


def read_messages(taken: Iterable[Message]) -> tuple[list[Letter], list[Failure]]:
    """Decode each message and parse its deliveries."""
    letters: list[Letter] = []
    failures: list[Failure] = []
    for message in taken:
        try:
            arrivals = [arrive(event) for event in messages.decode(message.body)]
            letters.append(Letter(message, arrivals))
        except Exception as exc:  # noqa: BLE001 -- whatever one message breaks, the others go on
            failures.append(Failure(message, exc))
    return letters, failures


def plan(
    letters: Iterable[Letter], known: Mapping[Subject, Known], now: datetime
) -> tuple[list[Planned], list[Failure]]:
    """What to emit; what one event emits is known to the next, also across messages."""
    known = dict(known)
    planned: list[Planned] = []
    failures: list[Failure] = []
    for letter in letters:
        try:
            planned += _plan_letter(letter, known, now)
        except Exception as exc:  # noqa: BLE001 -- whatever one message breaks, the others go on
            failures.append(Failure(letter.message, exc))
    return planned, failures


def _plan_letter(letter: Letter, known: dict[Subject, Known], now: datetime) -> list[Planned]:
    """Adds to `known` what the letter emits, once all of it is planned."""
    after = dict[Subject, Known]()
    planned = []
    for arrival in letter.arrivals:
        subject = arrival.subject
        knowing = after.get(subject) or known[subject]
        emissions = decide(arrival, knowing)
        names = frozenset(emission.name for emission in emissions)
        after[subject] = replace(knowing, emitted=knowing.emitted | names)
        planned += [Planned(letter.message, subject, e, rows_of(e, now)) for e in emissions]
    known.update(after)
    return planned
