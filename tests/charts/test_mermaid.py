"""Texts for GitHub's diagrams; tests/browser has them drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.charts.mermaid import MOST_CHARACTERS, Task, bridged, gantt, xychart
from tests.sampler.odd_names import ODD_NAMES


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], []),
        ([1.0], [1]),
        ([1.0, None, 3.0], [1, 2, 3]),
        ([4.0, None, None, None, 0.0, 2.0], [4, 3, 2, 1, 0, 2]),
    ],
)
def test_gaps_are_bridged_by_straight_lines(values: list[float | None], line: list[float]):
    assert bridged(values) == pytest.approx(line)


def test_no_tasks_make_no_gantt():
    assert gantt([]) is None


def test_a_task_has_its_number_name_length_and_times():
    drawn = gantt([Task(3, "cargo build", 5_000, 70_000), Task(4, "test", 70_000, 70_000, True)])

    assert (drawn or "").splitlines()[3:] == [
        "  3. cargo build (1 min 5 s) :5000, 70000",
        "  4. test (0 s) :crit, 70000, 70001",
    ]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_one_line_with_one_colon(name: str):
    drawn = gantt([Task(1, name, 0, 1000)]) or ""

    assert len(drawn.splitlines()) == 4
    assert drawn.splitlines()[-1].count(":") == 1
    assert "`" not in drawn


@given(st.lists(st.text(max_size=80), max_size=200))
def test_a_gantt_stays_within_its_size(names: list[str]):
    drawn = gantt(Task(i, name, 0, 1000) for i, name in enumerate(names))

    assert len(drawn or "") <= MOST_CHARACTERS


def test_what_has_no_room_in_a_gantt_is_left_out():
    drawn = gantt(Task(number, "|" * 60, 0, 1000) for number in range(99)) or ""

    assert MOST_CHARACTERS - 500 < len(drawn) <= MOST_CHARACTERS
    assert drawn.endswith(":0, 1000")


@pytest.mark.parametrize(
    ("seconds", "axis"),
    [((0.0, 90.0), '"seconds" 0 --> 90'), ((60.0, 600.0), '"minutes" 1 --> 10')],
)
def test_an_axis_is_in_what_one_counts(seconds: tuple[float, float], axis: str):
    drawn = xychart("percent", seconds, 100, [[1e-7, 33.333], [5, 100]])

    assert f"  x-axis {axis}\n" in drawn
    assert drawn.endswith("  line [0, 33.3]\n  line [5, 100]")
