from pathlib import Path
from typing import Any

import pytest

from src.backend.settings import BackendSettings
from src.shared.errors import SettingsError
from src.shared.object_store import ObjectStore
from src.shared.queues.azure import AzureQueue
from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import StorageSettings
from src.shared.storage import open_object_store, open_poison_queue, open_queue
from tests.azurite import Azurite, fresh_name

pytestmark = pytest.mark.anyio

KEY = "c2VjcmV0LWtleQ=="
BY_KEY = {"AZURE_STORAGE_CONNECTION_STRING": f"AccountName=acc;AccountKey={KEY}"}
BY_NAME = {"AZURE_STORAGE_ACCOUNT_NAME": "acc"}


def settings(home: Path, **variables: str) -> StorageSettings:
    return StorageSettings.model_validate({"GITHUB_TELEMETRY_HOME": home, **variables})


def test_without_an_account_all_is_at_home(tmp_path: Path):
    local = settings(tmp_path, AZURE_STORAGE_QUEUE_NAME="events")

    queue, poison = open_queue(local), open_poison_queue(local)
    open_object_store(local)

    assert isinstance(queue, SqliteQueue)
    assert isinstance(poison, SqliteQueue)
    assert (queue._path, queue._name) == (tmp_path / "queue.sqlite", "events")
    assert (poison._path, poison._name) == (tmp_path / "queue.sqlite", "events-poison")
    assert (tmp_path / "objects").is_dir()


def test_a_local_queue_makes_no_folder_of_objects(tmp_path: Path):
    open_queue(settings(tmp_path))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("variables", [BY_KEY, BY_NAME], ids=["by key", "by name"])
async def test_with_an_account_queues_are_the_accounts(variables: dict[str, str], tmp_path: Path):
    cloud = settings(tmp_path, **variables)
    queue, poison = open_queue(cloud), open_poison_queue(cloud)

    assert isinstance(queue, AzureQueue)
    assert isinstance(poison, AzureQueue)
    assert queue._requests.queue_name == "github-webhook-events"
    assert poison._requests.queue_name == "github-webhook-events-poison"
    await queue.close()
    await poison.close()


@pytest.mark.parametrize(
    ("variables", "is_allowed"),
    [
        ({}, True),
        ({"TELEMETRY_MODE": "azure"}, False),
        ({"TELEMETRY_MODE": "azure", "AZURE_STORAGE_CREATE": "true"}, True),
        ({"AZURE_STORAGE_CREATE": "false"}, False),
    ],
)
async def test_nothing_is_made_unless_it_is_allowed(
    variables: dict[str, str],
    is_allowed: bool,  # noqa: FBT001 -- a table's column
    tmp_path: Path,
):
    cloud = settings(tmp_path, **BY_KEY, **variables)
    queue = open_queue(cloud)

    assert isinstance(queue, AzureQueue)
    assert queue._requests._may_create is is_allowed
    assert (open_object_store(cloud)._make_place is not None) is is_allowed
    await queue.close()


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "the cloud without an account": (
        {"TELEMETRY_MODE": "azure"},
        "^TELEMETRY_MODE=azure needs AZURE_STORAGE_ACCOUNT_NAME",
    ),
    "two accounts": (BY_KEY | BY_NAME, "both set: unset one$"),
    "no account": ({"AZURE_STORAGE_ACCOUNT_NAME": "A"}, "^AZURE_STORAGE_ACCOUNT_NAME: "),
    "no connection string": (
        {"AZURE_STORAGE_CONNECTION_STRING": "x"},
        "^AZURE_STORAGE_CONNECTION_STRING: ",
    ),
    "no queue's name": (
        BY_KEY | {"AZURE_STORAGE_QUEUE_NAME": "Events"},
        "^AZURE_STORAGE_QUEUE_NAME: ",
    ),
    "claims in memory": (BY_KEY | {"OBJECT_STORE_URL": "memory://"}, "^OBJECT_STORE_URL: "),
}


@pytest.mark.parametrize(("variables", "complaint"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(variables: dict[str, str], complaint: str, tmp_path: Path):
    for open_it in (open_queue, open_poison_queue):
        with pytest.raises(SettingsError, match=complaint):
            open_it(settings(tmp_path, **variables))


@pytest.mark.parametrize(
    "url",
    ["ftp://host/x", "az://", "s3://", "file://host/x", "az:container", "http://[", "az://c"],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, tmp_path: Path):
    with pytest.raises(SettingsError, match=r"^OBJECT_STORE_URL: "):
        open_object_store(settings(tmp_path, OBJECT_STORE_URL=url))


def test_a_folder_that_cannot_be_made_is_refused_by_its_variable(tmp_path: Path):
    (tmp_path / "file").write_text("no folder")

    for variables, complaint in (
        ({"GITHUB_TELEMETRY_HOME": str(tmp_path / "file")}, "^GITHUB_TELEMETRY_HOME: cannot make"),
        ({"OBJECT_STORE_URL": str(tmp_path / "file" / "x")}, "^OBJECT_STORE_URL: cannot make"),
    ):
        with pytest.raises(SettingsError, match=complaint):
            open_object_store(settings(tmp_path, **variables))


async def holds(store: ObjectStore) -> bool:
    await store.create("state/1/a", b"one")
    return await store.read("state/1/a") == b"one"


async def test_each_kind_of_url_opens_its_store(tmp_path: Path, azurite: Azurite):
    plain, spaced = tmp_path / "plain", tmp_path / "with space"
    urls = [str(plain), f"file://{tmp_path}/with%20space", "memory://", f"az://{fresh_name()}/deep"]
    variables: dict[str, Any] = {"AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string}

    for url in urls:
        assert await holds(open_object_store(settings(tmp_path, OBJECT_STORE_URL=url, **variables)))
    assert (plain / "state" / "1" / "a").read_bytes() == b"one"
    assert (spaced / "state" / "1" / "a").read_bytes() == b"one"


async def test_a_prefix_keeps_stores_of_one_container_apart(tmp_path: Path, azurite: Azurite):
    container = fresh_name()
    variables = {"AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string}
    one, other = (
        open_object_store(settings(tmp_path, OBJECT_STORE_URL=f"az://{container}/{p}", **variables))
        for p in ("one", "other")
    )

    await one.create("state/1/a", b"")

    assert await one.keys("state/") == ["state/1/a"]
    assert await other.keys("state/") == []


def test_a_worker_reads_the_same_under_its_own_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AZURE_STORAGE_QUEUE_NAME", "the-frontends")
    monkeypatch.setenv("BACKEND_AZURE_STORAGE_QUEUE_NAME", "the-workers")

    assert (StorageSettings().queue_name, BackendSettings().queue_name) == (
        "the-frontends",
        "the-workers",
    )
