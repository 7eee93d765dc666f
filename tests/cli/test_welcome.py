"""What the stack says of itself: its secret, its addresses, its answer."""

import re
import shlex
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from src.cli import welcome
from src.cli.demo import STARTED
from src.cli.last_day import day_in_words, duration
from src.cli.stack_settings import StackSettings, stack_settings, webhook_secret
from src.cli.welcome import OVERVIEW, SLOWEST_STEPS, STEPS_SHOWN, print_welcome
from src.frontend.settings import FrontendSettings
from src.insights.answers import Answer
from src.kql.catalogue import Query, shipped_queries
from src.model.times import format_time
from tests.insights.stack import Insights, free_port, running_insights

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRETS = ("GITHUB_WEBHOOK_SECRET", "FRONTEND_GITHUB_WEBHOOK_SECRET")
QUEUES = ("AZURE_STORAGE_QUEUE_NAME", "BACKEND_AZURE_STORAGE_QUEUE_NAME")
USERS_OWN = "hunter2"
DAY = {
    "completed_runs": 41,
    "succeeded_runs": 35,
    "failed_runs": 5,
    "success_percent": 87.5,
    "finished_jobs": 120,
    "queue_p50_seconds": 12.0,
    "queue_p95_seconds": 3725.0,
    "sized_jobs": 40,
    "smaller_jobs": 7,
    "larger_jobs": 0,
    "slowest_job": "build",
    "slowest_job_seconds": 725.4,
    "slowest_job_repository": "acme/rocket",
    "slowest_job_workflow": "CI",
}


STEPS = [
    {
        "duration_seconds": 600.0,
        "step_name": "Run make",
        "job_name": "build",
        "bottleneck": "cpu_bound",
        "diagnosis": "CPU-bound: 98 % of 4 cores; first of all cc1plus",
        "job_url": "https://github.com/acme/rocket/actions/runs/301/job/501",
    },
    {
        "duration_seconds": 61.0,
        "step_name": "npm test",
        "job_name": "web",
        "bottleneck": "none",
        "diagnosis": "",
        "job_url": "https://github.com/acme/rocket/actions/runs/302/job/502",
    },
    {
        "duration_seconds": 59.0,
        "step_name": "Deploy",
        "job_name": "ship",
        "bottleneck": "",
        "diagnosis": None,
        "job_url": "https://github.com/acme/rocket/actions/runs/303/job/503",
    },
]


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HOST", "PORT", "INSIGHTS_PORT", "DEMO", *SECRETS, *QUEUES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path / "home"))


def lines_of(said: str) -> dict[str, str]:
    """The named lines of a welcome."""
    return dict(re.findall(r"^  (\S+(?: \S+)*) {2,}(.*)$", said, re.MULTILINE))


def welcomed(
    overview: dict[str, Any] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    steps: Sequence[dict[str, Any]] = (),
) -> str:
    """What is printed where this is the overview's only row, and these are the slowest steps."""
    rows = {OVERVIEW: [overview] if overview else [], SLOWEST_STEPS: steps}
    told = {query.text: answer_of(rows.get(query.name, [])) for query in shipped_queries()}
    monkeypatch.setattr(welcome, "ask_server", lambda kql, _: told[kql])
    settings = StackSettings()
    webhook_secret(settings)
    print_welcome(settings, NOW)
    return capsys.readouterr().out


def answer_of(rows: Sequence[dict[str, Any]]) -> Answer:
    return Answer([*rows[0]], [[*row.values()] for row in rows]) if rows else Answer([], [])


# --- the day ------------------------------------------------------------------------------------


def test_the_day_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    lines = lines_of(welcomed(DAY, monkeypatch, capsys))

    assert lines["Slowest job"] == "12 min 5 s  build (acme/rocket, CI)"
    assert lines["Success rate"] == "87.5 % of 40 runs that succeeded or failed"
    assert lines["Queue time"] == "half of 120 jobs waited over 12 s, one in 20 over 1 h 2 min"
    assert lines["Right size"] == (
        "none of 40 jobs with samples should have a larger runner, 7 a smaller"
    )


def test_where_several_pools_are_waited_for_the_worst_is_named():
    pools = [{"pool": f"pool-{number}", "jobs": 23, "p50_seconds": 3157.0} for number in (1, 2)]

    assert day_in_words(DAY, pools)["Queue time"].endswith(
        "one in 20 over 1 h 2 min; half of the 23 on pool-1 over 52 min 37 s"
    )
    assert day_in_words(DAY, pools[:1])["Queue time"].endswith("one in 20 over 1 h 2 min")


def test_the_slowest_steps_are_told_with_what_they_were_short_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said = welcomed(DAY, monkeypatch, capsys, STEPS)

    _, _, after = said.partition("The slowest steps\n")
    assert after.splitlines()[:3] == [
        "  10 min 0 s  Run make in build  CPU-bound: 98 % of 4 cores; first of all cc1plus",
        "  1 min 1 s   npm test in web    short of nothing",
        "  59 s        Deploy in ship     not sampled",
    ]


@pytest.mark.parametrize("home", [None, "a b"])
def test_the_slowest_step_s_job_can_be_looked_at_as_it_is_said(
    home: str | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_TELEMETRY_HOME")
    if home:
        monkeypatch.setenv("GITHUB_TELEMETRY_HOME", home)
    said = welcomed(DAY, monkeypatch, capsys, STEPS)

    [command] = re.findall("^  Look closer: (.*)$", said, re.MULTILINE)
    *settings, _python, dash_m, src, show, url = shlex.split(command)
    assert settings == ([f"GITHUB_TELEMETRY_HOME={home}"] if home else [])
    assert (dash_m, src, show, url) == ("-m", "src", "show", STEPS[0]["job_url"])


def test_no_more_steps_than_one_reads_and_no_line_longer_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("COLUMNS", "60")
    said = welcomed(DAY, monkeypatch, capsys, STEPS[:1] * 9)

    table = said.partition("The slowest steps\n")[2].partition("\n  Look")[0].splitlines()
    step = [
        "  10 min 0 s  Run make in build  CPU-bound: 98 % of 4 cores;",
        "                first of all cc1plus",
    ]
    assert table == step * STEPS_SHOWN


def test_what_is_not_known_is_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    unknown = dict.fromkeys(DAY) | {"completed_runs": 3, "finished_jobs": 0}

    said = welcomed(unknown, monkeypatch, capsys)

    assert lines_of(said)["Slowest job"] == "none ran"
    assert lines_of(said)["Right size"].startswith("unknown")
    assert lines_of(said)["Success rate"] == "unknown: none of 3 completed runs succeeded or failed"
    assert "None" not in said


def test_a_job_whose_time_is_unknown_is_named_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    said = welcomed({**DAY, "slowest_job_seconds": None}, monkeypatch, capsys)

    assert lines_of(said)["Slowest job"] == "an unknown time  build (acme/rocket, CI)"


@pytest.mark.parametrize(
    "overview", [None, dict.fromkeys(DAY), {**DAY, "completed_runs": 0, "finished_jobs": 0}]
)
def test_nothing_yet_is_an_answer_too(
    overview: dict[str, Any] | None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    said = welcomed(overview, monkeypatch, capsys)

    assert "no delivery has come" in lines_of(said)["Nothing yet"]
    assert "Slowest" not in said


@pytest.fixture
def empty_insights(tmp_path: Path) -> Iterator[Insights]:
    with running_insights(tmp_path / "home") as insights:
        yield insights


def test_an_empty_stand_in_has_nothing_yet(
    empty_insights: Insights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INSIGHTS_PORT", empty_insights.url.rpartition(":")[2])
    webhook_secret(StackSettings())

    print_welcome(StackSettings(), NOW)

    assert "Nothing yet" in lines_of(capsys.readouterr().out)


def test_without_an_answer_there_are_still_the_next_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INSIGHTS_PORT", str(free_port()))
    webhook_secret(StackSettings())

    print_welcome(StackSettings(), NOW)

    lines = lines_of(capsys.readouterr().out)
    assert "Connection refused" in lines["No answer"]
    assert "Send webhooks to" in lines


def test_a_refused_question_is_one_line(
    empty_insights: Insights, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("INSIGHTS_PORT", empty_insights.url.rpartition(":")[2])
    monkeypatch.setattr(welcome, "shipped_queries", lambda: [Query("overview", "", "Nope")])
    webhook_secret(StackSettings())

    print_welcome(StackSettings(), NOW)

    assert "no table Nope" in lines_of(capsys.readouterr().out)["No answer"]


@pytest.mark.parametrize(
    ("demo", "hours_ago", "heading"),
    [
        ("1", 0, "The last 24 hours (a simulated day is in it)"),
        ("0", 23, "The last 24 hours (a simulated day is in it)"),
        ("0", 24, "The last 24 hours"),
        ("0", None, "The last 24 hours"),
    ],
)
def test_a_simulated_day_is_called_one(
    demo: str,
    hours_ago: int | None,
    heading: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setenv("DEMO", demo)
    if hours_ago is not None:
        home = StackSettings().home
        home.mkdir()
        (home / STARTED).write_text(format_time(NOW - timedelta(hours=hours_ago)))

    assert heading in welcomed(DAY, monkeypatch, capsys).splitlines()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "an unknown time"),
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599.6, "1 h 0 min"),
        (11_220, "3 h 7 min"),
        (360_000, "100 h 0 min"),
    ],
)
def test_durations_are_read_at_a_glance(seconds: float | None, text: str):
    assert duration(seconds) == text


# --- what to do next ----------------------------------------------------------------------------


def test_the_next_steps_can_be_typed_as_they_stand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PORT", "9000")
    said = welcomed(DAY, monkeypatch, capsys)
    secret = StackSettings().secret_file.read_text().strip()

    lines = lines_of(said)
    assert lines["Send webhooks to"].startswith("http://127.0.0.1:9000/webhook ")
    assert lines["Secret"].startswith(f"{secret} (kept in ")
    assert lines["Your repository"].startswith("gh webhook forward --repo=OWNER/NAME --events=")
    assert lines["Your repository"].endswith(
        f" --url=http://127.0.0.1:9000/webhook --secret={secret}"
    )
    assert lines["Ask"].endswith(" -m src query slowest-steps-today")


@pytest.mark.parametrize("variable", SECRETS)
def test_a_secret_of_the_user_s_own_is_never_printed(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv(variable, USERS_OWN)

    said = welcomed(DAY, monkeypatch, capsys)

    assert USERS_OWN not in said
    assert lines_of(said)["Secret"] == f"yours, {variable}"
    assert lines_of(said)["Your repository"].endswith(f" --secret=${variable}")
    assert not StackSettings().home.exists(), "and none is made beside it"


# --- the secret and the addresses ---------------------------------------------------------------


def test_a_secret_is_made_once_and_kept_for_its_owner_s_eyes():
    settings = StackSettings()

    made = webhook_secret(settings)

    assert re.fullmatch(r"[0-9a-f]{40}", made)
    assert webhook_secret(settings) == made
    assert stat.S_IMODE(settings.secret_file.stat().st_mode) == 0o600


def test_the_secret_is_the_one_that_the_frontend_would_take(monkeypatch: pytest.MonkeyPatch):
    for name in SECRETS:
        monkeypatch.setenv(name, f"{USERS_OWN} of {name}")

    assert webhook_secret(StackSettings()) == FrontendSettings().secrets()[0].decode()


def test_an_empty_secret_file_is_filled():
    settings = StackSettings()
    settings.home.mkdir()
    settings.secret_file.touch()

    made = webhook_secret(settings)

    assert len(made) == 40
    assert webhook_secret(settings) == made


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080/webhook"),
        ("0.0.0.0", "http://127.0.0.1:8080/webhook"),  # noqa: S104 -- a wildcard is no address
        ("::", "http://127.0.0.1:8080/webhook"),
        ("::1", "http://[::1]:8080/webhook"),
        ("build.example", "http://build.example:8080/webhook"),
    ],
)
def test_the_webhook_has_an_address_that_this_machine_reaches(
    host: str, url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HOST", host)

    assert StackSettings().webhook_url == url


def test_bad_settings_are_one_line_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PORT", "many")

    with pytest.raises(SystemExit) as caught:
        stack_settings()

    assert caught.value.code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("github-telemetry: PORT: ")
