"""`simulate --url`: a day's deliveries and samples posted to a frontend that checks them."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.cli.sampler_keys import HOW_TO_GET_KEYS, stack_keys
from src.cli.simulate import command
from src.cli.stack_settings import StackSettings
from src.frontend.app import create_app
from src.frontend.settings import FrontendSettings
from src.shared import messages
from src.simulate.days import simulate_day
from src.simulate.organisation import ENGINE
from src.simulate.pushes import pushes
from src.simulate.sampled_jobs import sampled_jobs
from tests.frontend.serving import ListQueue, running
from tests.insights.stack import free_port

SECRET, END = "hush", datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
USERS_OWN = "hunter2hunter2hunter2"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own; and whoever runs the tests has settings of his own."""
    for name in ("HOST", "PORT", "INSIGHTS_PORT", "DEMO", "SAMPLES_KEYS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET)
    return tmp_path / "home"


@pytest.fixture
def queue() -> ListQueue:
    return ListQueue()


@pytest.fixture
def url(queue: ListQueue, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A frontend that takes the simulated repositories' samples, as `up` starts it."""
    with monkeypatch.context() as its_own:
        its_own.setenv("SAMPLES_KEYS", stack_keys(StackSettings()))
        samplers = FrontendSettings().samplers()
    with running(create_app(queue, (SECRET.encode(),), samplers=samplers)) as port:
        yield f"http://127.0.0.1:{port}/webhook"


def post(url: str, *arguments: str) -> Result:
    wide = {"COLUMNS": "200"}  # where no answer is broken into lines
    day = ["--runs", "1", "--end", END.isoformat(), "--url", url, *arguments]
    return CliRunner(env=wide).invoke(command, day)


def answers(result: Result) -> dict[tuple[str, str], int]:
    """How many of each event had which status."""
    rows = re.findall(r"^(\w+) +(\d+|none) .* (\d+) *$", result.stdout, re.MULTILINE)
    return {(event, status): int(count) for event, status, count in rows}


def kinds(queue: ListQueue) -> Counter[str]:
    return Counter(event.kind for body in queue.bodies for event in messages.decode(body))


def test_deliveries_and_samples_are_posted_as_their_senders_would(url: str, queue: ListQueue):
    result = post(url)

    assert result.exit_code == 0, result.output
    day = simulate_day(7, END, 1)
    counts = kinds(queue)
    assert counts["samples"] == len(list(pushes(sampled_jobs(day.planned)))) > 0
    assert counts["workflow_run"] + counts["workflow_job"] == len(day.deliveries)
    assert answers(result) == {(kind, "202"): count for kind, count in counts.items()}


def test_without_keys_it_says_how_to_get_them_and_posts_the_rest(
    url: str, queue: ListQueue, home: Path
):
    (home / "samples-key").unlink()

    result = post(url)

    assert result.exit_code == 0
    assert HOW_TO_GET_KEYS in result.stderr
    assert kinds(queue).keys() == {"workflow_run", "workflow_job"}


def test_a_wrong_key_is_exit_code_1(
    url: str, queue: ListQueue, home: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "samples-key").unlink()
    repositories = {run.origin.card.repository.id for run in simulate_day(7, END, 1).planned}
    monkeypatch.setenv("SAMPLES_KEYS", ",".join(f"{i}:{USERS_OWN}" for i in repositories))

    result = post(url)

    assert result.exit_code == 1
    assert answers(result)["samples", "401"] > 0
    assert USERS_OWN not in result.output
    assert "samples" not in kinds(queue)


def test_keys_of_other_repositories_are_no_keys(
    url: str, queue: ListQueue, home: Path, monkeypatch: pytest.MonkeyPatch
):
    (home / "samples-key").unlink()
    monkeypatch.setenv("SAMPLES_KEYS", f"1{ENGINE.id}:{USERS_OWN}")

    assert HOW_TO_GET_KEYS in post(url).stderr
    assert "samples" not in kinds(queue)


def test_without_a_secret_nothing_is_posted(
    url: str, queue: ListQueue, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("GITHUB_WEBHOOK_SECRET")

    result = post(url)

    assert result.exit_code == 1
    assert "Error: no secret: set GITHUB_WEBHOOK_SECRET" in result.stderr
    assert queue.bodies == []


def test_without_a_url_it_goes_to_the_webhook_of_this_machine(
    url: str, queue: ListQueue, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PORT", url.removesuffix("/webhook").rpartition(":")[2])

    result = CliRunner().invoke(command, ["--runs", "1", "--end", END.isoformat(), "--url"])

    assert result.exit_code == 0, result.output
    assert kinds(queue)["workflow_run"] > 0


def test_nobody_there_is_one_line_that_says_where():
    url = f"http://127.0.0.1:{free_port()}/webhook"

    result = post(url)

    assert result.exit_code == 1
    told = f"Error: {url} does not answer (nobody listens there): is it http://127.0.0.1:"
    assert told in result.stderr
    assert "event" not in result.stdout, "no table"


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [[], ["--out", "day", "--url", "http://127.0.0.1:1/webhook"]])
def test_it_is_either_written_or_posted(arguments: list[str], in_folder: Path):
    result = CliRunner().invoke(command, ["--runs", "1", *arguments])

    assert result.exit_code == 2
    assert "Give --out FOLDER to write to, or --url URL to post to." in result.stderr
    assert list(in_folder.iterdir()) == []
