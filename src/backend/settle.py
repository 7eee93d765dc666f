"""A message whose letters have come to their ends in; what to do with it in the queue out. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec

from ..shared import messages
from ..shared.errors import NewerMessageError
from ..shared.messages import Event
from ..shared.queues.base import Message
from .batch import End, Fate, Letter
from .poison import Poisoned, events_of, in_words, reason_of

MOST_ATTEMPTS = 5
FIRST_DELAY_SECONDS = 5.0  # then 10, 20, 40
LACKING_DELAY_SECONDS = 10.0
NEWER_DELAY_SECONDS = 60.0
NO_POISON_DELAY_SECONDS = 60.0
NEWER_KEPT = timedelta(hours=1)  # a deployment may be under way


@dataclass(frozen=True, slots=True)
class Settlement:
    """What to do with a message: first the poison copies, then the message itself.

    Attributes:
        poison: what goes to the poison queue; what is there is taken off.
        left: the events that the message is to hold now; none: it is deleted. None: as it came.
        delay_seconds: when it is to be seen again.
    """

    poison: list[Poisoned] = field(default_factory=list)
    left: Sequence[Event] | None = ()
    delay_seconds: float = 0

    @property
    def is_over(self) -> bool:
        """Whether all that is left to do is to delete the message."""
        return not self.poison and self.left is not None and not self.left


def settle_unread(message: Message, error: Exception, now: datetime) -> Settlement:
    """For a message that is no envelope of ours, at least not of this version."""
    if isinstance(error, NewerMessageError) and _may_wait(message, now):
        return Settlement(left=None, delay_seconds=NEWER_DELAY_SECONDS)
    return Settlement([_poisoned(message, message.body, error, (), now)])


def settle(message: Message, letters: Sequence[Letter], now: datetime) -> Settlement:
    """For a message of these letters; those without an end are left for the next who takes it."""
    poison: list[Poisoned] = []
    left: list[Event] = []
    delays: list[float] = []
    for letter in letters:
        event = _counted(letter, now)
        if error := _fatal(letter, event, message, now):
            body = message.body if len(letters) == 1 else messages.encode([event])
            poison.append(_poisoned(message, body, error, [event], now))
        elif letter.end is None or letter.end.fate is not Fate.DONE:
            left.append(event)
            delays.append(_delay_seconds(letter.end, event))
    as_it_came = bool(left) and left == messages.decode(message.body)
    # Who may come sooner is not to wait for the others: they are put back once more.
    return Settlement(poison, None if as_it_came else left, min(delays, default=0.0))


def put_off(settlement: Settlement) -> Settlement:
    """Where poison has nowhere to go: what is not there yet stays in the message, for later."""
    bad = [event for poisoned in settlement.poison for event in events_of(poisoned.body)]
    return Settlement(
        left=[*(settlement.left or ()), *bad] if bad else None,
        delay_seconds=NO_POISON_DELAY_SECONDS,
    )


def _counted(letter: Letter, now: datetime) -> Event:
    """The event, with its attempt if this was one."""
    if letter.end is None or letter.end.fate is not Fate.FAILED:
        return letter.event
    attempts = letter.event.attempts + 1
    return msgspec.structs.replace(letter.event, attempts=attempts, failed_at=now)


def _fatal(letter: Letter, event: Event, message: Message, now: datetime) -> Exception | None:
    """What makes the event poison, if anything does."""
    if letter.end is None:
        return None
    is_fatal = {
        Fate.DONE: False,
        Fate.PUT_BACK: False,
        Fate.UNREADABLE: True,
        Fate.NEWER: not _may_wait(message, now),
        Fate.FAILED: event.attempts >= MOST_ATTEMPTS,
    }
    return letter.end.error if is_fatal[letter.end.fate] else None


def _may_wait(message: Message, now: datetime) -> bool:
    return now - message.enqueued_at < NEWER_KEPT


def _delay_seconds(end: End | None, event: Event) -> float:
    if end is None:
        return 0.0
    if end.fate is Fate.FAILED:
        return float(FIRST_DELAY_SECONDS * 2 ** (event.attempts - 1))
    if end.retry_after_seconds is not None:
        return end.retry_after_seconds
    return NEWER_DELAY_SECONDS if end.fate is Fate.NEWER else LACKING_DELAY_SECONDS


def _poisoned(
    message: Message, body: bytes, error: Exception, events: Iterable[Event], now: datetime
) -> Poisoned:
    events = list(events)
    return Poisoned(
        version=1,
        poisoned_at=now,
        reason=reason_of(error),
        error=in_words(error),
        message_id=message.id,
        enqueued_at=message.enqueued_at,
        body=body,
        attempts=max((event.attempts for event in events), default=0),
        deliveries=tuple(event.id for event in events),
    )
