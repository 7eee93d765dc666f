"""SVG by its elements: what is where. How it looks, tests/browser has a browser say."""

from xml.etree import ElementTree as ET

import pytest

from src.charts.panel import Line, Panel, Tick, panel
from src.charts.stacked import Part, stacked
from src.charts.timeline import MOST_LANES, Bar, time_axis, timeline


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 -- our own


def of_class(svg: ET.Element, kind: str) -> list[ET.Element]:
    return [each for each in svg.iter() if kind in each.get("class", "").split()]


def chart(*values: float | None, **more: object) -> ET.Element:
    line = Line("one", "blue", values)
    whole = {"title": "CPU", "described": "CPU over time", "lines": [line], "most": 4.0}
    return parsed(panel(Panel(**{**whole, "levels": [], **more})))  # type: ignore[arg-type]


def points(shape: ET.Element) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in shape.get("points", "").split()]


def test_a_curve_goes_through_the_middle_of_its_parts_and_out_to_their_ends():
    curve = of_class(chart(0, 4, height_px=80), "line")[0]

    assert points(curve) == [(0, 80), (250, 80), (750, 0), (1000, 0)]


def test_a_gap_divides_a_curve():
    runs = [points(each) for each in of_class(chart(1, None, 2, 2), "line")]

    assert [(run[0][0], run[-1][0]) for run in runs] == [(0, 250), (500, 1000)]


def test_nothing_known_draws_nothing():
    assert of_class(chart(None, None), "line") == []


def test_a_value_beyond_the_top_is_cut_there():
    assert min(y for _, y in points(of_class(chart(9, 1), "line")[0])) == 0


def test_lines_are_told_apart_without_colour():
    lines = [Line("in", "blue", [1]), Line("out", "purple", [2])]
    drawn = chart(lines=lines)

    assert [("second" in each.get("class", "")) for each in of_class(drawn, "line")] == [
        False,
        True,
    ]
    assert "".join(of_class(drawn, "legend")[0].itertext()).split() == ["━", "in", "┅", "out"]
    assert not of_class(chart(1), "legend")


@pytest.mark.parametrize(("limit", "lines"), [(3.0, 1), (None, 0), (5.0, 0)])
def test_a_limit_is_drawn_where_it_is_in_the_picture(limit: float | None, lines: int):
    assert len(of_class(chart(1, limit=limit), "limit")) == lines


def test_a_chart_says_what_it_is_to_who_does_not_see_it():
    drawn = chart(1, levels=[Tick(0.5, "2"), Tick(1, "<4>")])

    assert (drawn.get("role"), drawn.get("aria-label")) == ("img", "CPU over time")
    assert [each.text for each in drawn.iter("text")] == ["2", "<4>", "CPU"]


def test_bars_lie_where_their_time_is_and_in_lanes_where_they_overlap():
    bars = [Bar(0.1, 0.4, "one", "one, 3 s", "blue"), Bar(0.3, 0.5, "two", "two, 2 s", "orange")]
    drawn = parsed(timeline(bars, "2 steps"))
    clips = of_class(drawn, "clip")

    assert [(clip.get("x"), clip.get("width")) for clip in clips] == [
        ("10%", "30%"),
        ("30%", "20%"),
    ]
    assert [clip.findtext("title") for clip in clips] == ["one, 3 s", "two, 2 s"]
    assert clips[0].get("y") != clips[1].get("y")


def test_a_moment_is_seen_all_the_same():
    clip = of_class(parsed(timeline([Bar(0.5, 0.5, "a", "a", "grey")], "")), "clip")[0]

    assert clip.get("width") == "0.2%"


def test_lanes_end_somewhere():
    heights = [
        float(parsed(timeline([Bar(0, 1, "", "", "blue")] * count, "")).get("height", ""))
        for count in (MOST_LANES, 300)
    ]

    assert heights[0] == heights[1]


def test_names_of_moments_have_room_or_are_left_out():
    marks = [Tick(share, f"stage {share}") for share in (0.5, 0.01, 0.55, 0.99)]
    drawn = parsed(timeline([], "", marks=marks))

    assert len(of_class(drawn, "mark")) == len(marks)
    assert [(each.get("x"), each.get("text-anchor")) for each in drawn.findall("text")] == [
        ("1%", "start"),
        ("50%", "middle"),
        ("99%", "end"),
    ]


def test_the_axis_has_its_labels():
    drawn = parsed(time_axis([Tick(0, "0:00"), Tick(0.5, "0:30")]))

    assert [(each.get("x"), each.text) for each in drawn] == [("0%", "0:00"), ("50%", "0:30")]


def test_parts_stand_side_by_side():
    parts = [Part(0.5, "cc1", "cc1: 2 s", "blue"), Part(0.25, "others", "others: 1 s", "grey")]
    drawn = parsed(stacked(parts, "whose"))

    assert [(each.get("x"), each.get("width")) for each in drawn] == [("0%", "50%"), ("50%", "25%")]
    assert [each.findtext("title") for each in drawn] == ["cc1: 2 s", "others: 1 s"]
