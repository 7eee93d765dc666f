"""Round labels, not too many, and all that is drawn lies under the last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.charts.scales import byte_ticks, clock_ticks, ticks

GIB = 1 << 30
AMOUNTS = st.floats(1e-3, 1e15)


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (4, [0, 1, 2, 3, 4]),
        (2, [0, 0.5, 1, 1.5, 2]),
        (97, [0, 50, 100]),
        (7.3, [0, 2, 4, 6, 8]),
        (0, [0, 1]),
    ],
)
def test_numbers_are_round_in_tens(most: float, expected: list[float]):
    assert ticks(most) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (16 * GIB, [0, 4 * GIB, 8 * GIB, 12 * GIB, 16 * GIB]),
        (700 * 1024, [0, 256 * 1024, 512 * 1024, 768 * 1024]),
        (0, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_bytes_are_round_in_twos(most: float, expected: list[float]):
    assert byte_ticks(most) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("seconds", "step", "count"),
    [(5, 1, 6), (75, 15, 6), (2165, 600, 4), (6 * 3600, 3600, 7), (30 * 86400, 5 * 86400, 7)],
)
def test_time_is_round_as_on_a_clock(seconds: float, step: float, count: int):
    assert clock_ticks(seconds) == [step * i for i in range(count)]


@given(AMOUNTS)
def test_the_last_label_is_at_or_beyond_the_most(most: float):
    for found in (ticks(most), byte_ticks(most)):
        assert found[0] == 0
        assert found[-1] >= most * (1 - 1e-9)
        assert found[-2] < max(most, 1.0)
        assert 2 <= len(found) <= 5


@given(st.floats(0.001, 1e8))
def test_moments_lie_within_the_time(seconds: float):
    found = clock_ticks(seconds)

    assert 1 <= len(found) <= 7
    assert found[-1] <= seconds
