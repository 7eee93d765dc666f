"""A character a value."""

import pytest

from src.charts.spark import spark


@pytest.mark.parametrize(
    ("values", "most", "drawn"),
    [
        ([], 4, ""),
        ([0, 0.4, 0.5, 1.9, 2, 3.9, 4, 9], 4, "▁▁▂▄▅███"),
        ([None, 1, None], 4, "·▃·"),
        ([0, 1], 0, "▁▁"),
        ([-1], 4, "▁"),
    ],
)
def test_height_is_the_share_of_the_most(values: list[float | None], most: float, drawn: str):
    assert spark(values, most) == drawn
