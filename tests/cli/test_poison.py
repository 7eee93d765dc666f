"""`poison` on real SQLite queues, as the worker leaves them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest
from click.testing import CliRunner, Result

from src.backend import poison
from src.backend.poison import Poisoned
from src.cli.poison import command
from src.shared import messages
from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import StorageSettings
from src.shared.storage import open_poison_queue
from tests.azurite import Azurite, fresh_name
from tests.backend.bodies import NOW, event_of, job_body, run_body

T = TypeVar("T")

JOB = msgspec.structs.replace(event_of(job_body()), attempts=5, failed_at=NOW)
REFUSED = Poisoned(
    version=1,
    poisoned_at=NOW,
    reason="refused",
    error="Application Insights answered 400: too old",
    message_id="12",
    enqueued_at=NOW,
    body=messages.encode([JOB]),
    attempts=5,
    deliveries=("d-1",),
)
BY_HAND = b"put by hand \xff"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CONNECTION_STRING", "QUEUE_NAME"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"BACKEND_{name}", raising=False)
    monkeypatch.delenv("TELEMETRY_MODE", raising=False)
    monkeypatch.setenv("AZURE_STORAGE_QUEUE_NAME", "events")
    monkeypatch.setenv("GITHUB_TELEMETRY_HOME", str(tmp_path))
    return tmp_path


def in_queue(home: Path, name: str, task: Callable[[SqliteQueue], Awaitable[T]]) -> T:
    async def do() -> T:
        queue = SqliteQueue(home / "queue.sqlite", name)
        try:
            return await task(queue)
        finally:
            await queue.close()

    return asyncio.run(do())


def put(home: Path, *bodies: bytes) -> None:
    async def put_all(queue: SqliteQueue) -> None:
        for body in bodies:
            await queue.put(body)

    in_queue(home, "events-poison", put_all)


def bodies_in(home: Path, name: str) -> list[bytes]:
    """What can be received there; and it is put back."""

    async def look(queue: SqliteQueue) -> list[bytes]:
        taken = await queue.receive(32, 60)
        await queue.release(taken)
        return [message.body for message in taken]

    return in_queue(home, name, look)


def poison_command(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def listed() -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(poison_command("list", "--json").stdout)
    return rows


def test_a_list_says_why_and_when_and_what_it_is_about(home: Path):
    run = poison.encode(
        msgspec.structs.replace(REFUSED, body=messages.encode([event_of(run_body())]))
    )
    put(home, poison.encode(REFUSED), run)

    [job, other] = listed()

    assert job == {
        "id": "1",
        "message_id": "12",
        "poisoned_at": "2026-03-01T12:00:00+00:00",
        "reason": "refused",
        "error": "Application Insights answered 400: too old",
        "attempts": 5,
        "deliveries": ["d-1"],
        "kind": "workflow_job",
        "repository": "acme/rocket",
        "run": 301,
        "job": "build (linux)",
    }
    assert (other["kind"], other["run"], other["job"]) == ("workflow_run", 301, None)
    table = poison_command("list").stdout.splitlines()
    assert len(table) == 3
    assert "too old" in table[1]
    assert len(bodies_in(home, "events-poison")) == 2, "looking changes nothing"


def test_an_empty_list_is_no_error(home: Path):
    assert in_queue(home, "events-poison", SqliteQueue.depth) == 0

    assert listed() == []
    answer = poison_command("list")
    assert (answer.exit_code, answer.stderr) == (0, "no poison\n")


@pytest.mark.parametrize("arguments", [["list"], ["show", "1"], ["retry", "--all"]], ids=" ".join)
def test_a_folder_without_a_queue_is_told_and_stays_as_it_is(arguments: list[str], home: Path):
    answer = poison_command(*arguments)

    assert answer.exit_code == 1
    assert answer.stderr.startswith(f"Error: there is no queue in {home}: ")
    assert list(home.iterdir()) == []


def test_one_is_shown_with_what_is_in_it(home: Path):
    put(home, poison.encode(REFUSED))

    shown = poison_command("show", "1")

    assert shown.exit_code == 0
    head, _, events = shown.stdout.partition("[\n")
    assert "reason: refused\n" in head
    assert json.loads(f"[{events}")[0]["body"]["workflow_job"]["name"] == "build (linux)"


def test_by_the_id_that_the_log_names_all_that_came_of_that_message_are_found(home: Path):
    other = poison.encode(msgspec.structs.replace(REFUSED, message_id="13"))
    put(home, poison.encode(REFUSED), poison.encode(REFUSED), other)

    shown = poison_command("show", "12")
    raw = poison_command("show", "12", "--raw")

    assert [line for line in shown.stdout.splitlines() if line.startswith("id:")] == [
        "id: 1",
        "id: 2",
    ]
    assert (raw.exit_code, raw.stderr) == (1, "Error: 2 came of message 12: 1 2\n")
    assert poison_command("show", "13", "--raw").stdout_bytes == REFUSED.body
    assert poison_command("retry", "12", "1").stdout == "put back: 1\nput back: 2\n"
    assert poison_command("drop", "13", "--yes").stdout == "dropped: 3\n"
    assert listed() == []


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("grüß dich\n".encode(), "grüß dich\n"),
        (b'{"version": 7}', '{"version": 7}'),
        (b"\x1b[2J", repr(b"\x1b[2J")),
        (BY_HAND, repr(BY_HAND)),
    ],
)
def test_text_is_shown_as_text_unless_a_terminal_would_obey_it(home: Path, body: bytes, shown: str):
    put(home, body)

    assert poison_command("show", "1").stdout.endswith(f"\n{shown}\n")


@pytest.mark.parametrize("body", [BY_HAND, b"\0\xff\n", REFUSED.body], ids=repr)
def test_the_original_comes_out_as_it_was(home: Path, body: bytes):
    put(home, poison.encode(msgspec.structs.replace(REFUSED, body=body)), body)

    for message_id in ("1", "2"):
        assert poison_command("show", message_id, "--raw").stdout_bytes == body


def test_a_retry_puts_it_into_the_queue_as_if_it_had_never_failed(home: Path):
    put(home, poison.encode(REFUSED), BY_HAND, poison.encode(REFUSED))

    assert poison_command("retry", "1", "2").exit_code == 0

    [job, by_hand] = bodies_in(home, "events")
    assert messages.decode(job) == [event_of(job_body())]
    assert by_hand == BY_HAND
    assert [row["id"] for row in listed()] == ["3"]
    assert poison_command("retry", "--all").exit_code == 0
    assert (listed(), len(bodies_in(home, "events"))) == ([], 3)


def test_nothing_is_dropped_without_a_yes(home: Path):
    put(home, BY_HAND, BY_HAND)

    assert poison_command("drop", "--all").exit_code == 2
    assert len(listed()) == 2
    assert poison_command("drop", "1", "--yes").exit_code == 0
    assert [row["id"] for row in listed()] == ["2"]
    assert poison_command("drop", "--all", "--yes").exit_code == 0
    assert (listed(), bodies_in(home, "events")) == ([], [])


@pytest.mark.parametrize("arguments", [["show", "9"], ["retry", "1", "9"], ["drop", "9", "--yes"]])
def test_an_unknown_id_is_one_line_and_exit_code_1_and_nothing_is_touched(
    home: Path, arguments: list[str]
):
    put(home, BY_HAND)

    answer = poison_command(*arguments)

    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "Error: no message 9 there: see `poison list`\n"
    assert (len(listed()), bodies_in(home, "events")) == (1, [])


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "1", "--all"], ["drop", "--yes"]])
def test_which_ones_must_be_said(arguments: list[str]):
    assert poison_command(*arguments).exit_code == 2


def test_what_another_command_holds_is_said(home: Path):
    put(home, BY_HAND)
    in_queue(home, "events-poison", lambda queue: queue.receive(1, 60))

    answer = poison_command("show", "1")

    assert answer.exit_code == 1
    assert "1 more are held by another command" in answer.stderr


def test_a_queue_that_cannot_be_opened_is_one_line(home: Path):
    (home / "queue.sqlite").mkdir()

    answer = poison_command("list")

    assert answer.exit_code == 1
    assert answer.stderr.startswith("Error: queue ")
    assert answer.stderr.count("\n") == 1


def test_it_works_on_azure_storage_queues(azurite: Azurite, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZURE_STORAGE_CONNECTION_STRING", azurite.connection_string)
    monkeypatch.setenv("AZURE_STORAGE_QUEUE_NAME", fresh_name())
    settings = StorageSettings()

    async def fill() -> None:
        queue = open_poison_queue(settings)
        await queue.put(poison.encode(REFUSED))
        await queue.put(poison.encode(msgspec.structs.replace(REFUSED, body=bytes(100_000))))
        await queue.close()

    asyncio.run(fill())
    [small, large] = sorted(listed(), key=lambda row: row["kind"] is None)

    assert len(poison_command("show", str(large["id"]), "--raw").stdout_bytes) == 100_000
    assert poison_command("retry", str(small["id"])).exit_code == 0
    assert poison_command("drop", str(large["id"]), "--yes").exit_code == 0
    assert listed() == []
