"""The report as an HTML file: whole, safe, bounded, and the same in words as in pictures."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from math import isclose

import pytest

from src.model.printable import printable
from src.sampler.html import MOST_STEPS, html_report
from src.sampler.report.moments import MOST_PARTS
from tests.sampler.odd_names import ODD_NAMES
from tests.sampler.reported import REPORTED, Reported, failing, hour, many, odd, parallel, with_gap

MOST_BYTES = 1_000_000
VOID = {"meta", "br", "!doctype"}
ANY = [pytest.param(name, marks=[pytest.mark.slow] * (name == "many")) for name in REPORTED]


class Parsed(HTMLParser):
    """A page's elements; complains of what is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[tuple[str, str]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append((self.open[-1] if self.open else "", data))

    def told(self, tag: str) -> list[str]:
        return [words for within, words in self.words if within == tag]

    def of_class(self, kind: str) -> list[dict[str, str | None]]:
        return [attrs for _, attrs in self.elements if kind in (attrs.get("class") or "").split()]


def report(job: Reported) -> str:
    return html_report(job.verdict, job.batches, stages=job.stages)


def moments(html: str) -> dict:
    found = re.search(r'<script type="application/json">(.*?)</script>', html)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("name", ANY)
def test_every_report_is_whole_and_bounded(name: str):
    html = report(REPORTED[name]())
    page = Parsed(html)

    assert len(html.encode()) < MOST_BYTES
    assert [tag for tag, _ in page.elements].count("main") == 1
    assert page.told("title")


@pytest.mark.parametrize("name", ANY)
def test_it_asks_for_nothing(name: str):
    for tag, attrs in Parsed(report(REPORTED[name]())).elements:
        assert tag not in {"img", "link", "iframe", "object", "embed", "base", "a", "image", "use"}
        assert not {"src", "href", "xlink:href", "style", "onload", "onerror"} & attrs.keys()


def test_only_its_own_style_and_script_are_allowed():
    html = report(parallel())
    page = Parsed(html)
    policy = next(attrs["content"] for tag, attrs in page.elements if "http-equiv" in attrs)
    script, style = (
        re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)[1]  # type: ignore[index]
        for tag in ("script", "style")
    )

    assert (policy or "").split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(style.encode()).digest()).decode()}'",
        f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_odd_names_are_shown_as_they_are():
    shown = Parsed(report(odd())).told("code")

    for name in ODD_NAMES:
        if name.strip() and len(name) < 200:
            assert printable(name) in shown


def test_the_sentence_and_the_figures_lead():
    job = parallel()
    page = Parsed(report(job))
    sentence = job.verdict.sentence.split("`")

    assert page.told("p")[0].replace("\N{NO-BREAK SPACE}", " ") == sentence[0]
    assert page.told("dt") == ["Time", "CPU, mean", "Memory, peak", "Disk read", "Network in"]
    assert page.told("dd")[:3] == [
        "2\N{NO-BREAK SPACE}min 16\N{NO-BREAK SPACE}s",
        "49\N{NO-BREAK SPACE}%",
        "1.7\N{NO-BREAK SPACE}GiB",
    ]


def test_all_stand_on_one_axis_of_time():
    page = Parsed(report(parallel()))
    upright = [line["x1"] for line in page.of_class("rule") if line["x1"] == line["x2"]]
    described = [
        (attrs["aria-label"] or "").partition(" over time")[0::2]
        for attrs in page.of_class("panel")
    ]

    assert upright == upright[: len(upright) // 5] * 5  # the steps, and four charts
    assert [name for name, _ in described] == ["CPU", "Memory", "Disk", "Network"]
    assert all("on average" in figures for _, figures in described)


def test_steps_that_overlap_have_lanes_and_stages_lines():
    page = Parsed(report(parallel()))
    clips = page.of_class("clip")

    assert len({clip["y"] for clip in clips if clip["y"] != "0"}) == 2  # under the stages' names
    assert len(page.of_class("mark")) == 3 * (1 + 4)  # in the timeline, and in each chart
    assert "compile </script>" in page.told("code")


def test_what_scrolls_can_be_reached_and_says_what_it_is():
    regions = Parsed(report(parallel())).of_class("scroll")

    assert [each["aria-label"] for each in regions] == [
        *("Steps", "Processes", "CPU time of the steps", "Stages")
    ]
    assert {(each["role"], each["tabindex"]) for each in regions} == {("region", "0")}


def test_what_a_pointer_is_told_is_what_was_used():
    verdict, batches, _ = hour()
    told = moments(html_report(verdict, batches))
    used = verdict.usage.usage
    cores = [float(words.split()[0]) for words in told["readings"][0][2] if words]

    assert told["parts"] == MOST_PARTS == len(told["readings"][0][2])
    assert isclose(
        sum(cores) / len(cores) * used.covered_seconds, used.cpu_seconds or 0, rel_tol=0.02
    )
    assert [name for name, _, _ in told["readings"]] == [
        *("CPU", "Memory", "Disk read", "Disk written", "Network in", "Network out")
    ]


def test_what_was_not_seen_is_a_gap():
    told = moments(report(with_gap()))
    seen = [words is not None for words in told["readings"][0][2]]

    changes = [now for before, now in pairwise(seen) if before != now]
    assert changes.count(True) == 2
    assert not seen[-1]


def test_what_stopped_a_step_is_said_in_words_too():
    html = report(failing())

    assert "✗ failed, out of memory" in Parsed(html).told("span")
    assert "Why it failed" in Parsed(html).told("h2")


@pytest.mark.slow
def test_of_ten_thousand_steps_the_longest_are_shown():
    page = Parsed(report(many()))

    assert f"And {10_000 - MOST_STEPS} shorter steps." in page.told("p")


def test_without_samples_the_steps_are_there_all_the_same():
    html = report(REPORTED["unseen"]())
    page = Parsed(html)

    assert len(page.of_class("timeline")) == 1
    assert not page.of_class("panel")
    assert "<script" not in html
