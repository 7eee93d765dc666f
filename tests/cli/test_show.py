"""`show`: from an archive as the worker writes it to what a user sees."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.cli.show import command
from tests.cli.archived import write_archive

ROOT = Path(__file__).parents[2]
RUN_URL = "https://github.com/Acme/rocket/actions/runs/301"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.delenv("COLUMNS", raising=False)
    return tmp_path


@pytest.fixture
def archive(home: Path) -> Path:
    write_archive(home)
    return home


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def output(*arguments: str) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def failure(*arguments: str, code: int = 1) -> str:
    result = run(*arguments)
    assert result.exit_code == code
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


@pytest.mark.usefixtures("archive")
class TestRun:
    @pytest.mark.parametrize("name", ["301", RUN_URL, "acme/rocket", "ACME/Rocket"])
    def test_it_is_found_by_number_url_and_repository(self, name: str):
        assert output(name).startswith("Acme/rocket · CI #12 · attempt 2\nfailed · 3 min 16 s")

    def test_its_jobs_and_steps_are_a_tree(self):
        lines = output("301").splitlines()
        names = [line[:36].rstrip() for line in lines]

        start = names.index("build (linux)")
        assert names[start + 1 : start + 3] == [" ├ 1 Set up job", " ├ 2 Run actions/checkout@v4"]
        lint = names.index("lint")
        assert names[lint + 1 : lint + 4] == [" ├ 1 ruff check", " └ 2 mypy", "deploy"]
        assert "skipped" in lines[lint + 3]
        assert lines[lint].rstrip().endswith("failed")

    def test_what_the_judge_said_is_told(self):
        text = " ".join(output("301").split())

        assert "• build (linux): The runner" in text
        assert "Other attempts: 1 (--attempt)." in text

    def test_an_earlier_attempt_is_there_too(self):
        text = output("301", "--attempt", "1")

        assert text.startswith("Acme/rocket · CI #12 · attempt 1\nsuccess")
        assert "None of its jobs is in the archive." in text

    @pytest.mark.parametrize("name", ["501", "build (linux)", "Build"])
    def test_one_job_is_told_as_analyse_does(self, name: str):
        text = output("301", "--job", name)

        assert "build (linux) · 2 min 16 s · 4 cores" in text
        assert "Bottlenecks\n  4 serve" in text
        assert output(f"{RUN_URL}/job/501") == text

    def test_one_job_that_nobody_watched_has_its_times(self):
        text = output("301", "--job", "lint")

        assert " └ 2 mypy" in text
        assert "build (linux)" not in text
        assert "No sampler watched" in text

    def test_all_is_there_as_json(self):
        told = json.loads(output("301", "--json"))

        assert told["version"] == 1
        assert told["attempts"] == [1, 2]
        assert told["run"]["run_number"] == 12
        assert {job["job_name"] for job in told["jobs"]} == {"build (linux)", "lint", "deploy"}
        [job] = json.loads(output("301", "--job", "501", "--json"))["jobs"]
        assert job["steps"][0]["usage"]["seconds"] == 2.0

    def test_a_page_is_written(self, tmp_path: Path):
        file = tmp_path / "run.html"

        result = run("301", "--html", str(file))

        assert result.stdout == ""
        assert result.stderr == f"written: {file}\n"
        assert "<title>Acme/rocket · CI #12 · attempt 2</title>" in file.read_text()

    def test_a_page_that_cannot_be_written_is_one_line(self, tmp_path: Path):
        file = tmp_path / "none" / "run.html"

        assert failure("301", "--html", str(file)) == (
            f"Error: cannot write {file}: No such file or directory\n"
        )

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["302"], "the archive has nothing of run 302"),
            (["acme/other"], "the archive has no run of acme/other on github.com"),
            (["301", "--attempt", "3"], "there is no attempt 3: the archive has 1, 2"),
            ([f"{RUN_URL}/attempts/4"], "there is no attempt 4"),
            (["https://ghe.example.com/a/b/actions/runs/301"], "nothing of run 301"),
        ],
    )
    def test_what_is_not_there_is_told_with_where_that_was_looked_for(
        self, arguments: list[str], said: str, home: Path
    ):
        told = failure(*arguments)

        assert said in told
        assert f"Looked in {home}/objects" in told
        assert "OBJECT_STORE_URL" in told

    def test_a_job_that_is_not_there_is_told_with_those_that_are(self):
        assert failure("301", "--job", "test") == (
            "Error: the run has no job 'test';"
            " it has 501 (build (linux)), 502 (lint), 503 (deploy)\n"
        )

    def test_a_name_of_several_jobs_is_told_with_them(self):
        assert failure("301", "--job", "LI") == (
            "Error: 'LI' may be any of 501 (build (linux)), 502 (lint): give its id\n"
        )


def test_a_run_that_goes_on_has_the_jobs_that_are_over(home: Path):
    write_archive(home, with_run=False)

    text = output("301")

    assert text.startswith("Acme/rocket · CI · attempt 2\nThe run is not completed")
    assert " └ 2 mypy" in text


def test_a_torn_part_is_told(archive: Path):
    [part] = archive.rglob("job-502-*.json.gz")
    part.write_bytes(part.read_bytes()[:-9])

    text = " ".join(output("301").split())

    assert "job-502-3000000-beef.json.gz was left out: it is torn, or no document" in text
    assert "mypy" not in text


def test_where_nothing_can_be_read_that_is_told(archive: Path):
    for part in archive.rglob("*/77/1/*.json.gz"):
        part.write_bytes(b"")

    assert "c0ffee.json.gz was left out: it is torn" in failure("301", "--attempt", "1")


def test_a_run_of_several_hosts_is_asked_for_by_its_url(archive: Path):
    runs = archive / "objects" / "archive" / "runs" / "301"
    (runs / "github.com").rename(runs / "ghe.example.com")
    write_archive(archive)

    assert "ghe.example.com and github.com each have a run 301: give its URL" in failure("301")
    assert output(RUN_URL)


def test_a_bad_name_is_a_mistake(home: Path):
    assert "give a run's id, a run's or a job's URL, or OWNER/NAME" in failure("x y", code=2)
    assert list(home.iterdir()) == []


@pytest.mark.usefixtures("home")
def test_bad_settings_are_one_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OBJECT_STORE_URL", "ftp://x")

    assert "OBJECT_STORE_URL" in failure("301", code=2)


def test_an_empty_home_is_told_and_stays_empty(home: Path):
    assert failure("301").startswith("Error: there is no archive yet\nLooked in ")
    assert list(home.iterdir()) == []


def test_a_store_that_is_away_is_one_line(home: Path):
    (home / "objects").mkdir()
    (home / "objects" / "archive").write_text("no folder")

    assert failure("301").startswith(f"Error: {home}/objects: ")


def test_a_terminal_gets_colours(archive: Path):
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "src", "show", "301"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        env={**os.environ, "TERM": "xterm-256color", "GITHUB_TELEMETRY_HOME": str(archive)},
    )
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:
        pass  # how Linux says that nobody is at the other end
    finally:
        os.close(ours)
    assert process.wait(60) == 0
    assert b"\033[1mbuild (linux)" in said
    assert b"\033" not in output("301").encode()
