"""The report in Chromium: nothing fetched, no complaint, values under the pointer, at any width."""

from pathlib import Path
from typing import Any

import pytest

from src.sampler.html import html_report
from tests.browser.chromium import Page, Seen, look_at, needs_chromium
from tests.sampler.reported import REPORTED

WIDE, NARROW = 1280, 390
STATE = """
(() => {
  const course = document.querySelector(".course");
  const told = document.querySelector(".told"), cursor = document.querySelector(".cursor");
  const boxes = [...document.querySelectorAll("svg.panel, svg.timeline")].map((svg) => {
    const box = svg.getBoundingClientRect();
    return [box.left, box.width];
  });
  return {
    told: told && !told.hidden ? told.innerText.split("\\n") : null,
    told_box: told && !told.hidden ? told.getBoundingClientRect().toJSON() : null,
    cursor: cursor && !cursor.hidden ? cursor.getBoundingClientRect().left : null,
    value: course && course.getAttribute("aria-valuetext"),
    focused: document.activeElement.id || document.activeElement.className,
    overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    boxes,
    ground: getComputedStyle(document.body).backgroundColor,
    scripts: document.scripts.length,
    heading: document.querySelector("h1").innerText,
    pictures: document.images.length,
  };
})()
"""
HOVER = ((".course", 0.3),)

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Seen]:
    """All that the tests ask for, in one browser."""
    folder = tmp_path_factory.mktemp("report")
    pages = {name: _page(folder, **options) for name, options in LOOKS.items()}
    return dict(zip(pages, look_at(list(pages.values())), strict=True))


LOOKS: dict[str, dict[str, Any]] = {
    "hovered": {"moves": HOVER},
    "hovered, dark": {"moves": HOVER, "dark": True},
    "hovered, narrow": {"moves": HOVER, "width": NARROW},
    "hovered, narrow, at its end": {"moves": ((".course", 0.99),), "width": NARROW},
    "left alone": {},
    "by keys": {"keys": ("Tab", "Home", "ArrowRight", "ArrowRight")},
    "past by keys": {"keys": ("Tab", "ArrowRight", "Tab")},
    "hidden by keys": {"keys": ("Tab", "ArrowRight", "Escape")},
    "without script": {"script": False},
    **{
        f"job {name}": {"job": name} for name in ("failing", "odd", "unseen", "with_gap", "nothing")
    },
}


def _page(folder: Path, job: str = "parallel", **options: Any) -> Page:
    file = folder / f"{job}.html"
    verdict, batches, stages = REPORTED[job]()
    file.write_text(html_report(verdict, batches, stages=stages), encoding="utf-8")
    return Page(file=file, run=STATE, **options)


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_is_fetched_and_nothing_complains(seen: dict[str, Seen], look: str):
    assert seen[look].requests == []
    assert seen[look].errors == []


@pytest.mark.parametrize("look", LOOKS)
def test_the_page_is_no_wider_than_the_window(seen: dict[str, Seen], look: str):
    assert seen[look].said["overflow"] == 0


@pytest.mark.parametrize("look", [look for look in LOOKS if "job" not in look])
def test_pictures_stand_above_one_another(seen: dict[str, Seen], look: str):
    boxes = seen[look].said["boxes"]

    assert len(boxes) == 5
    assert boxes == boxes[:1] * 5


@pytest.mark.parametrize("look", ["hovered", "hovered, dark", "hovered, narrow"])
def test_a_pointer_is_told_the_moment_its_steps_and_all_values(seen: dict[str, Seen], look: str):
    moment, *steps_and_values = seen[look].said["told"]

    assert moment == "0:41"  # of 2:16
    assert steps_and_values[:2] == ["compile", "serve"]
    values = dict(zip(steps_and_values[2::2], steps_and_values[3::2], strict=True))
    assert values["CPU"] == "2.7 cores"
    assert values["Memory"] == "1.7 GiB"
    assert values["Disk written"].endswith(" MiB/s")
    assert len(values) == 6


@pytest.mark.parametrize("look", ["hovered", "hovered, narrow", "hovered, narrow, at its end"])
def test_what_is_told_is_within_the_window_and_beside_the_pointer(seen: dict[str, Seen], look: str):
    said = seen[look].said
    box = said["told_box"]

    assert box["left"] >= 0
    assert box["right"] <= (NARROW if "narrow" in look else WIDE)
    assert not box["left"] <= said["cursor"] <= box["right"]


def test_nothing_is_told_before_a_pointer_comes(seen: dict[str, Seen]):
    assert seen["left alone"].said["told"] is None


def test_keys_move_through_time_and_leave(seen: dict[str, Seen]):
    said = seen["by keys"].said

    assert said["focused"] == "course"
    assert said["told"][0] == said["value"].split(", ")[0] == "0:03"
    assert "Run actions/checkout@v4, CPU 0.18 cores, Memory 1020 MiB" in said["value"]
    assert seen["past by keys"].said["focused"] == "scroll"
    assert seen["past by keys"].said["told"] is None
    assert seen["hidden by keys"].said["told"] is None


def test_dark_is_dark(seen: dict[str, Seen]):
    assert seen["hovered, dark"].said["ground"] == "rgb(13, 17, 23)"
    assert seen["hovered"].said["ground"] == "rgb(255, 255, 255)"


def test_names_run_no_script(seen: dict[str, Seen]):
    said = seen["job odd"].said

    assert said["heading"] == "</script><script>alert(1)</script>"
    assert said["scripts"] == 2  # its data and its own
    assert said["pictures"] == 0
