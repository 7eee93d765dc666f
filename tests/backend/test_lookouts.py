"""How long a late batch's letter waits, and what its marks say."""

from datetime import datetime, timedelta

import pytest

from src.backend.batch_facts import BatchFact
from src.backend.lookouts import LONGEST_WAIT, Lookout, lookout_for, read_lookouts
from tests.backend.bodies import NOW

FACT = BatchFact(1, True, "5eed", 3, False, 1_000, 2_000, 3_000, 2_500)
WAITING = Lookout("abc", NOW + timedelta(seconds=20))


@pytest.mark.parametrize(
    ("earlier", "seconds"), [(0, 0), (1, 10), (2, 20), (3, 40), (6, 320), (7, 600), (999, 600)]
)
def test_each_waits_twice_as_long_as_the_one_before(earlier: int, seconds: float):
    assert lookout_for(FACT, earlier, NOW).wait_seconds(NOW) == seconds


@pytest.mark.parametrize(
    ("now", "seconds"),
    [
        (NOW, 20),
        (NOW + timedelta(seconds=19), 1),
        (NOW + timedelta(seconds=20), 0),
        (NOW + timedelta(days=1), 0),
        (NOW - timedelta(days=1), 0),
    ],
    ids=["all", "a bit", "none", "long ago", "by a clock that was set back"],
)
def test_it_waits_for_what_is_left(now: datetime, seconds: float):
    assert WAITING.wait_seconds(now) == seconds


def test_marks_are_read_as_they_were_left():
    first, second = lookout_for(FACT, 0, NOW), WAITING
    assert first.has_looked
    names = [
        "gate-1-queued-d",
        first.looked,
        second.waits,
        "emitted-3000000-abc",
        "completed-d.2-1",
    ]
    read = {each.batch: each for each in read_lookouts(names)}

    assert read.keys() == {first.batch, "abc"}
    assert read[first.batch].has_looked
    assert read["abc"] == second
    assert read_lookouts([second.waits, second.looked])[0].has_looked


@pytest.mark.parametrize(
    ("lookout", "now", "will"),
    [
        (WAITING, NOW, True),
        (WAITING, NOW + LONGEST_WAIT, True),
        (WAITING, NOW + LONGEST_WAIT + timedelta(minutes=1), False),
        (Lookout("abc", NOW + timedelta(seconds=20), has_looked=True), NOW, False),
    ],
)
def test_it_is_trusted_until_it_looks_or_is_overdue(lookout: Lookout, now: datetime, will: bool):  # noqa: FBT001
    assert lookout.will_look(now) is will


def test_each_push_of_a_batch_is_another():
    again = BatchFact(1, True, "5eed", 3, False, 1_000, 2_000, 4_000, 2_500)

    assert lookout_for(FACT, 0, NOW).batch != lookout_for(again, 0, NOW).batch
