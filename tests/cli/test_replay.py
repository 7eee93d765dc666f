import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest
from click.testing import CliRunner, Result

from src.cli.replay import command
from src.frontend.app import create_app
from tests.frontend.serving import FailingQueue, ListQueue, running
from tests.frontend.test_webhook import JOB_BODY
from tests.insights.stack import free_port

SECRET = "hush"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of our own; and whoever runs the tests has settings of his own."""
    for name in ("HOST", "PORT", "INSIGHTS_PORT", "DEMO", "GITHUB_WEBHOOK_SECRET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def queue() -> ListQueue:
    return ListQueue()


@pytest.fixture
def url(queue: ListQueue, home: Path) -> Iterator[str]:  # noqa: ARG001 -- set up before it
    with running(create_app(queue, (SECRET.encode(),))) as port:
        yield f"http://127.0.0.1:{port}/webhook"


def replay(*arguments: str | Path) -> Result:
    wide = {"COLUMNS": "200"}  # where no answer is broken into lines
    return CliRunner(env=wide).invoke(command, [*map(str, arguments)])


def answers(result: Result) -> list[list[str]]:
    """The table's rows, without its head."""
    lines = [re.split(r"\s{2,}", line.strip()) for line in result.stdout.splitlines()]
    start = lines.index(["event", "status", "answer", "deliveries"])
    return lines[start + 1 :]


def recording(folder: Path, name: str = "job.json", body: bytes = JOB_BODY) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path


def test_a_folder_is_posted_and_its_answers_counted(url: str, tmp_path: Path, queue: ListQueue):
    recording(tmp_path, "r/a.json")
    recording(tmp_path, "r/0001.workflow_job.queued.x-1.json")
    recording(tmp_path, "r/ping/hello.json", b"{}")

    result = replay(tmp_path / "r", "--url", url, "--secret", SECRET)

    assert result.exit_code == 0, result.output
    assert answers(result) == [
        ["ping", "200", "pong", "1"],
        ["workflow_job", "202", "queued", "2"],
    ]
    assert len(queue.bodies) == 2


@pytest.mark.parametrize(
    ("body", "secret", "answer"),
    [
        (b"{}", SECRET, ["anywhere", "200", "event not processed", "1"]),
        (JOB_BODY, "guess", ["workflow_job", "401", "signature does not match the body and", "1"]),
        (b'{"workflow_job": 1}', SECRET, ["workflow_job", "400", "not a workflow_job", "1"]),
    ],
)
def test_any_refusal_is_exit_code_1(
    url: str, tmp_path: Path, body: bytes, secret: str, answer: list[str]
):
    recording(tmp_path, "anywhere/x.json", body)

    result = replay(tmp_path / "anywhere", "--url", url, "--secret", secret)

    [row] = answers(result)
    assert (row[0], row[1], row[3]) == (answer[0], answer[1], answer[3])
    assert row[2].startswith(answer[2])
    assert result.exit_code == (0 if answer[1] == "200" else 1)


def test_a_queue_that_is_away_is_exit_code_1(home: Path, tmp_path: Path):
    assert not home.exists()
    with running(create_app(FailingQueue(), (SECRET.encode(),))) as port:
        url = f"http://127.0.0.1:{port}/webhook"
        result = replay(recording(tmp_path), "--url", url, "--secret", SECRET)

    assert result.exit_code == 1
    assert answers(result) == [["workflow_job", "503", "queue unavailable, try again", "1"]]


@pytest.mark.usefixtures("home")
def test_nobody_there_is_one_line_that_says_where(tmp_path: Path):
    url = f"http://127.0.0.1:{free_port()}/webhook"
    result = replay(recording(tmp_path), "--url", url, "--secret", SECRET)

    assert result.exit_code == 1
    assert "event" not in result.stdout, "no table"
    [line] = [line for line in result.stderr.splitlines() if line]
    assert line.startswith(f"Error: {url} does not answer (nobody listens there): ")
    assert line.endswith("name the webhook by --url, or by its PORT")


def test_without_a_secret_nothing_is_posted_nor_made(
    url: str, queue: ListQueue, home: Path, tmp_path: Path
):
    result = replay(recording(tmp_path), "--url", url)

    assert result.exit_code == 1
    assert result.stderr == "Error: no secret: set GITHUB_WEBHOOK_SECRET, or give --secret\n"
    assert queue.bodies == []
    assert not home.exists()


def test_url_and_secret_are_those_of_this_machine(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PORT", str(httpx.URL(url).port))
    monkeypatch.setenv("GITHUB_WEBHOOK_SECRET", SECRET)

    assert replay(recording(tmp_path)).exit_code == 0


def test_the_secret_that_up_keeps_is_used(url: str, tmp_path: Path, home: Path):
    home.mkdir()
    (home / "webhook-secret").write_text(f"{SECRET}\n")

    result = replay(recording(tmp_path), "--url", url)

    assert result.exit_code == 0
    assert SECRET not in result.output


def test_a_rate_is_kept(url: str, tmp_path: Path):
    for number in range(5):
        recording(tmp_path, f"r/{number}.json")
    began = monotonic()

    result = replay(tmp_path / "r", "--url", url, "--secret", SECRET, "--rate", "20")

    assert result.exit_code == 0
    assert monotonic() - began >= 0.2


def test_words_that_look_like_markup_are_shown_as_they_are(url: str, tmp_path: Path):
    recording(tmp_path, "[red]:smile:/x.json", b"{}")

    result = replay(tmp_path, "--url", url, "--secret", SECRET)

    assert answers(result) == [["[red]:smile:", "200", "event not processed", "1"]]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("name", "body", "complaint"),
    [
        ("x.json", b"hello", "holds no recorded delivery"),
        ("x.txt.md", None, "no .json or .jsonl file in there"),
    ],
)
def test_what_cannot_be_replayed_is_said_in_one_line(
    tmp_path: Path, name: str, body: bytes | None, complaint: str
):
    if body is not None:
        recording(tmp_path, name, body)

    result = replay(tmp_path, "--url", "http://127.0.0.1:1/", "--secret", SECRET)

    assert result.exit_code == 1
    [line] = [line for line in result.stderr.splitlines() if line.startswith("Error: ")]
    assert complaint in line
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "arguments", [[], ["missing.json"], [".", "--rate", "0"], [".", "--rate", "-1"]]
)
def test_wrong_arguments_are_exit_code_2(arguments: list[str]):
    assert replay(*arguments).exit_code == 2


def test_every_recorded_delivery_is_taken(url: str, corpus: Path, queue: ListQueue):
    result = replay(corpus / "payloads", "--url", url, "--secret", SECRET)

    counts = {(event, status): int(count) for event, status, _, count in answers(result)}
    assert result.exit_code == 0, result.output
    assert counts["workflow_job", "202"] + counts["workflow_run", "202"] == len(queue.bodies)
    assert all(status == "200" for event, status in counts if not event.startswith("workflow_"))
