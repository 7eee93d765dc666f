from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.sampler.ticks import Ticks


def test_ticks_stay_where_they_are_however_late_one_is():
    ticks = Ticks(100.0, 0.5)

    assert [ticks.advance(now) for now in (100.0, 100.6, 101.4, 101.5)] == [
        100.5,
        101.0,
        101.5,
        102.0,
    ]
    assert ticks.missed == 0


def test_what_was_slept_through_is_missed():
    ticks = Ticks(0.0, 1.0)
    ticks.advance(0.0)

    assert ticks.advance(4.2) == 5.0
    assert ticks.missed == 3  # 2, 3 and 4


@given(st.lists(st.floats(0, 1e6), max_size=50).map(sorted), st.sampled_from([0.01, 0.2, 1.0, 7.5]))
def test_each_tick_is_to_come_or_missed(moments: list[float], interval: float):
    ticks = Ticks(0.0, interval)
    given_out = [ticks.advance(now) for now in moments]

    assert all(tick > now - 1e-6 for tick, now in zip(given_out, moments, strict=True))
    assert all(later > earlier for earlier, later in pairwise(given_out))
    last = given_out[-1] if given_out else 0.0
    assert last / interval == pytest.approx(len(given_out) + ticks.missed)
