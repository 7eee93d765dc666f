"""What went wrong in a round, and for how long a sink wants to be left alone."""

import pytest

from src.backend.rounds import LONGEST_RETRY_AFTER_SECONDS, Round, Trouble, most_urgent

THROTTLED, DOWN = Trouble("429", 45), Trouble("no answer")


@pytest.mark.parametrize(
    ("done", "seconds"),
    [
        (Round(3, 0, None), 0),
        (Round(3, 0, DOWN), 0),
        (Round(3, 0, THROTTLED), 45),
        (Round(3, 2, THROTTLED), 0),
        (Round(3, 0, Trouble("429", 86_400)), LONGEST_RETRY_AFTER_SECONDS),
    ],
    ids=["all is well", "nobody asks", "asked", "asked, but others passed", "asked for a day"],
)
def test_a_sink_s_wish_to_be_left_alone_counts_only_where_nothing_passed(
    done: Round, seconds: float
):
    assert done.asked_for_seconds == seconds


def test_who_wants_the_longest_pause_is_the_most_urgent():
    assert most_urgent([]) is None
    assert most_urgent([DOWN, THROTTLED, DOWN]) is THROTTLED
