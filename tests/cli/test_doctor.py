import asyncio
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from src.cli import main
from src.cli.checks import PROBE_EVENT
from src.shared import messages
from src.shared.queues.base import Queue
from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import DEFAULT_QUEUE_NAME, StorageSettings
from src.shared.storage import open_poison_queue, open_queue
from tests.azurite import Azurite, connection_string, fresh_name
from tests.backend.scene import job
from tests.backend.sinks.ingestion import ingestion
from tests.faults.azurite_service import storage_at
from tests.insights.stack import free_port
from tests.integration.stack import running_stack

SECRET = "hunter2 of the webhook"
WRONG_KEY = "aHVudGVyMg=="


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a machine where all is well, and no frontend runs."""
    return {
        "GITHUB_TELEMETRY_HOME": str(tmp_path),
        "GITHUB_WEBHOOK_SECRET": SECRET,
        "PORT": str(free_port()),
        "JSONL_PATH": str(tmp_path / "rows.jsonl"),
    }


@pytest.fixture
def on_azurite(environment: dict[str, str], azurite: Azurite) -> dict[str, str]:
    """The same, with an account of the emulator's."""
    return environment | {
        "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
        "AZURE_STORAGE_QUEUE_NAME": fresh_name(),
        "OBJECT_STORE_URL": f"az://{fresh_name()}",
    }


def doctor(environment: dict[str, str], *options: str) -> Result:
    result = CliRunner().invoke(main, ["doctor", *options], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    for secret in (SECRET, WRONG_KEY, "hunter2", "AccountKey"):
        assert secret not in result.output
    return result


def findings(environment: dict[str, str], *options: str) -> dict[str, tuple[bool | None, str]]:
    told = json.loads(doctor(environment, "--json", *options).stdout)
    return {finding["what"]: (finding["is_well"], finding["said"]) for finding in told}


def wrong(environment: dict[str, str]) -> dict[str, str]:
    """What is wrong, and what is said of it."""
    return {
        what: said for what, (is_well, said) in findings(environment).items() if is_well is False
    }


# --- all is well --------------------------------------------------------------------------------


def test_a_machine_of_its_own_is_well(environment: dict[str, str]):
    result = doctor(environment)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "ok     frontend: webhook secret: is set",
        "ok     frontend: queue: took a probe; messages: 1",
        "-      frontend: itself: nobody listens here; elsewhere?",
        "ok     backend: queue: gave the probe back, and deleted it",
        "ok     backend: poison queue: empty",
        "ok     backend: object store: took, gave and deleted a probe",
        f"ok     backend: JSON Lines: took an event named {PROBE_EVENT}",
        f"ok     both services: use the queue {DEFAULT_QUEUE_NAME}",
    ]


def test_on_a_terminal_it_is_a_table_with_marks(environment: dict[str, str]):
    result = doctor(environment | {"FORCE_COLOR": "1", "COLUMNS": "60"})
    [queue, *_] = [line for line in result.stdout.splitlines() if "frontend: queue" in line]
    assert queue.startswith("\x1b[32m✓")
    assert max(len(re.sub(r"\x1b\[\d+m", "", line)) for line in result.stdout.splitlines()) <= 60


def test_an_azure_account_is_well(on_azurite: dict[str, str]):
    assert wrong(on_azurite) == {}
    assert "frontend: object store" in findings(on_azurite), "large bodies go through it"
    assert doctor(on_azurite).exit_code == 0


@pytest.mark.parametrize("only", ["frontend", "backend"])
def test_one_service_may_be_asked_alone(environment: dict[str, str], only: str):
    other = {"frontend": "JSONL_PATH", "backend": "GITHUB_WEBHOOK_SECRET"}[only]
    told = findings(environment | {other: ""}, "--only", only)
    assert told
    assert all(
        what.startswith(f"{only}:") and is_well
        for what, (is_well, _) in told.items()
        if what != "frontend: itself"
    )


def test_running_services_are_asked_and_not_disturbed(tmp_path: Path):
    with running_stack(tmp_path) as stack:
        told = findings(stack.settings)
        assert {is_well for is_well, _ in told.values()} == {True}
        assert told["frontend: itself"] == (True, f"{stack.url} is ready")
        stack.drain()  # of the probe, whoever got it
        assert depth(open_poison_queue(StorageSettings(**stack.settings))) == 0
        [event] = stack.tables.ask("customEvents")
        assert event["name"] == PROBE_EVENT
        assert stack.tables.ask("WorkflowJobs()") == []


def test_messages_that_wait_are_left_as_they_are(environment: dict[str, str]):
    queue = SqliteQueue(
        Path(environment["GITHUB_TELEMETRY_HOME"]) / "queue.sqlite", DEFAULT_QUEUE_NAME
    )
    waiting = messages.encode([job(1)])
    asyncio.run(put_and_close(queue, waiting))
    assert wrong(environment) == {}
    assert asyncio.run(bodies(open_queue(StorageSettings(**environment)))) == [waiting]


# --- what is wrong, and what mends it -----------------------------------------------------------


def test_no_secret_and_no_sink_are_refused_settings(environment: dict[str, str]):
    result = doctor(environment | {"GITHUB_WEBHOOK_SECRET": "", "JSONL_PATH": ""})
    assert result.exit_code == 2
    assert "wrong  frontend: webhook secret: GITHUB_WEBHOOK_SECRET is not set" in result.stdout
    assert "wrong  backend: sinks: rows would go nowhere: set APPLICATION" in result.stdout
    assert "ok     backend: queue" in result.stdout, "what else is there is looked at too"


def test_settings_that_cannot_be_read_are_named(environment: dict[str, str]):
    told = wrong(environment | {"PORT": "many", "POLL_INTERVAL_SECONDS": "0"})
    assert told.keys() == {"frontend: settings", "backend: settings"}
    assert "PORT" in told["frontend: settings"]
    assert "POLL_INTERVAL_SECONDS" in told["backend: settings"]


def test_unsigned_webhooks_are_said_and_not_wrong(environment: dict[str, str]):
    allowed = environment | {"GITHUB_WEBHOOK_SECRET": "", "ALLOW_UNSIGNED_WEBHOOKS": "true"}
    is_well, said = findings(allowed)["frontend: webhook secret"]
    assert (is_well, "anybody" in said) == (None, True)
    assert doctor(allowed).exit_code == 0


NOWHERE = connection_string("http://127.0.0.1:1/blob", "http://127.0.0.1:1/queue")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("AZURE_STORAGE_QUEUE_NAME", "other"), ("AZURE_STORAGE_CONNECTION_STRING", NOWHERE)],
)
def test_services_that_miss_each_other_are_told(
    environment: dict[str, str], variable: str, value: str
):
    told = wrong(environment | {f"BACKEND_{variable}": value})
    assert variable in told["both services"]


def test_an_account_that_nobody_is_at(environment: dict[str, str]):
    nowhere = f"http://127.0.0.1:{free_port()}"
    told = wrong(environment | storage_at(nowhere, nowhere))
    assert told.keys() == {
        *("frontend: queue", "frontend: object store"),
        *("backend: queue", "backend: poison queue", "backend: object store"),
    }
    assert doctor(environment | storage_at(nowhere, nowhere)).exit_code == 1


def test_a_wrong_key_is_told_apart(on_azurite: dict[str, str]):
    text = on_azurite["AZURE_STORAGE_CONNECTION_STRING"]
    key = text.partition("AccountKey=")[2].partition(";")[0]
    told = wrong(on_azurite | {"AZURE_STORAGE_CONNECTION_STRING": text.replace(key, WRONG_KEY)})
    assert (
        "AuthenticationFailed" in told["frontend: queue"]
        or "AuthorizationFailure" in told["frontend: queue"]
    )
    assert "key" in told["frontend: queue"]
    assert "backend: object store" in told


def test_a_queue_that_is_missing_and_may_not_be_made(on_azurite: dict[str, str]):
    told = wrong(on_azurite | {"AZURE_STORAGE_CREATE": "false"})
    for what in ("frontend: queue", "backend: queue", "backend: poison queue"):
        assert "AZURE_STORAGE_CREATE" in told[what]


def test_a_sink_that_refuses_is_told_with_its_variable(environment: dict[str, str]):
    with ingestion() as endpoint:
        endpoint.answer(400, 400)
        told = wrong(
            environment | {"APPLICATIONINSIGHTS_CONNECTION_STRING": endpoint.connection_string}
        )
    [said] = told.values()
    assert "400" in said
    assert "APPLICATIONINSIGHTS_CONNECTION_STRING" in said


def test_a_sink_where_nobody_is_is_told_with_its_variable(environment: dict[str, str]):
    endpoint = f"http://127.0.0.1:{free_port()}"
    told = wrong(environment | {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "NO_PROXY": "*"})
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" in told["backend: OpenTelemetry backend"]


def test_somebody_else_s_port_is_told(environment: dict[str, str]):
    with ingestion() as endpoint:
        port = endpoint.url.rpartition(":")[2]
        told = wrong(environment | {"PORT": port})
    assert "somebody else" in told["frontend: itself"]


# --- what the tests ask for themselves ----------------------------------------------------------


async def put_and_close(queue: Queue, body: bytes) -> None:
    await queue.put(body)
    await queue.close()


async def bodies(queue: Queue) -> list[bytes]:
    taken = await queue.receive(32, 60)
    await queue.close()
    return [message.body for message in taken]


def depth(queue: Queue) -> int:
    async def ask() -> int:
        try:
            return await queue.depth()
        finally:
            await queue.close()

    return asyncio.run(ask())
