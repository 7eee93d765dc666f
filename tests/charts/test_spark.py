"""A character a value."""

from xml.etree import ElementTree as ET

import pytest

from src.charts.spark import spark, spark_svg


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


def test_a_picture_says_the_same():
    drawn = ET.fromstring(spark_svg([0, None, 4], 4, "blue", "CPU"))  # noqa: S314 -- our own
    lines = [each.get("points") for each in drawn.iter("polyline")]

    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", "CPU")
    assert lines == ["0,18 166.67,18 333.33,18", "666.67,0 833.33,0 1000,0"]
