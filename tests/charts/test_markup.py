"""Whatever was text stays text."""

from xml.etree import ElementTree as ET

import pytest

from src.charts.markup import decimal, element, percent, shortened, text
from src.model.printable import printable
from tests.sampler.odd_names import ODD_NAMES


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_text_is_text_and_an_odd_attribute_an_attribute(name: str):
    drawn = ET.fromstring(element("a", {"b": name}, text(name)))  # noqa: S314 -- our own

    assert list(drawn) == []
    assert (drawn.text or "") == printable(name)
    assert drawn.attrib == {"b": printable(name)}


def test_an_attribute_may_be_left_out_or_a_number():
    assert element("a", {"x": 1 / 3, "y": None, "z": 0}, "b") == '<a x="0.33" z="0">b</a>'


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0, "0"), (-0.001, "0"), (100, "100"), (1e-7, "0"), (0.5, "0.5"), (1e15, "1000000000000000")],
)
def test_decimals_are_short_and_have_no_exponent(value: float, shown: str):
    assert decimal(value) == shown


def test_a_share_is_a_percentage():
    assert percent(0.12345) == "12.35%"


def test_what_turns_or_steers_is_replaced():
    assert printable("a\u202eb\x1b[31m\nc") == "a\ufffdb\ufffd[31m\ufffdc"


@pytest.mark.parametrize(("words", "shown"), [("abcd", "abcd"), ("abcde", "abc…")])
def test_what_is_too_long_is_cut(words: str, shown: str):
    assert shortened(words, 4) == shown
