"""The summary as GitHub's Markdown: what leads, what a row says, and what no name can do."""

import re
import time
from html import unescape

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.analysis.usage import ProcessUse, StepUsage, Usage
from src.model.printable import printable
from src.sampler.report.phrases import step_name
from src.sampler.report.step_table import MOST_ROWS
from src.sampler.summary import MOST_BYTES, summary
from tests.sampler.odd_names import ODD_NAMES
from tests.sampler.reported import (
    REPORTED,
    Reported,
    failing,
    hour,
    many,
    odd,
    parallel,
    unseen,
    with_gap,
)

COLUMNS = 9
OUR_TAGS = {"code", "details", "summary", "br"}


def written(job: Reported, **more: object) -> str:
    verdict, batches, stages = job
    return summary(verdict, batches, stages=stages, **more)  # type: ignore[arg-type]


def tokens(markdown: str) -> list[Token]:
    """As a parser of GitHub's Markdown reads it, inline ones unfolded."""
    parsed = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [each for token in parsed for each in (token, *(token.children or []))]


def rows(markdown: str) -> list[list[str]]:
    """The cells of the table of steps, as they are read."""
    table = markdown[markdown.index("\n| # |") :].split("\n\n", 1)[0]
    found: list[list[str]] = []
    for token in tokens(table):
        if token.type == "tr_open":
            found.append([])
        elif token.type == "inline":
            found[-1].append(shown(token).replace("\N{NO-BREAK SPACE}", " "))
    return found[1:]


def shown(inline: Token) -> str:
    return "".join(each.content for each in inline.children or [] if each.type != "html_inline")


def paragraphs(markdown: str) -> list[str]:
    return [shown(each) for each in tokens(markdown) if each.type == "inline"]


@pytest.fixture(
    params=[pytest.param(name, marks=[pytest.mark.slow] * (name == "many")) for name in REPORTED]
)
def any_job(request: pytest.FixtureRequest) -> Reported:
    return REPORTED[request.param]()


def test_the_one_sentence_leads():
    job = parallel()

    heading, sentence, about = paragraphs(written(job))[:3]

    assert heading == "job"
    assert sentence == job.verdict.sentence.replace("`", "")
    assert about.startswith("2 min 16 s on 4 cores, 15.6 GiB of memory, Linux")


def test_a_row_says_what_a_step_used():
    verdict, batches, _ = parallel()
    markdown = summary(verdict, batches)

    row = rows(markdown)[2]

    assert row[:3] == ["3", "compile", "0:49"]
    assert re.fullmatch(r"4\d % / \d\d %", row[3])
    assert re.fullmatch("[▁▂▃▄▅▆▇█]{16}", row[4])
    assert row[5] == "1.7 GiB"
    assert row[8] == "healthy"
    assert rows(markdown)[3][8] == "⚠ single-threaded"


def test_a_figure_and_its_unit_stay_on_one_line():
    assert re.search(r"\| 4\d&nbsp;% / \d\d&nbsp;% \|", written(parallel()))
    assert re.search(r"\| 1\.7&nbsp;GiB \|", written(parallel()))


def test_red_is_explained_where_there_is_any():
    assert "are red" in written(parallel())
    assert "are red" not in written(unseen())


def test_what_stopped_a_step_stands_out():
    job = failing()
    words = paragraphs(written(job))

    assert "✗ failed, out of memory" in [row[8] for row in rows(written(job))]
    assert any(each.startswith("out of memory: 1 kill by the kernel") for each in words)
    assert any(each.startswith("Resource: ") and "likely; " in each for each in words)


def test_every_step_has_a_row_of_all_columns(any_job: Reported):
    steps = any_job.verdict.usage.steps
    if not steps:
        assert "| # |" not in written(any_job)
        return

    found = rows(written(any_job))

    assert len(found) == min(len(steps), MOST_ROWS)
    assert {len(row) for row in found} == {COLUMNS}


def test_it_stays_within_what_github_takes(any_job: Reported):
    complaints = ["`torn` | " * 1000] * 1000

    assert len(written(any_job, complaints=complaints).encode()) <= MOST_BYTES / 4


def test_no_name_means_anything_to_markdown(any_job: Reported):
    found = tokens(written(any_job))
    tags = {
        tag
        for token in found
        if token.type.startswith("html")
        for tag in re.findall(r"</?(\w+)[^>]*>", token.content)
    }

    assert tags <= OUR_TAGS
    kinds = {token.type for token in found}
    assert not kinds & {"link_open", "image", "s_open", "em_open", "hr", "code_block"}
    assert all(token.info == "mermaid" for token in found if token.type == "fence")


def test_odd_names_are_shown_as_they_are():
    names = [row[1] for row in rows(written(odd()))]

    assert len(names) == len(ODD_NAMES)
    for name, seen in zip(ODD_NAMES, names, strict=True):
        if len(name) < 80 and name.strip():
            assert seen.strip() == printable(name.strip())


def test_raw_text_has_nothing_that_github_makes_a_link_of():
    outside_code = re.sub(
        r"<code>.*?</code>|^```.*?^```$", "", written(odd()), flags=re.DOTALL | re.MULTILINE
    )

    assert not re.search(r"www\.|https?:|@\w|#\d|:\w+:", re.sub(r"&#\d+;", "", outside_code))


@pytest.mark.slow
def test_of_ten_thousand_steps_the_longest_are_shown():
    words = paragraphs(written(many()))

    assert f"And {10_000 - MOST_ROWS} shorter steps, 2 h 45 min in all." in words


def test_what_was_not_seen_is_said():
    assert not any("cover" in each for each in paragraphs(written(hour())))
    assert any("samples cover" in each for each in paragraphs(written(with_gap())))
    assert "gaps are bridged" in written(with_gap())
    assert any("do not touch the job" in each for each in paragraphs(written(unseen())))
    assert "xychart" not in written(unseen())


def test_no_line_of_a_chart_leaves_it():
    verdict, batches, _ = hour()
    machine = verdict.usage.machine
    assert machine is not None
    few = machine._replace(cores_allowed=machine.cores_allowed / 4)
    crowded = verdict._replace(usage=verdict.usage._replace(machine=few))

    cpu = re.search(r"line \[(.*)\]", summary(crowded, batches))
    assert cpu is not None
    assert max(map(float, cpu[1].split(", "))) == 100


def test_complaints_are_told():
    words = paragraphs(written(parallel(), complaints=["line 3 was left out"]))

    assert any("line 3 was left out" in each for each in words)


def test_stages_are_told_by_their_time():
    table = written(parallel()).split("<summary>Stages</summary>")[1].split("</details>")[0]

    assert "| 20 s | <code>configure</code> |" in table
    assert "| 1 min 20 s | <code>link</code> |" in table


@pytest.mark.parametrize(
    ("name", "owner", "top", "shown_name"),
    [
        ("cargo build", "__run", ["rustc"], "cargo build"),
        ("__run_2", "__run_2", ["bash (step)", "cargo"], "__run_2 · cargo"),
        ("compile", "compile", ["Runner.Worker (children)", "make"], "compile · make"),
        ("compile", "compile", ["Runner.Worker (children)"], "compile"),
        ("__run", "__run", ["bash (step)"], "__run · bash (step)"),
        ("__run", "__run", [], "__run"),
    ],
)
def test_a_step_is_called_by_github_or_by_what_it_ran(
    name: str, owner: str, top: list[str], shown_name: str
):
    stranger = ProcessUse("dockerd", 1, 9.0, 1, None, None)
    own = (ProcessUse(each, 1, 1.0, 1, None, None, 1.0) for each in top)
    processes = (stranger, *own)

    assert (
        step_name(StepUsage(Step(1, name, 0, 1), Usage(top_by_cpu=processes), owner)) == shown_name
    )


def test_a_name_within_the_sentence_is_the_name_as_it_is():
    name = "build` **all** `everything"
    job = Job("j", 0, 60_000, (Step(1, name, 0, 60_000, "success"),), "success")

    assert f"<code>{name}</code>" in unescape(summary(judge(job, []), []))


@pytest.mark.timed
def test_an_hour_takes_a_fraction_of_a_second():
    verdict, batches, _ = hour()
    started = time.process_time()

    summary(verdict, batches)

    assert time.process_time() - started < 0.3
