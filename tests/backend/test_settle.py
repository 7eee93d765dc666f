"""What becomes of a message, by what became of its letters."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from src.backend.batch import End, Fate, Letter
from src.backend.settle import MOST_ATTEMPTS, NEWER_KEPT, settle, settle_unread
from src.shared import messages
from src.shared.errors import (
    NewerMessageError,
    SamplesMissingError,
    SinkRefusedError,
    SinkUnavailableError,
    UndecodableMessageError,
)
from src.shared.messages import Event
from src.shared.queues.base import Message

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
JUST_NOW = NOW - timedelta(minutes=1)
DONE = End(Fate.DONE)
FAILED = End(Fate.FAILED, SinkRefusedError("too old\nsecond line"))
NEWER = End(Fate.NEWER, NewerMessageError("kind 'samples'"))
UNREADABLE = End(Fate.UNREADABLE, UndecodableMessageError("no job"))
PUT_BACK = End(Fate.PUT_BACK, SinkUnavailableError("429"))
LATE = End(Fate.PUT_BACK, SamplesMissingError("later"), retry_after_seconds=90)


def event(number: int = 1, attempts: int = 0) -> Event:
    return Event("workflow_job", f"d-{number}", NOW, msgspec.Raw(b"{}"), attempts)


def message(*events: Event, enqueued_at: datetime = JUST_NOW) -> Message:
    return Message("7", messages.encode(events), "receipt", 1, enqueued_at)


def letters(*ends: End | None) -> list[Letter]:
    return [Letter(event(number), NOW, end=end) for number, end in enumerate(ends)]


def settled(*ends: End | None, enqueued_at: datetime = JUST_NOW) -> tuple[object, ...]:
    """Which events are poison, which are left (None: as they came), and for how long."""
    many = letters(*ends)
    whole = message(*(letter.event for letter in many), enqueued_at=enqueued_at)
    settlement = settle(whole, many, NOW)
    poison = [delivery for one in settlement.poison for delivery in one.deliveries]
    left = settlement.left and [each.id for each in settlement.left]
    return poison, left, settlement.delay_seconds


@pytest.mark.parametrize(
    ("ends", "poison", "left", "delay_seconds"),
    [
        ([], [], [], 0),
        ([DONE, DONE], [], [], 0),
        ([None], [], None, 0),
        ([DONE, None], [], ["d-1"], 0),
        ([FAILED], [], ["d-0"], 5),
        ([NEWER], [], None, 60),
        ([PUT_BACK, PUT_BACK], [], None, 10),
        ([LATE, DONE], [], ["d-0"], 90),
        ([LATE, PUT_BACK], [], None, 10),
        ([UNREADABLE], ["d-0"], [], 0),
        ([UNREADABLE, DONE], ["d-0"], [], 0),
        ([DONE, UNREADABLE, FAILED, NEWER], ["d-1"], ["d-2", "d-3"], 5),
        ([NEWER, None], [], None, 0),
    ],
)
def test_each_letter_has_its_own_end(
    ends: list[End | None], poison: list[str], left: list[str] | None, delay_seconds: float
):
    assert settled(*ends) == (poison, left, delay_seconds)


@pytest.mark.parametrize(("attempts", "delay_seconds"), [(0, 5), (1, 10), (2, 20), (3, 40)])
def test_each_attempt_waits_twice_as_long_and_is_written_down(attempts: int, delay_seconds: float):
    letter = Letter(event(attempts=attempts), NOW, end=FAILED)

    settlement = settle(message(letter.event), [letter], NOW)

    assert settlement.left == [
        msgspec.structs.replace(event(), attempts=attempts + 1, failed_at=NOW)
    ]
    assert (settlement.delay_seconds, settlement.poison) == (delay_seconds, [])


def test_the_last_attempt_makes_poison_that_says_why_and_holds_the_message_as_it_came():
    letter = Letter(event(attempts=MOST_ATTEMPTS - 1), NOW, end=FAILED)
    whole = message(letter.event)

    settlement = settle(whole, [letter], NOW)

    [poisoned] = settlement.poison
    assert (poisoned.reason, poisoned.error) == ("refused", "too old")
    assert (poisoned.attempts, poisoned.deliveries) == (MOST_ATTEMPTS, ("d-1",))
    assert (poisoned.poisoned_at, poisoned.enqueued_at) == (NOW, JUST_NOW)
    assert (poisoned.message_id, poisoned.body) == ("7", whole.body)
    assert settlement.left == []


def test_of_several_only_the_one_that_failed_is_in_the_poison():
    last = MOST_ATTEMPTS - 1
    many = [Letter(event(1, last), NOW, end=FAILED), Letter(event(2), NOW, end=DONE)]

    [poisoned] = settle(message(event(1, last), event(2)), many, NOW).poison

    assert [each.id for each in messages.decode(poisoned.body)] == ["d-1"]


@pytest.mark.parametrize("fate", [None, PUT_BACK, DONE])
def test_what_did_not_fail_is_no_attempt(fate: End | None):
    letter = Letter(event(attempts=MOST_ATTEMPTS - 1), NOW, end=fate)

    settlement = settle(message(letter.event), [letter], NOW)

    assert settlement.poison == []
    assert settlement.left == ([] if fate is DONE else None)


def test_what_is_newer_is_poison_after_its_hour():
    assert settled(NEWER, DONE, enqueued_at=NOW - NEWER_KEPT) == (["d-0"], [], 0)


@pytest.mark.parametrize(
    ("error", "age", "reason", "delay_seconds"),
    [
        (UndecodableMessageError("not JSON"), timedelta(0), "undecodable", 0),
        (NewerMessageError("version 2"), NEWER_KEPT - timedelta(seconds=1), None, 60),
        (NewerMessageError("version 2"), NEWER_KEPT, "newer", 0),
    ],
)
def test_a_message_that_cannot_be_read(
    error: UndecodableMessageError, age: timedelta, reason: str | None, delay_seconds: float
):
    garbage = Message("7", b"\xff", "receipt", 1, NOW - age)

    settlement = settle_unread(garbage, error, NOW)

    assert settlement.delay_seconds == delay_seconds
    assert [one.reason for one in settlement.poison] == ([reason] if reason else [])
    assert [one.body for one in settlement.poison] == ([b"\xff"] if reason else [])
    assert settlement.left == (() if reason else None)
