"""`begin` and `finish`: what the Action does before and after a job's steps, in a process each."""

import os
import signal
from pathlib import Path

import pytest

from tests.sampler.in_background import session, wait_until
from tests.sampler.running import pythons

OFTEN = ("--interval", "0.1")
DOCUMENTS = {"metrics.json", "job.json", "steps.csv", "build-summary.json"}
PICTURES = {"summary.md", "report.html"}


def asked(folder: Path) -> tuple[str, ...]:
    return ("--github-summary", str(folder / "summary.md"), "--html", str(folder / "report.html"))


def made(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.is_file() and each.stat().st_size}


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).parents[1].name)
def test_every_python_begins_and_finishes_a_job(python: str, tmp_path: Path):
    with session(tmp_path, python) as running:
        begun = running.call("begin", *OFTEN, "--artifact", "seen")
        running.wait_for_samples(3)
        finished = running.call("finish", *asked(running.folder))

    assert "TELEMETRY_ARTIFACT_NAME<<END_OF_TELEMETRY\nseen\n" in begun.stdout
    assert f"\n{running.folder}/report.html\n" in begun.stdout
    assert (begun.stderr, finished.stdout, finished.stderr) == ("", "", "")
    assert made(running.folder) >= DOCUMENTS | PICTURES
    assert [batch.final for batch in running.batches()][-1]
    assert running.pid is None
    assert (running.folder / "sampler.log").read_text() == ""


def test_a_sampler_that_leaves_writes_no_documents_of_its_own(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        assert running.pid
        os.kill(running.pid, signal.SIGQUIT)
        wait_until(lambda: running.pid is None)

    assert running.batches()[-1].final
    assert not made(running.folder) & DOCUMENTS


def test_a_second_one_is_not_begun_and_has_no_variables(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        begun = running.call("begin", *OFTEN, "--artifact", "seen")
        running.call("stop")

    assert begun.stdout == ""
    assert "a sampler runs already" in begun.stderr


def test_of_a_killed_sampler_all_is_made_that_can_be(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        running.wait_for_samples(3)
        assert running.pid
        os.kill(running.pid, signal.SIGKILL)
        wait_until(lambda: not running.is_alive())
        finished = running.call("finish", *asked(running.folder))

    assert finished.stderr.startswith("the sampler had ended before it was stopped; ")
    assert len(finished.stderr.splitlines()) == 1
    assert made(running.folder) >= DOCUMENTS | PICTURES
    assert running.pid is None


def test_what_fails_is_a_line_and_the_rest_is_made(tmp_path: Path):
    with session(tmp_path) as running:
        running.call("start", *OFTEN)
        running.wait_for_samples(3)
        (running.folder / "metrics.json").mkdir()
        finished = running.call("finish", *asked(running.folder))

    [line] = finished.stderr.splitlines()
    assert line.startswith("telemetry failed: ")
    assert made(running.folder) >= PICTURES


def test_without_a_sampler_there_is_nothing_to_finish(tmp_path: Path):
    with session(tmp_path) as running:
        finished = running.call("finish", *asked(running.folder))

    assert finished.stderr == f"no sampler runs for {running.folder}\n"
    assert not running.folder.exists()


def test_to_what_a_step_has_told_its_summary_is_added(tmp_path: Path):
    told, own = tmp_path / "step_summary", tmp_path / "own.md"
    for file in (told, own):
        file.write_text("# Built\n")
    with session(tmp_path) as running:
        running.environment["GITHUB_STEP_SUMMARY"] = str(told)
        running.call("start", *OFTEN)
        running.wait_for_samples(3)
        running.call("stop")
        for file in (told, own):
            running.call("summarize", "--github-summary", str(file))

    assert told.read_text() == f"# Built\n{own.read_text()}"
    assert own.read_text().startswith("### ")
