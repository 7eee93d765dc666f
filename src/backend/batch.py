"""Message bodies in, letters out; letters and what is known in, rows to emit for each out. Pure.

A message is an envelope, each event in it a letter. What becomes of a letter is its own affair:
one that cannot be read, or that trips a bug of ours, fails alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, auto
from typing import Protocol, TypeAlias

from ..shared import messages
from ..shared.errors import NewerMessageError, UndecodableMessageError
from ..shared.messages import Event
from .arrivals import AnyArrival, Subject, arrive
from .decide import Emitted, Known, decide, is_waiting
from .rows import rows_of
from .sinks.base import Row

RowName: TypeAlias = tuple[Subject, Emitted, int]
"""Which row of which emission; the same each time that it is planned."""


class Fate(Enum):
    """What became of a letter, as far as its message is concerned."""

    DONE = auto()  # every sink has its rows
    FAILED = auto()  # while others passed
    NEWER = auto()  # a later version of ours may understand it
    UNREADABLE = auto()  # nobody ever will
    PUT_BACK = auto()  # it lacked something for long enough; others want to pass


@dataclass(frozen=True, slots=True)
class End:
    """A fate, what went wrong, if anything did, and when to look again, where that is known."""

    fate: Fate
    error: Exception | None = None
    retry_after_seconds: float | None = None


@dataclass(slots=True, eq=False)
class Letter:
    """An event in hand; two with the same content are still two.

    Attributes:
        event: what came; its `failed_at` moves with each failure.
        since: when its message was taken.
        arrival: the event read; None where that failed.
        tripped: the bug of ours that reading it tripped over.
        lacked_at: when something was last missing that it needs; None where nothing was.
        end: what became of it; None while it is on its way.
    """

    event: Event
    since: datetime
    arrival: AnyArrival | None = None
    tripped: Exception | None = None
    lacked_at: datetime | None = None
    end: End | None = None


class Named(Protocol):
    """What rows are of: it has a name, the same each time, and may have clamped durations."""

    @property
    def name(self) -> Emitted:
        """What names it within its subject."""

    @property
    def clamped_count(self) -> int:
        """How many durations came out negative."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An emission of a letter, with its rows."""

    letter: Letter
    subject: Subject
    emission: Named
    rows: Sequence[Row]

    @property
    def named_rows(self) -> list[tuple[RowName, Row]]:
        """The rows, each with its name."""
        name = self.emission.name
        return [((self.subject, name, number), row) for number, row in enumerate(self.rows)]


def read_letters(body: bytes, now: datetime) -> list[Letter]:
    """The letters of a message that was taken just now.

    Raises:
        UndecodableMessageError: it is no envelope of ours; NewerMessageError: not of this version.
    """
    return [_read(event, now) for event in messages.decode(body)]


def _read(event: Event, now: datetime) -> Letter:
    try:
        return Letter(event, now, arrive(event))
    except NewerMessageError as exc:
        return Letter(event, now, end=End(Fate.NEWER, exc))
    except UndecodableMessageError as exc:
        return Letter(event, now, end=End(Fate.UNREADABLE, exc))
    except Exception as exc:  # noqa: BLE001 -- whatever one event breaks, the others go on
        return Letter(event, now, tripped=exc)


@dataclass(slots=True)
class Plan:
    """What is to become of letters.

    Attributes:
        planned: what to emit; nothing of letters whose meaning is out already.
        waiting: letters of jobs whose last samples may still come.
        tripped: letters that tripped over a bug of ours, and which.
    """

    planned: list[Planned] = field(default_factory=list)
    waiting: list[Letter] = field(default_factory=list)
    tripped: dict[Letter, Exception] = field(default_factory=dict)


def plan(letters: Iterable[Letter], known: Mapping[Subject, Known], now: datetime) -> Plan:
    """What to emit, each letter knowing what those before it emit."""
    known = dict(known)
    told = Plan()
    for letter in letters:
        try:
            if letter.arrival and is_waiting(known[letter.arrival.subject], now):
                told.waiting.append(letter)
            else:
                told.planned += _plan_letter(letter, known, now)
        except Exception as exc:  # noqa: BLE001 -- whatever one event breaks, the others go on
            told.tripped[letter] = exc
    return told


def _plan_letter(letter: Letter, known: dict[Subject, Known], now: datetime) -> list[Planned]:
    """Adds to `known` what the letter emits, once all of it is planned."""
    if letter.arrival is None:
        raise letter.tripped or ValueError("a letter that was not read")
    subject = letter.arrival.subject
    knowing = known[subject]
    emissions = decide(letter.arrival, knowing)
    planned = [Planned(letter, subject, e, rows_of(e, now)) for e in emissions]
    names = frozenset(emission.name for emission in emissions)
    known[subject] = replace(knowing, emitted=knowing.emitted | names)
    return planned
