"""No lane has two at a time."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.charts.lanes import lanes

SPANS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda ends: tuple(sorted(ends))),
    max_size=12,
)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(0, 1), (1, 2)], [0, 0]),
        ([(0, 3), (1, 2), (2, 4)], [0, 1, 1]),
        ([(2, 4), (0, 3)], [1, 0]),
        ([(0, 9), (0, 9), (0, 9), (0, 9)], [0, 1, 2, 2]),
    ],
)
def test_the_first_free_lane_is_taken(spans: list[tuple[float, float]], expected: list[int]):
    assert lanes(spans, 3) == expected


@given(SPANS)
def test_none_meets_another_in_its_lane(spans: list[tuple[float, float]]):
    found = lanes(spans, 12)

    for (one, lane), (other, its) in combinations(zip(spans, found, strict=True), 2):
        if lane == its:
            assert min(one[1], other[1]) <= max(one[0], other[0])


@given(SPANS)
def test_no_more_lanes_than_overlap_at_once(spans: list[tuple[float, float]]):
    most = max(
        (sum(a <= start < b or (a, b) == (start, start) for a, b in spans) for start, _ in spans),
        default=0,
    )

    assert max(lanes(spans, 99), default=-1) < max(most, len(spans) and 1)
