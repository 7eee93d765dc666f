"""A run drawn for the eye: whole within its width, each bar in its place, nothing that steers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from src.analysis.job_document import job_document, run_document
from src.cli.show_drawing import draw_run
from src.cli.show_html import run_page
from src.cli.show_tree import BAR_WIDTH, MOST_ROWS
from src.model.records import JobRecord
from tests.analysis.recorded import documented
from tests.model.made_records import JOB_RECORD, NOON, RUN_RECORD, STEP_RECORD
from tests.sampler.odd_names import ODD_NAMES
from tests.sampler.reported import REPORTED

RUN = replace(RUN_RECORD, started_at=NOON, completed_at=NOON + timedelta(seconds=280))
# The run's bar: a character each ten seconds.
assert BAR_WIDTH == 28


def shown(document: Mapping[str, Any], width: int = 120) -> str:
    return draw_run(document, Console(width=width, highlight=False))


def document(*jobs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "version": 1,
        "run": run_document(RUN),
        "jobs": list(jobs),
        "complaints": [],
        "attempts": [2],
        **more,
    }


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def job(name: str, queued: float, start: float, end: float, **more: Any) -> JobRecord:
    return replace(
        JOB_RECORD,
        record_id=f"github.com/jobs/{name}",
        job_name=name,
        created_at=at(queued),
        started_at=at(start),
        completed_at=at(end),
        duration_seconds=end - start,
        **more,
    )


def bar(text: str, name: str) -> str:
    """What stands under the heading of the run's time."""
    lines = text.splitlines()
    start = next(line for line in lines if line.startswith("Job and")).index("4:40 of the run")
    line = next(line for line in lines if line.startswith(name))
    return line[start : start + BAR_WIDTH].rstrip()


@pytest.mark.parametrize(
    ("times", "drawn"),
    [
        ((0, 0, 280), "█" * 28),
        ((0, 100, 200), "░" * 10 + "█" * 10),
        ((140, 140, 280), " " * 14 + "█" * 14),
        ((100, 100, 100), " " * 10 + "█"),
        ((280, 280, 280), " " * 27 + "█"),
    ],
    ids=["all of it", "waited", "its second half", "no time", "at its very end"],
)
def test_a_bar_stands_where_a_job_ran(times: tuple[float, float, float], drawn: str):
    text = shown(document(job_document(job("one", *times), [])))

    assert bar(text, "one") == drawn


def test_what_was_reused_of_an_earlier_attempt_moves_nothing():
    reused = replace(job("old", -9000, -9000, -8000), execution="reused", duration_seconds=None)
    parts = [job_document(job("one", 140, 140, 280), []), job_document(reused, [STEP_RECORD])]

    text = shown(document(*parts))

    assert bar(text, "one") == " " * 14 + "█" * 14
    assert bar(text, "old") == ""
    assert next(line for line in text.splitlines() if line.startswith("old")).endswith("reused")
    assert "Run make" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize("name", ["parallel", "failing", "odd"])
def test_lines_stay_within_the_width(name: str, width: int):
    told = documented(*REPORTED[name]()[:2])

    assert max(map(len, shown(document(told), width).splitlines())) <= width


def test_nothing_in_a_name_steers_a_terminal():
    names = (*ODD_NAMES, "\033[31mred\033[0m", "a\nb", "[bold]x[/bold]")
    steps = [
        replace(STEP_RECORD, step_number=number, step_name=name)
        for number, name in enumerate(names, 1)
    ]
    told = job_document(job(names[-3], 0, 0, 100), steps)
    run = {**run_document(replace(RUN, display_title=names[-3], branch="\x9b2J")), "used": {}}

    text = shown(document(told, run=run))

    assert all(character.isprintable() or character == "\n" for character in text)
    assert "[bold]x[/bold]" in text


def test_of_too_many_steps_those_that_have_a_say_are_shown():
    good = [replace(STEP_RECORD, step_number=number) for number in range(1, MOST_ROWS + 1)]
    bad = replace(STEP_RECORD, step_number=999, step_name="mypy", step_conclusion="failure")

    text = shown(document(job_document(job("one", 0, 0, 280), [*good, bad])))

    assert " └ 999 mypy" in text
    assert "Run make" not in text
    assert f"{MOST_ROWS} steps that were short of nothing are not shown." in text


def test_why_a_job_failed_is_told_with_what_to_do():
    told = documented(*REPORTED["failing"]()[:2])

    text = " ".join(shown(document(told)).split())

    assert f"{told['failure']['words']}. {told['failure']['advice']}" in text


def test_what_cannot_be_read_of_a_job_leaves_its_times():
    told = {**job_document(job("one", 0, 0, 280), [STEP_RECORD]), "usage": 3}

    text = shown(document(told, complaints=["a was left out: it is torn"]))

    assert bar(text, "one") == "█" * 28
    assert "! a was left out: it is torn" in text
    assert "! Of one only its times are shown: its verdict cannot be read" in text


@pytest.mark.parametrize("name", ["parallel", "unseen", "nothing"])
def test_a_job_without_some_of_its_facts_is_drawn(name: str):
    told = documented(*REPORTED[name]()[:2])
    bare = dict.fromkeys(("started_at", "completed_at", "created_at", "duration_seconds"))

    assert "CI · attempt 2" in shown(document({**told, **bare}, run=None))
    assert "<h1>" in run_page(document({**told, **bare}, run=None))


def test_a_page_leads_only_to_github_and_only_by_https():
    run = {**run_document(RUN), "run_url": "javascript:alert(1)"}

    assert "<a " not in run_page(document(run=run))
    assert '<a href="https://github.com/Acme/' in run_page(document())


def test_the_only_job_that_ran_is_open_on_the_page():
    ran, other = (job_document(job(name, 0, 0, 100), []) for name in ("one", "two"))
    skipped = {**other, "duration_seconds": None, "execution": "skipped"}

    assert run_page(document(ran, skipped)).count('<details class="job" open="open">') == 1
    assert "open=" not in run_page(document(ran, other))
