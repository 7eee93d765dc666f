"""A build that is saved, and later ones that are compared with it: by real commands."""

import json
from pathlib import Path
from typing import Any

import pytest

from src.analysis.regressions import BuildFigures
from src.sampler import marks
from src.sampler.baseline import figures_of, read_baseline, save_baseline
from src.sampler.folder import Folder
from tests.sampler.in_background import Session, session

SLOWER = "Build duration increased by "
TINY = {"build_session": {"duration_seconds": 0.001}, "memory_metrics": {"peak_usage_mb": 10**6}}
HUGE = {"build_session": {"duration_seconds": 10**9}, "memory_metrics": {"peak_usage_mb": 10**9}}


def built(root: Path, baseline: object = None, **environment: str) -> Session:
    """A build of one step, without a sampler, up to its finalize."""
    found = Session(root)
    found.environment |= environment
    found.call("step", "start", "x")
    if baseline is not None:
        put(found, baseline)
    found.call("step", "end", "x")
    return found


def put(found: Session, baseline: object) -> None:
    (found.folder / "baseline.json").write_text(json.dumps(baseline))


def performance(found: Session) -> dict[str, Any]:
    told: dict[str, Any] = found.document("metrics.json")["performance_metrics"]
    return told


def test_what_has_got_worse_is_told_in_every_document(tmp_path: Path):
    found = built(tmp_path, TINY)
    said = found.call("finalize").stdout

    told = performance(found)
    percent = told["baseline_comparison"]["duration_diff_percent"]
    assert percent > 20
    assert told["baseline_comparison"]["memory_diff_percent"] < 0
    assert told["performance_score"] == 0
    assert told["regressions_detected"] == [f"{SLOWER}{percent:g}%"]
    assert said.endswith(f"\n{SLOWER}{percent:g}%\n")
    summary = found.document("build-summary.json")["telemetry"]
    assert summary["performance_regressions"] == told["regressions_detected"]
    log = (found.folder / "build-telemetry.log").read_text()
    assert f"performance_regressions: {SLOWER}" in log


def test_a_regression_is_in_the_summary_and_in_the_report(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", "--interval", "0.1")
        running.wait_for_samples(3)
        put(running, TINY)
        markdown, html = tmp_path / "summary.md", tmp_path / "report.html"
        running.call("finish", "--github-summary", str(markdown), "--html", str(html))

    assert f"\n> {SLOWER}" in markdown.read_text()
    assert " since the baseline.<br>" in markdown.read_text()
    assert SLOWER in html.read_text()


def test_in_a_job_a_regression_is_an_annotation(tmp_path: Path):
    said = built(tmp_path, TINY, GITHUB_ACTIONS="true").call("baseline", "check").stdout

    assert f"\n::warning title=Performance regression::{SLOWER}" in said


def test_a_better_build_is_no_regression(tmp_path: Path):
    found = built(tmp_path, HUGE)
    said = found.call("baseline", "check").stdout
    finalized = found.call("finalize").stdout

    assert said == "Compared with the baseline: duration -100%, memory -100%; score 100\n"
    assert "increased" not in finalized
    assert performance(found)["regressions_detected"] == []


def test_without_a_baseline_nothing_is_known(tmp_path: Path):
    found = built(tmp_path)
    said = found.call("baseline", "check").stdout
    found.call("finalize")

    path = found.folder / "baseline.json"
    assert said == f"Nothing to compare with: there is no baseline in {path}\n"
    assert performance(found) == {
        "regressions_detected": [],
        "baseline_comparison": {"duration_diff_percent": None, "memory_diff_percent": None},
        "performance_score": None,
    }


def test_a_build_that_was_saved_is_what_the_next_one_is_compared_with(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("init")
        running.call("baseline", "save")
        running.call("finalize")
        first = figures_of(running.document("baseline.json"))
        assert first.duration_seconds
        assert first.peak_memory_mb
        running.call("init")
        running.call("finalize")

    now = figures_of(running.document("metrics.json"))
    assert now.duration_seconds
    difference = 100 * (now.duration_seconds / first.duration_seconds - 1)
    told = performance(running)["baseline_comparison"]["duration_diff_percent"]
    assert told == pytest.approx(difference, abs=0.06)


def test_a_build_is_never_compared_with_itself(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start")
        put(running, TINY)
        first = running.call("baseline", "save").stdout
        second = running.call("baseline", "save").stdout
        running.call("finalize")
        assert performance(running)["regressions_detected"] != []
        running.call("stop")  # documents are written again

    assert first == second == f"Saved as the baseline: {running.folder}/baseline.json\n"
    assert figures_of(running.document("baseline.json")).duration_seconds != 0.001
    assert performance(running)["regressions_detected"] != []


def test_the_first_to_be_saved_has_nothing_to_be_compared_with(tmp_path: Path):
    found = built(tmp_path)
    found.call("baseline", "save")

    said = found.call("baseline", "check").stdout
    assert said == "Nothing to compare with: this build is the baseline\n"


@pytest.mark.parametrize(
    ("value", "is_saved"), [("true", True), ("1", True), ("false", False), ("", False)]
)
def test_a_variable_has_finalize_save_it(value: str, is_saved: bool, tmp_path: Path):  # noqa: FBT001 -- a table
    found = built(tmp_path, SAVE_BASELINE=value)
    found.call("finalize")

    assert (found.folder / "baseline.json").exists() == is_saved
    if is_saved:
        saved, metrics = found.document("baseline.json"), found.document("metrics.json")
        for document in (saved, metrics):  # connections come and go in between
            del document["network_metrics"]["connection_count"]
        assert saved == metrics


def test_a_build_that_failed_is_no_baseline(tmp_path: Path):
    found = built(tmp_path, HUGE, SAVE_BASELINE="true")
    found.call("failure", "x", "it broke")
    told = found.call("finalize")
    by_hand = found.call("baseline", "save")
    compared = found.call("baseline", "check").stdout

    assert compared == "Nothing to compare with: the build failed\n"
    assert performance(found)["performance_score"] is None
    assert told.stderr.startswith("the build failed, so it is no baseline; ")
    assert by_hand.stderr == told.stderr
    assert found.document("baseline.json") == HUGE


def test_what_an_earlier_session_left_makes_way_but_its_baseline(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("init")
        running.call("baseline", "save")
        running.call("finalize")
        running.call("start")
        left = {path.name for path in running.folder.iterdir() if path.is_file()}
        running.call("stop")

    ours = {"start.lock", "sampler.log", "sampler.pid", "telemetry.jsonl", "batches.jsonl"}
    assert left - ours == {"baseline.json"}


@pytest.mark.parametrize(
    "metrics",
    [
        *(None, [], "x", {}, {"build_session": [], "memory_metrics": 5}),
        {"build_session": {"duration_seconds": True}, "memory_metrics": {"peak_usage_mb": "9"}},
        {"build_session": {"duration_seconds": float("nan")}},
        {"build_session": {"duration_seconds": float("inf")}},
    ],
    ids=repr,
)
def test_what_is_no_baseline_tells_nothing(metrics: object):
    assert figures_of(metrics) == BuildFigures()


@pytest.mark.parametrize("text", ["", "{", "\0", '{"build_session": '], ids=repr)
def test_a_file_that_is_broken_tells_nothing(text: str, tmp_path: Path):
    folder = Folder({}, str(tmp_path))
    Path(folder.baseline).write_text(text)

    assert read_baseline(folder, []) == BuildFigures()


def test_what_a_saved_build_was_compared_with_is_kept(tmp_path: Path):
    folder = Folder({}, str(tmp_path))
    compared_with = BuildFigures(1.5, None)
    save_baseline(folder, HUGE, compared_with)

    assert read_baseline(folder, marks.read(folder)) == compared_with
    assert read_baseline(folder, []) == figures_of(HUGE)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("baseline",), "it is: baseline save, or baseline check"),
        (("baseline", "keep"), "baseline keep: it is save or check"),
    ],
)
def test_whatever_is_wrong_costs_a_line(words: tuple[str, ...], said: str, tmp_path: Path):
    assert Session(tmp_path).call(*words).stderr == f"{said}\n"
