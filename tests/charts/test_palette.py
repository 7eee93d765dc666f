"""Colours can be told from their ground, and words be read on both."""

import re

import pytest

from src.charts.palette import SHADES, style_sheet

LEAST_FOR_WORDS = (
    4.5  # and more than enough for lines: https://www.w3.org/TR/WCAG22/#contrast-minimum
)
LIGHT, DARK = (
    dict(re.findall(r"--(\w+):(#\w{6});", part)) for part in style_sheet().split("@media", 1)
)


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("words", "behind"),
    [
        *(("ink", ground) for ground in ("ground", "raised")),
        *(("faint", ground) for ground in ("ground", "raised")),
        *(("ground", bar) for bar in (*SHADES, "wrong")),
    ],
)
def test_words_are_readable(colours: dict[str, str], words: str, behind: str):
    assert contrast(colours[words], colours[behind]) >= LEAST_FOR_WORDS
