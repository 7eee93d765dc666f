import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from src.cli.query import command, read_question
from src.insights.ingestion import ingest
from src.insights.settings import FILE_NAME
from src.insights.store import Store
from src.kql.catalogue import QUERIES
from tests.insights.items import NOW, body, item
from tests.insights.stack import ROOT, Insights, free_port, running_insights

ASK = "customEvents | order by name asc | project name, n = todouble(customMeasurements.n)"


def two_rows(at: datetime) -> bytes:
    contents = [
        {"name": "Ä [b]", "measurements": {"n": 1.23456}},
        {"name": "b,\nc", "measurements": {}},
    ]
    return body(*(item(content=content, at=at) for content in contents))


@pytest.fixture(scope="module")
def insights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insights]:
    with running_insights(tmp_path_factory.mktemp("home")) as running:
        assert running.track(two_rows(datetime.now(UTC))).status_code == 200
        yield running


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and a port that nobody listens on."""
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    monkeypatch.setenv("INSIGHTS_PORT", str(free_port()))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def failure(*arguments: str) -> str:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    return result.stderr


def test_the_table_is_plain_and_aligned_off_a_terminal(insights: Insights):
    assert run(ASK, "--url", insights.url) == "name       n\nb, c\nÄ [b]  1.235\n"


def test_json_is_a_list_of_objects(insights: Insights):
    out = run(ASK, "--url", insights.url, "--format", "json")
    assert json.loads(out) == [{"name": "b,\nc", "n": None}, {"name": "Ä [b]", "n": 1.23456}]


def test_columns_of_one_name_are_told_apart(insights: Insights):
    out = run("print a = 1, a = 2, b = 3", "--url", insights.url, "--format", "json")
    assert json.loads(out) == [{"a": 1, "a1": 2, "b": 3}]


def test_csv_reads_back(insights: Insights):
    out = run(ASK, "--url", f"{insights.url}/", "--format", "csv")
    rows = [["name", "n"], ["b,\nc", ""], ["Ä [b]", "1.23456"]]
    assert list(csv.reader(io.StringIO(out))) == rows


AMOUNTS = (
    "print duration_seconds = 2423.0, read_bytes = 3255512393.4, bytes = 512,"
    " sent_bytes_per_second = 2048, missing_seconds = real(null), left_bytes = -5, jobs = 2423"
)


def test_a_table_says_seconds_and_bytes_in_words_and_nothing_else_does(insights: Insights):
    heading, row = run(AMOUNTS, "--url", insights.url).splitlines()
    cells = {
        name[0]: row[: name.end()].split("  ")[-1].strip() for name in re.finditer(r"\S+", heading)
    }
    assert cells == {
        "duration_seconds": "40 min 23 s",
        "read_bytes": "3 GiB",
        "bytes": "512 B",
        "sent_bytes_per_second": "2 KiB/s",
        "missing_seconds": "",
        "left_bytes": "-5",
        "jobs": "2423",
    }
    [raw] = json.loads(run(AMOUNTS, "--url", insights.url, "--format", "json"))
    assert (raw["duration_seconds"], raw["read_bytes"]) == (2423.0, 3255512393.4)
    assert ",512,2048,," in run(AMOUNTS, "--url", insights.url, "--format", "csv")


def test_a_row_alone_that_is_too_wide_is_a_line_a_column(insights: Insights):
    wide = f"print name = '{'x' * 120}', duration_seconds = 61, nothing = real(null)"
    assert run(wide, "--url", insights.url).splitlines() == [
        f"name              {'x' * 120}",
        "duration_seconds  1 min 1 s",
        "nothing",
    ]


def test_off_a_terminal_columns_fold_where_its_width_is_told(
    insights: Insights, monkeypatch: pytest.MonkeyPatch
):
    question = f"{ASK}, wide = '{'x' * 70}'"
    assert len(run(question, "--url", insights.url).splitlines()) == 3
    monkeypatch.setenv("COLUMNS", "60")
    lines = run(question, "--url", insights.url).splitlines()
    assert lines[0].split() == ["name", "n"]
    assert lines[2] == f"    wide {'x' * 70}"


def test_no_rows_leave_the_header(insights: Insights):
    nothing = f"{ASK} | where name == 'x'"
    assert run(nothing, "--url", insights.url) == "name  n\n"
    assert run(nothing, "--url", insights.url, "--format", "json") == "[]\n"


def on_a_terminal(insights: Insights, question: str, columns: int) -> str:
    ours, theirs = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "src", "query", question, "--url", insights.url],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm", "COLUMNS": str(columns)},
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    drawn = os.read(ours, 65_536).decode()
    os.close(ours)
    return drawn.replace("\r\n", "\n")


def test_a_terminal_gets_a_heading_that_stands_out(insights: Insights):
    heading, *rows = on_a_terminal(insights, ASK, 60).splitlines()
    assert (heading[:4], heading[-4:]) == ("\033[1m", "\033[0m")
    assert len(rows) == 2
    assert "\033" not in "".join(rows)


def test_columns_that_a_terminal_has_no_room_for_stand_below_their_row_whole(insights: Insights):
    drawn = on_a_terminal(insights, f"{ASK}, wide = '{'x' * 100}', rest = 7", 60)
    heading, *lines = drawn.splitlines()
    assert heading.split() == ["\033[1mname", "n\033[0m"]
    assert len(lines) == 6
    assert lines[1::3] == lines[1::3][:1] * 2 == [f"    wide {'x' * 100}"] * 2
    assert lines[2::3] == ["    rest 7"] * 2


def test_a_terminal_is_told_of_no_rows(insights: Insights):
    assert "(no rows)" in on_a_terminal(insights, f"{ASK} | where name == 'x'", 60)


def test_the_file_answers_where_nothing_runs(home: Path):
    with Store(home / FILE_NAME) as store:
        store.append(ingest(two_rows(NOW), NOW).rows)
    assert run("customEvents | count", "--format", "csv") == "Count\n2\n"
    assert "there is no table Nope" in failure("Nope")


def test_a_url_that_was_named_is_never_answered_by_the_file(home: Path):
    with Store(home / FILE_NAME) as store:
        store.append(ingest(two_rows(NOW), NOW).rows)
    url = f"http://127.0.0.1:{free_port()}"
    assert failure("customEvents", "--url", url) == f"Error: nothing listens at {url}\n"


def test_with_neither_server_nor_file_it_says_what_to_do(home: Path):
    said = failure("customEvents")
    assert str(home / FILE_NAME) in said
    assert "make run" in said


def test_a_file_that_another_process_has_open_is_explained(
    insights: Insights, home: Path, monkeypatch: pytest.MonkeyPatch
):
    assert home != insights.home
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(insights.home))
    said = failure("customEvents")
    assert "in use by another process; if a stand-in runs elsewhere" in said
    assert "INSIGHTS_PORT or --url" in said


def test_a_bad_query_is_one_line(insights: Insights):
    said = failure("customEvents | wherex", "--url", insights.url)
    assert said.startswith("Error: could not parse KQL at 1:13")
    assert said.count("\n") == 1


@pytest.mark.parametrize("path", ["/health", "/nowhere"])
def test_what_is_no_stand_in_is_named(insights: Insights, path: str):
    assert "does not answer as the stand-in would" in failure(
        "customEvents", "--url", f"{insights.url}{path}"
    )


def test_a_bad_setting_is_one_line_and_code_2(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INSIGHTS_PORT", "many")
    result = CliRunner().invoke(command, ["customEvents"])
    assert result.exit_code == 2
    assert result.stderr.startswith("github-telemetry: INSIGHTS_PORT: ")


def test_a_question_is_a_name_a_path_or_kql(tmp_path: Path):
    shipped = min(QUERIES.glob("*.kql"))
    assert read_question(shipped.stem) == shipped.read_text(encoding="utf-8")
    own = tmp_path / "own.kql"
    own.write_text("print 1")
    assert read_question(str(own)) == "print 1"
    assert read_question("print x = 'a.b'") == "print x = 'a.b'"
    assert "cannot read" in failure(str(tmp_path / "absent.kql"))


@pytest.mark.parametrize(
    ("name", "hint"),
    [("slowest-stepz", "did you mean slowest-steps? See --list"), ("x-y", "see --list")],
)
def test_a_name_that_is_none_is_said_to_be(name: str, hint: str):
    assert failure(name) == f"Error: no such query: {name}; {hint}\n"


def test_a_missing_question_is_a_usage_error():
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 2
    assert "see --list" in result.stderr


def test_the_shipped_queries_are_listed_and_run(insights: Insights):
    listed = run("--list").splitlines()
    paths = sorted(QUERIES.glob("*.kql"))
    assert len(listed) == len(paths) > 0
    for line, path in zip(listed, paths, strict=True):
        name, _, meaning = line.partition(" ")
        assert name == path.stem
        assert meaning.strip()
        assert "//" not in meaning
    assert run(paths[0].stem, "--url", insights.url)


def test_help_is_quick_and_has_an_example():
    script = (
        "import sys\n"
        "from src.cli import main\n"
        "try: main(['query', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'duckdb', 'httpx', 'rich', 'pydantic'} & set(sys.modules)))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "python -m src query 'WorkflowJobs() | summarize" in shown.stdout
    assert shown.stdout.splitlines()[-1] == "[]"
