"""How letters did, by what happened to their rows."""

from datetime import datetime, timedelta

import pytest

from src.backend.batch import Fate, Letter, Planned, plan, read_letters
from src.backend.decide import Known
from src.backend.emit import Shortfall
from src.backend.outcomes import (
    OUT,
    PATIENCE_ALONE,
    Outcome,
    end_of,
    outcomes_of,
    waiting_for,
)
from src.shared import messages
from src.shared.errors import SinkRefusedError, SinkUnavailableError
from tests.backend.bodies import NOW, event_of, job_body

BEFORE_THE_CLOCK_WAS_SET_BACK = NOW + timedelta(hours=1)
BEFORE = NOW - timedelta(seconds=10)
REFUSED = SinkRefusedError("no good")
MISSING = SinkUnavailableError("429")


def planned_for(*bodies: tuple[int, str]) -> tuple[list[Letter], list[Planned]]:
    """Completed jobs by id and conclusion."""
    events = [
        event_of(job_body(id=number, conclusion=conclusion), f"d-{place}")
        for place, (number, conclusion) in enumerate(bodies)
    ]
    letters = read_letters(messages.encode(events), BEFORE)
    known = {letter.arrival.subject: Known() for letter in letters if letter.arrival}
    told = plan(letters, known, NOW)
    assert not told.tripped
    return letters, told.planned


def test_what_has_no_shortfall_is_out():
    letters, planned = planned_for((1, "success"), (2, "success"))

    assert outcomes_of(letters, planned, {}) == dict.fromkeys(letters, OUT)


def test_one_row_that_is_not_out_keeps_its_letter_and_no_other():
    [one, other], planned = planned_for((1, "success"), (2, "success"))
    shortfall = Shortfall(MISSING, NOW, retry_after_seconds=7)

    outcomes = outcomes_of([one, other], planned, {id(planned[0].rows[-1]): shortfall})

    assert outcomes == {
        one: Outcome(MISSING, may_pass=True, passed_at=NOW, retry_after_seconds=7),
        other: OUT,
    }


def test_what_may_pass_outweighs_what_never_will():
    [letter], [planned] = planned_for((1, "success"))
    shortfalls = {
        id(planned.rows[0]): Shortfall(REFUSED, NOW, None),
        id(planned.rows[1]): Shortfall(MISSING, NOW, None),
    }

    assert outcomes_of([letter], [planned], shortfalls)[letter].may_pass


@pytest.mark.parametrize("error", [REFUSED, MISSING])
def test_a_letter_waits_for_one_that_was_to_bring_their_job_s_spans(
    error: SinkRefusedError | SinkUnavailableError,
):
    [first, second, other], planned = planned_for((1, "success"), (1, "failure"), (2, "success"))
    assert len(planned[0].rows) > len(planned[1].rows), "spans go out once"

    outcomes = outcomes_of(
        [first, second, other], planned, {id(planned[0].rows[0]): Shortfall(error, None, None)}
    )

    assert outcomes[second] == Outcome(error, may_pass=True)
    assert outcomes[other] is OUT


FAILED_AT = BEFORE - timedelta(minutes=1)
HELD = NOW - PATIENCE_ALONE / 2
HELD_LONG = NOW - PATIENCE_ALONE * 2
HELD_VERY_LONG = NOW - timedelta(hours=10)


@pytest.mark.parametrize(
    ("outcome", "since", "failed", "fate"),
    [
        (OUT, HELD, False, Fate.DONE),
        (Outcome(REFUSED, passed_at=NOW), HELD, False, Fate.FAILED),
        (Outcome(REFUSED, passed_at=None), HELD, False, None),
        (Outcome(REFUSED, passed_at=BEFORE), HELD, False, None),
        (Outcome(REFUSED, passed_at=BEFORE), HELD, True, Fate.FAILED),
        (Outcome(REFUSED, passed_at=FAILED_AT), HELD, True, None),  # that counted then
        (Outcome(REFUSED, passed_at=FAILED_AT - timedelta(hours=1)), HELD, True, None),
        (Outcome(REFUSED, passed_at=None), HELD_LONG, True, None),
        (Outcome(REFUSED, passed_at=None), HELD_VERY_LONG, True, None),
        (Outcome(REFUSED, passed_at=BEFORE_THE_CLOCK_WAS_SET_BACK), HELD, True, None),
        (Outcome(MISSING, may_pass=True, passed_at=NOW), HELD, False, None),
        (Outcome(MISSING, may_pass=True, passed_at=NOW), NOW - PATIENCE_ALONE, False, None),
        (Outcome(MISSING, may_pass=True, passed_at=NOW), HELD_LONG, False, Fate.PUT_BACK),
        (Outcome(MISSING, may_pass=True), HELD_LONG, False, None),
        (Outcome(MISSING, may_pass=True), HELD_VERY_LONG, False, None),
    ],
)
def test_an_end_comes_only_to_who_is_alone(
    outcome: Outcome,
    since: datetime,
    *,
    failed: bool,
    fate: Fate | None,
):
    failed_at = FAILED_AT if failed else None
    event = messages.Event("workflow_job", "d-1", NOW, event_of(job_body()).body, 0, failed_at)

    end = end_of(Letter(event, since), outcome, NOW)

    assert (end and end.fate) == fate


@pytest.mark.parametrize(
    ("passed_at", "fate"),
    [
        (FAILED_AT, None),
        (FAILED_AT + timedelta(seconds=1), Fate.PUT_BACK),
    ],
)
def test_what_passed_when_it_was_first_lacking_shows_nothing_later(
    passed_at: datetime, fate: Fate | None
):
    letter = Letter(event_of(job_body()), HELD_LONG, lacked_at=FAILED_AT)

    end = end_of(letter, Outcome(MISSING, may_pass=True, passed_at=passed_at), NOW)

    assert (end and end.fate) == fate


def test_letters_that_wait_for_late_batches_come_back_in_whole_seconds():
    """Else each would be put back by a request of its own."""
    assert waiting_for(9.0001).retry_after_seconds == 10
