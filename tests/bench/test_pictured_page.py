"""A page of the dashboards as HTML: every tile is in it, and what was text stays text."""

import pytest

from bench.pictured_page import page_html
from src.insights.answers import Answer
from src.kql.dashboards.pages import PAGES

OVERVIEW, RUN, COST = (
    next(page for page in PAGES if page.name == name) for name in ("overview", "run", "cost")
)


def test_an_empty_answer_is_said_to_be_empty():
    html = page_html(RUN, [Answer(tile.shown.split(), []) for tile in RUN.tiles])

    assert html.count("Nothing in this time range.") == len(RUN.tiles)
    assert all(f"<h2>{tile.title}</h2>" in html for tile in RUN.tiles)


@pytest.fixture(scope="module")
def overview() -> str:
    hour = "2026-03-01T12:00:00Z"
    rows = {
        "key-figures": [[1, "Runs", 210.0, "short"], [2, "Success rate", None, "percent"]],
        "runs-over-time": [[hour, "failed", 3], [hour, "succeeded", 9]],
        "run-time-over-time": [[hour, 60.0, 5400.0]],
        "queue-time-over-time": [[hour, None, None]],
        "repositories-compared": [["<b>octo/app", 12, 75.0, 3, 60.0, None, hour]],
    }
    answers = [Answer(tile.shown.split(), rows[tile.query]) for tile in OVERVIEW.tiles]
    return page_html(OVERVIEW, answers)


def test_figures_charts_and_tables(overview: str):
    assert "<b>210</b>" in overview
    assert "<b>unknown</b>" in overview
    assert overview.count('class="bar fill-') == 2
    assert "01 Mar" in overview
    assert "75&nbsp;%" in overview


def test_text_stays_text(overview: str):
    assert "&lt;b&gt;octo/app" in overview


def test_bars_are_as_high_as_their_values_tell():
    days = [["2026-03-01", 1, 2.0, 4.0, 0.0], ["2026-03-02", 1, 2.0, 1.0, 0.0]]
    first, *others = COST.tiles
    answers = [Answer(first.shown.split(), days)]
    answers += [Answer(tile.shown.split(), []) for tile in others]

    html = page_html(COST, answers)

    assert html.count('class="bar fill-blue"') == 2
    assert 'height="130"' in html  # the highest level is the most, of four
    assert 'height="32.5"' in html
