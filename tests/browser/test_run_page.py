"""A run's page in Chromium: several jobs, each with its own charts and its own pointer."""

from pathlib import Path
from typing import Any

import pytest

from src.analysis.job_document import job_document, run_document
from src.cli.show_html import run_page
from tests.analysis.recorded import documented
from tests.browser.chromium import Page, Seen, look_at, needs_chromium
from tests.model.made_records import JOB_RECORD, RUN_RECORD, STEP_RECORD
from tests.sampler.reported import failing, parallel

WIDE, NARROW = 1280, 390
FIRST, SECOND = (f"details:nth-of-type({number})" for number in (1, 2))
STATE = """
(() => ({
  told: [...document.querySelectorAll(".told")].map((told) => !told.hidden && told.innerText),
  opened: [...document.querySelectorAll("details")].map((each) => each.open),
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  bars: document.querySelectorAll("svg.timeline")[0].querySelectorAll("rect").length,
  lines: [...document.querySelectorAll("summary")].map((summary) => summary.innerText),
  scripts: [...document.scripts].filter((script) => !script.type).length,
}))()
"""

pytestmark = [pytest.mark.slow, needs_chromium]


def document() -> dict[str, Any]:
    plain = job_document(JOB_RECORD, [STEP_RECORD])
    jobs = [documented(*job[:2]) for job in (parallel(), failing())]
    for number, job in enumerate(jobs):
        job["duration_seconds"] = (job["end_ms"] - job["start_ms"]) / 1000
        job["job_name"] = f"job {number}"
    return {
        "version": 1,
        "run": run_document(RUN_RECORD),
        "jobs": [*jobs, {**plain, "job_name": "</script><script>alert(1)</script>"}],
        "complaints": ["a part was left out: it is torn"],
        "attempts": [2],
    }


LOOKS: dict[str, dict[str, Any]] = {
    "first": {"opened": 1, "moves": ((f"{FIRST} .course", 0.3),)},
    "second": {"opened": 2, "moves": ((f"{SECOND} .course", 0.5),)},
    "dark": {"dark": True},
    "narrow": {"width": NARROW, "opened": 1},
    "without script": {"script": False},
}


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    folder = tmp_path_factory.mktemp("run")
    pages = [_page(folder, name, **look) for name, look in LOOKS.items()]
    return dict(zip(LOOKS, look_at(pages), strict=True))


def _page(folder: Path, name: str, opened: int = 0, **options: Any) -> Page:
    """The first jobs are opened, as by a click on their lines."""
    folded, unfolded = '<details class="job">', '<details class="job" open>'
    file = folder / f"{name}.html"
    file.write_text(run_page(document()).replace(folded, unfolded, opened), encoding="utf-8")
    return Page(file=file, run=STATE, **options)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_fetched_nothing_complains_and_all_is_within_the_window(
    seen: dict[str, Seen], look: str
):
    assert seen[look].requests == []
    assert seen[look].errors == []
    assert seen[look].said["overflow"] == 0


def test_jobs_are_bars_and_lines_that_open(seen: dict[str, Seen]):
    said = seen["dark"].said

    assert said["bars"] == 3
    assert said["opened"] == [False, False, False]
    assert said["lines"][0].startswith("job 0 · success · 2 min 16 s\nThe runner")
    assert said["lines"][2] == "</script><script>alert(1)</script> · success · 10 min"
    assert said["scripts"] == 1


@pytest.mark.parametrize(("look", "mine"), [("first", 0), ("second", 1)])
def test_each_job_has_a_pointer_of_its_own(seen: dict[str, Seen], look: str, mine: int):
    told = seen[look].said["told"]

    assert "CPU" in told[mine]
    assert told[1 - mine] is False
