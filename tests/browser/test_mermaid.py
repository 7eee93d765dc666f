"""The summary's diagrams, drawn by the real library in Chromium as GitHub does; no error box."""

import re
from html import escape
from itertools import islice
from random import Random

import pytest

from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.charts.mermaid import MOST_CHARACTERS, MOST_POINTS
from src.sampler.summary import summary
from src.simulate.sampling import sample
from tests.analysis.plants import PLANTS, as_timeline, planted
from tests.browser.chromium import NODE_MODULES, Page, look_at, needs_chromium
from tests.sampler.odd_names import ODD_NAMES
from tests.simulate.works import small_job, small_work

LIBRARIES = {
    "10.9": NODE_MODULES / "mermaid-10" / "dist" / "mermaid.min.js",
    "11": NODE_MODULES / "mermaid" / "dist" / "mermaid.min.js",
}
DRAW = """
(async () => {
  mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });
  const drawn = [];
  for (const [index, element] of [...document.querySelectorAll("pre")].entries()) {
    try {
      const { svg } = await mermaid.render("drawn" + index, element.textContent);
      element.outerHTML = svg;
      const picture = document.getElementById("drawn" + index);
      drawn.push({
        words: [...picture.querySelectorAll("text")].map((text) => text.textContent.trim()),
        bars: picture.querySelectorAll("rect.task").length,
        lines: [...picture.querySelectorAll("g.plot path")].map((line) => line.getAttribute("d")),
        error: picture.querySelector(".error-icon, .error-text") && "an error box",
      });
    } catch (error) {
      drawn.push({ error: String(error) });
    }
  }
  return drawn;
})()
"""

pytestmark = [pytest.mark.slow, needs_chromium]


def diagrams(markdown: str) -> list[str]:
    return re.findall(r"^```mermaid\n(.*?)\n```$", markdown, re.DOTALL | re.MULTILINE)


def busy_job() -> str:
    """Steps that overlap, and hundreds of samples."""
    batches = list(sample(Random(1), small_work(3, overlap=3)))  # noqa: S311
    return summary(judge(as_timeline(small_job(3, overlap=3)), batches), batches)


def odd_job(names: tuple[str, ...]) -> str:
    """Steps of these names, one after another."""
    steps = tuple(
        Step(number, name, 1_000_000 + 4_000 * number, 1_003_000 + 4_000 * number, "success")
        for number, name in enumerate(names, 1)
    )
    job = Job("odd", 1_000_000, 2_000_000, steps, "success")
    return summary(judge(job, []), [])


def planted_job(kind: str) -> str:
    job = planted(kind, 7)
    return summary(judge(job.timeline, job.batches), job.batches)


SUMMARIES = {
    "busy": busy_job,
    "odd": lambda: odd_job(ODD_NAMES),
    "many": lambda: odd_job(tuple(f"step {number}" for number in range(300))),
    **{kind: lambda kind=kind: planted_job(kind) for kind in list(PLANTS)[:3]},
}


@pytest.fixture(scope="module")
def texts() -> dict[str, list[str]]:
    return {name: diagrams(markdown()) for name, markdown in SUMMARIES.items()}


@pytest.fixture(scope="module", params=LIBRARIES)
def drawn(
    request: pytest.FixtureRequest,
    texts: dict[str, list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, list[dict]]:
    """What the library makes of each summary's diagrams."""
    page = tmp_path_factory.mktemp("mermaid") / "page.html"
    whole = [text for of_job in texts.values() for text in of_job]
    page.write_text(
        '<!doctype html><meta charset="utf-8">'
        + "".join(f"<pre>\n{escape(text)}</pre>" for text in whole),
        encoding="utf-8",
    )
    seen = look_at([Page(file=page, run=DRAW, libraries=[LIBRARIES[request.param]])])[0]
    assert not seen.errors
    answers = iter(seen.said)
    return {name: list(islice(answers, len(of_job))) for name, of_job in texts.items()}


def test_every_diagram_is_drawn(drawn: dict[str, list[dict]]):
    errors = [each.get("error") for of_job in drawn.values() for each in of_job]

    assert len(errors) > len(SUMMARIES)
    assert errors == [None] * len(errors)


@pytest.mark.parametrize("job", ["busy", *list(PLANTS)[:3]])
def test_charts_have_both_their_lines(drawn: dict[str, list[dict]], job: str):
    charts = drawn[job][:-1]

    assert [len(chart["lines"]) for chart in charts] == [2, 2]
    assert all(line.count(",") > 50 for chart in charts for line in chart["lines"])


def test_a_gantt_has_a_bar_for_each_step(drawn: dict[str, list[dict]]):
    job = as_timeline(small_job(3, overlap=3))

    assert drawn["busy"][-1]["bars"] == len(job.steps)
    assert drawn["odd"][-1]["bars"] == len(ODD_NAMES)
    assert drawn["many"][-1]["bars"] == 60


def test_odd_names_are_shown_as_they_are(drawn: dict[str, list[dict]]):
    words = drawn["odd"][-1]["words"]

    for number, name in enumerate(ODD_NAMES, 1):
        if name.isprintable() and name.strip() and len(name) < 50:
            assert f"{number}. {name} (3 s)" in words


@pytest.mark.parametrize("job", SUMMARIES)
def test_diagrams_stay_within_what_github_takes(texts: dict[str, list[str]], job: str):
    assert 1 <= len(texts[job]) <= 4
    for text in texts[job]:
        assert len(text) <= MOST_CHARACTERS
        assert all(line.count(",") < MOST_POINTS for line in text.splitlines() if "line [" in line)
