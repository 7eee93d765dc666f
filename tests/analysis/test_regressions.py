"""Builds against their baselines: the thresholds' edges, and what cannot be known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.regressions import BEST_SCORE, BuildFigures, compare

BASELINE = BuildFigures(duration_seconds=400.0, peak_memory_mb=2000)
known = st.floats(min_value=0.001, max_value=1e9)
figures = st.builds(BuildFigures, st.none() | known, st.none() | known)


def test_growth_is_told_in_percent_and_lowers_the_score():
    told = compare(BuildFigures(500.0, 2500.0), BASELINE)

    assert (told.duration_diff_percent, told.memory_diff_percent) == (25.0, 25.0)
    assert told.regressions == ("Build duration increased by 25%", "Memory usage increased by 25%")
    assert told.score == 75


@pytest.mark.parametrize(
    ("seconds", "is_worse"), [(480.0, True), (479.0, False), (400.0, False), (100.0, False)]
)
def test_a_fifth_more_is_a_regression(seconds: float, is_worse: bool):  # noqa: FBT001 -- a table
    assert bool(compare(BuildFigures(seconds, 2000), BASELINE).regressions) == is_worse


def test_a_better_build_has_the_best_score():
    assert compare(BuildFigures(100.0, 1000), BASELINE) == (-75.0, -50.0, (), BEST_SCORE)


def test_the_worst_growth_counts():
    assert compare(BuildFigures(440.0, 100_000), BASELINE).score == 0
    assert compare(BuildFigures(440.0, 2000), BASELINE).score == 90


@pytest.mark.parametrize("baseline", [BuildFigures(), BuildFigures(0.0, 0)], ids=["unknown", "0"])
def test_what_cannot_be_compared_is_unknown(baseline: BuildFigures):
    assert compare(BuildFigures(1.0, 1), baseline) == (None, None, (), None)


def test_half_of_it_may_be_known():
    told = compare(BuildFigures(None, 3000), BASELINE)

    assert (told.duration_diff_percent, told.memory_diff_percent) == (None, 50.0)
    assert told.score == 50


@given(build=figures, baseline=figures)
def test_a_regression_is_told_where_and_only_where_the_score_has_lost_a_fifth(
    build: BuildFigures, baseline: BuildFigures
):
    told = compare(build, baseline)

    assert (told.score is None) == (
        told.duration_diff_percent is None and told.memory_diff_percent is None
    )
    if told.score is not None:
        assert 0 <= told.score <= BEST_SCORE
    if told.regressions:
        assert told.score is not None
        assert told.score <= 80
