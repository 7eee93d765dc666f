"""Rates over cells, and their sums."""

import pytest

from src.simulate.activity import Activity

ACTIVITY = Activity([0.0, 1.0, 3.0, 3.5], {"rate": [4.0, 1.0, 8.0]})


@pytest.mark.parametrize(
    ("start", "end", "amount"),
    [(0.0, 3.5, 10.0), (0.5, 1.0, 2.0), (0.5, 2.0, 3.0), (1.0, 3.0, 2.0), (3.25, 3.5, 2.0)],
)
def test_an_amount_is_the_rates_times_their_time(start: float, end: float, amount: float):
    assert ACTIVITY.amount("rate", start, end) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("start", "end", "peak"),
    [(0.0, 1.0, 4.0), (1.0, 3.0, 1.0), (0.5, 1.5, 4.0), (2.0, 3.5, 8.0)],
)
def test_a_peak_is_of_what_was_between(start: float, end: float, peak: float):
    assert ACTIVITY.peak("rate", start, end) == peak


def test_what_was_never_set_is_nothing():
    assert ACTIVITY.amount("other", 0.0, 3.5) == 0
    assert ACTIVITY.peak("other", 0.0, 3.5) == 0
