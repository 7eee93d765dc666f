"""Noise varies as it is asked to, and the same generator gives the same."""

from random import Random
from statistics import mean, stdev

import pytest

from src.simulate.noise import DRAWN, Noise, growth

LONGER_THAN_DRAWN = 2 * DRAWN


def noise(seed: int, count: int, deviation: float, typical: float = 3.0) -> list[float]:
    return Noise(Random(seed)).about([2.0] * count, deviation, typical)  # noqa: S311


@pytest.mark.parametrize("deviation", [0.004, 0.08, 0.2])
def test_it_is_about_the_typical_value_by_the_share_asked_for(deviation: float):
    drawn = noise(1, LONGER_THAN_DRAWN, deviation)

    assert len(drawn) == LONGER_THAN_DRAWN
    assert mean(drawn) == pytest.approx(6.0, rel=0.01)
    assert stdev(drawn) == pytest.approx(6.0 * deviation, rel=0.05)


def test_it_is_the_same_for_the_same_seed_and_not_for_another():
    assert noise(1, 50, 0.2) == noise(1, 50, 0.2)
    assert noise(1, 50, 0.2) != noise(2, 50, 0.2)


def test_it_never_falls_below_nothing():
    drawn = noise(1, LONGER_THAN_DRAWN, 2.0)

    assert min(drawn) == 0.0


def test_what_is_not_there_has_none():
    assert noise(1, 5, 0.2, typical=0.0) == [0.0] * 5


def test_growth_rises_from_its_share_to_the_whole_and_stays():
    grown = growth(100, 0.5)

    assert (grown[0], grown[20], grown[40:]) == (0.5, pytest.approx(0.75), [1.0] * 60)
    assert grown == sorted(grown)
    assert growth(7, 1.0) == [1.0] * 7
