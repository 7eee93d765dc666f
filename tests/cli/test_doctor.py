import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.queue.aio import QueueClient
from click.testing import CliRunner, Result

from src.backend.settings import BackendSettings
from src.backend.sinks.otlp import OtlpSink
from src.cli import main
from src.cli.checks import PROBE, put_probe
from src.cli.sink_check import PROBE_EVENT, use_sink
from src.cli.stack_settings import SECRET_FILE
from src.shared import messages
from src.shared.errors import QueueUnavailableError, SinkUnavailableError
from src.shared.queues.base import Message, Queue
from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import DEFAULT_QUEUE_NAME, StorageSettings
from src.shared.storage import open_poison_queue, open_queue
from tests.azurite import Azurite, connection_string, fresh_name
from tests.backend.scene import job
from tests.backend.sinks.ingestion import ingestion
from tests.canned import canned_server, http
from tests.faults.azurite_service import storage_at
from tests.frontend.issuing import issuing
from tests.insights.stack import KEY, free_port
from tests.integration.stack import running_stack
from tests.moto_service import running_moto

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


def home(environment: dict[str, str]) -> Path:
    return Path(environment["GITHUB_TELEMETRY_HOME"])


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


NEW = "there was no queue yet, these checks make one"


# --- all is well --------------------------------------------------------------------------------


def test_a_machine_of_its_own_is_well(environment: dict[str, str]):
    result = doctor(environment)
    assert result.exit_code == 0
    storage = f"the queue {DEFAULT_QUEUE_NAME} in {home(environment)}, objects in"
    objects = f"{home(environment)}/objects"
    assert result.stdout.splitlines() == [
        f"-      frontend: storage: {storage} {objects}; {NEW}",
        "ok     frontend: webhook secret: is set",
        "ok     frontend: queue: took a probe; messages: 0",
        "-      frontend: samples: are refused: SAMPLES_OWNER_IDS or SAMPLES_KEYS let some in",
        f"-      frontend: itself: nobody listens on 127.0.0.1:{environment['PORT']}; elsewhere?",
        f"ok     backend: storage: {storage} {objects}",
        "ok     backend: queue: gave a probe back, and deleted it",
        "ok     backend: poison queue: empty",
        "ok     backend: object store: took, gave and deleted a probe",
        f"ok     backend: JSON Lines: took an event named {PROBE_EVENT}",
        f"ok     both services: use the queue {DEFAULT_QUEUE_NAME}",
    ]


def test_on_a_terminal_it_is_a_table_with_marks(environment: dict[str, str]):
    result = doctor(environment | {"TERM": "xterm", "FORCE_COLOR": "1", "COLUMNS": "60"})
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
        if what not in {"frontend: itself", "frontend: samples", f"{only}: storage"}
    )


def test_running_services_are_asked_and_not_disturbed(tmp_path: Path):
    with running_stack(tmp_path) as stack:
        told = findings(stack.settings)
        assert [what for what, (is_well, _) in told.items() if not is_well] == ["frontend: samples"]
        assert told["frontend: itself"] == (True, f"{stack.url} is ready")
        stack.drain()  # of the probe, whoever got it
        assert depth(open_poison_queue(StorageSettings(**stack.settings))) == 0
        [event] = stack.tables.ask("customEvents")
        assert event["name"] == PROBE_EVENT
        assert stack.tables.ask("WorkflowJobs()") == []


def test_a_frontend_s_probe_does_not_stay(environment: dict[str, str]):
    assert findings(environment, "--only", "frontend")["frontend: queue"][0]

    assert asyncio.run(bodies(open_queue(StorageSettings(**environment)))) == []


def test_messages_that_wait_are_left_as_they_are(environment: dict[str, str]):
    waiting = messages.encode([job(1)])
    asyncio.run(put_and_close(open_queue(StorageSettings(**environment)), waiting))

    for _ in range(3):
        told = findings(environment)
        assert {is_well for is_well, _ in told.values()} == {True, None}
    assert told["frontend: queue"][1] == "took a probe, which a worker will delete; messages: 4"
    assert told["backend: queue"][1].endswith("messages are left alone: 4")

    taken = asyncio.run(taken_from(open_queue(StorageSettings(**environment))))
    assert [message.body for message in taken] == [waiting, PROBE, PROBE, PROBE]
    assert {message.dequeue_count for message in taken} == {1}, "nobody looked at them before"


@pytest.mark.anyio
async def test_a_probe_that_may_not_be_taken_away_is_said(tmp_path: Path):
    class Sender(SqliteQueue):
        """Of an identity that may put and count."""

        async def receive(self, limit: int, lease_seconds: float) -> list[Message]:  # noqa: ARG002
            raise QueueUnavailableError("403 AuthorizationPermissionMismatch")

    queue = Sender(tmp_path / "queue.sqlite", "events")
    assert "a worker will delete: we may not" in await put_probe(queue)
    await queue.close()


@pytest.mark.parametrize("run", [["doctor"], ["doctor", "--only", "backend"]], ids=" ".join)
def test_a_home_of_up_needs_no_secret_and_no_sink(environment: dict[str, str], run: list[str]):
    of_up = environment | {"GITHUB_WEBHOOK_SECRET": "", "JSONL_PATH": ""}
    (home(environment) / SECRET_FILE).write_text(SECRET)

    result = CliRunner().invoke(main, run, env=of_up)

    assert result.exit_code == 0, result.output
    assert "-      backend: sinks: none: this home is of `up`" in result.stdout
    assert SECRET not in result.output


def test_whose_samples_are_taken_is_told(environment: dict[str, str]):
    with issuing() as issuer:
        by_token = {
            "SAMPLES_OWNER_IDS": f"{issuer.host}/11, {issuer.host}/9",
            "SAMPLES_AUDIENCE": "https://telemetry.example",
            "SAMPLES_ISSUERS": issuer.url,
        }
        told = findings(environment | by_token | {"SAMPLES_KEYS": f"22:{SECRET} too"})

    assert told[f"frontend: issuer {issuer.url}"] == (True, "gives its keys: 1")
    is_well, said = told["frontend: samples"]
    assert is_well
    assert said == (
        f"are taken of owners {issuer.host}/9, {issuer.host}/11"
        " by tokens for https://telemetry.example"
        " and of repositories with a key of their own: 22"
    )


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


def test_samplers_without_an_audience_are_refused_settings(environment: dict[str, str]):
    half = environment | {"SAMPLES_OWNER_IDS": "11"}

    assert "SAMPLES_AUDIENCE is not set" in wrong(half)["frontend: samples"]
    assert doctor(half).exit_code == 2


def test_an_issuer_where_nobody_is_is_told_with_its_variable(environment: dict[str, str]):
    issuer = f"http://127.0.0.1:{free_port()}"
    given = {
        "SAMPLES_OWNER_IDS": f"{issuer.removeprefix('http://')}/11",
        "SAMPLES_AUDIENCE": "us",
        "SAMPLES_ISSUERS": issuer,
    }

    assert wrong(environment | given)[f"frontend: issuer {issuer}"].startswith(
        "ConnectError: is SAMPLES_ISSUERS right"
    )


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


@pytest.mark.parametrize("url", ["memory://", "az://elsewhere"])
def test_services_with_different_stores_miss_large_bodies(on_azurite: dict[str, str], url: str):
    told = wrong(on_azurite | {"BACKEND_OBJECT_STORE_URL": url})
    assert f"looked for in {url}: set OBJECT_STORE_URL and BACK" in told["both services"]


def test_a_store_of_the_worker_s_own_is_well_where_no_body_is_too_large(
    environment: dict[str, str], tmp_path: Path
):
    assert wrong(environment | {"BACKEND_OBJECT_STORE_URL": str(tmp_path / "other")}) == {}


def test_the_usual_store_may_be_named_by_one_service_alone(on_azurite: dict[str, str]):
    usual = {"OBJECT_STORE_URL": "", "BACKEND_OBJECT_STORE_URL": "az://github-telemetry"}
    assert wrong(on_azurite | usual) == {}


def test_messages_that_cannot_be_read_are_told_with_what_mends_it(on_azurite: dict[str, str]):
    asyncio.run(send_by_hand(on_azurite, "\x01"))

    said = wrong(on_azurite)["backend: queue"]

    assert "cannot be read" in said
    assert "az storage message clear" in said


@pytest.mark.parametrize("name", ["My-Account", "ab", "a" * 25, "account.blob.core.windows.net"])
def test_an_account_that_no_one_can_have_is_refused_before_anybody_is_asked(
    environment: dict[str, str], name: str
):
    told = wrong(environment | {"AZURE_STORAGE_ACCOUNT_NAME": name})

    for service in ("frontend", "backend"):
        assert told[f"{service}: storage"] == (
            "AZURE_STORAGE_ACCOUNT_NAME: no account has such a name:"
            " it must be 3 to 24 lower-case letters and digits"
        )


def test_an_account_that_nobody_is_at(environment: dict[str, str]):
    nowhere = f"http://127.0.0.1:{free_port()}"
    told = wrong(environment | storage_at(nowhere, nowhere))
    assert told.keys() == {
        *("frontend: queue", "frontend: object store"),
        *("backend: queue", "backend: poison queue", "backend: object store"),
    }
    for said in told.values():
        assert nowhere.removeprefix("http://") in said
        assert "AZURE_STORAGE_CONNECTION_STRING" in said
        assert "ssl" not in said
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
    assert "the account key is wrong" in told["backend: object store"]


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


def test_an_ingestion_where_nobody_is_is_named(environment: dict[str, str]):
    host = f"127.0.0.1:{free_port()}"
    connection = f"InstrumentationKey={KEY};IngestionEndpoint=http://{host}"
    told = wrong(environment | {"APPLICATIONINSIGHTS_CONNECTION_STRING": connection})
    assert f"nothing listens on {host}" in told["backend: Application Insights"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http("429 Too Many Requests"), "answered 429: it takes no more for now"),
        (b"", "takes connections, but gives no answer that counts"),
    ],
    ids=["throttled", "mute"],
)
@pytest.mark.anyio
async def test_a_backend_s_odd_ways_are_told_apart(answer: bytes, said: str):
    async with canned_server(answer) as url:
        settings = BackendSettings(OTEL_EXPORTER_OTLP_ENDPOINT=url)
        sink = OtlpSink(url)
        with pytest.raises(SinkUnavailableError, match=said) as caught:
            await use_sink(sink, settings)
        await sink.close()
    assert ("HTTP's port" in str(caught.value)) is (not answer)


def test_a_host_that_is_none_is_told(environment: dict[str, str]):
    assert "HOST" in wrong(environment | {"HOST": "a:b"})["frontend: itself"]


def test_somebody_else_s_port_is_told(environment: dict[str, str]):
    with ingestion() as endpoint:
        port = endpoint.url.rpartition(":")[2]
        told = wrong(environment | {"PORT": port})
    assert "somebody else" in told["frontend: itself"]


# --- what the tests ask for themselves ----------------------------------------------------------


async def put_and_close(queue: Queue, body: bytes) -> None:
    await queue.put(body)
    await queue.close()


async def taken_from(queue: Queue) -> list[Message]:
    taken = await queue.receive(32, 60)
    await queue.close()
    return taken


async def bodies(queue: Queue) -> list[bytes]:
    return [message.body for message in await taken_from(queue)]


async def send_by_hand(environment: dict[str, str], text: str) -> None:
    """As somebody else would."""
    queue = QueueClient.from_connection_string(
        environment["AZURE_STORAGE_CONNECTION_STRING"], environment["AZURE_STORAGE_QUEUE_NAME"]
    )
    async with queue:
        await queue.create_queue()
        await queue.send_message(text)


def depth(queue: Queue) -> int:
    async def ask() -> int:
        try:
            return await queue.depth()
        finally:
            await queue.close()

    return asyncio.run(ask())


# --- the bucket for builds ----------------------------------------------------------------------

BUILDS = "backend: build bucket"


@pytest.fixture
def builds(environment: dict[str, str], tmp_path: Path) -> Iterator[dict[str, str]]:
    """A bucket for them, at a server that speaks S3."""
    with running_moto(tmp_path) as bucket:
        endpoint = bucket.variables["AWS_ENDPOINT_URL"]
        keys = {"MINIO_ACCESS_KEY": SECRET, "MINIO_SECRET_KEY": SECRET}
        yield environment | keys | {"TELEMETRY_BUCKET": bucket.name, "MINIO_ENDPOINT": endpoint}


def test_a_bucket_for_builds_is_written_to(builds: dict[str, str]):
    assert findings(builds)[BUILDS] == (True, "took, gave and deleted a probe")
    assert "TELEMETRY_BUCKET" in findings(builds | {"ARCHIVE": "false"})[BUILDS][1]


def test_a_bucket_for_builds_that_is_not_there_is_told(builds: dict[str, str]):
    assert wrong(builds | {"TELEMETRY_BUCKET": "another"}).keys() == {BUILDS}


def test_variables_of_a_bucket_that_are_missing_are_refused(environment: dict[str, str]):
    half = environment | {"TELEMETRY_BUCKET": "builds"}

    assert "MINIO_ENDPOINT" in wrong(half)[BUILDS]
    assert doctor(half).exit_code == 2
