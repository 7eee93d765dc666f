"""What the services do to Azure Storage is within the roles that the documents ask for.

Azurite checks no roles, but it logs every request; those are held against Microsoft's tables.
"""

import json
import random
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient

from src.simulate.deliveries import Delivery
from tests.azurite import Azurite, fresh_name, running_azurite
from tests.integration.processes import START_SECONDS, wait_for
from tests.integration.roles import (
    BLOB_CONTRIBUTOR,
    QUEUE_CONTRIBUTOR,
    QUEUE_READER,
    SENDER,
    Operation,
    is_allowed,
    operations,
)
from tests.integration.small_runs import small_run
from tests.integration.stack import Stack

pytestmark = pytest.mark.slow

UNDECODABLE = b"by hand"
NEWER = b'{"version": 99, "events": []}'


@dataclass(frozen=True)
class Places:
    """What an administrator made beforehand."""

    queue: str
    poison: str
    container: str


@dataclass(frozen=True)
class Doings:
    """What each service did, in a life in which everything happens to a message that can."""

    places: Places
    frontend: set[Operation]
    backend: set[Operation]


@pytest.fixture(scope="module")
def doings(tmp_path_factory: pytest.TempPathFactory) -> Doings:
    folder = tmp_path_factory.mktemp("roles")
    with running_azurite(folder) as azurite:
        places = make_places(azurite)
        stack = stack_on(azurite, places, folder / "home")
        log = Log(azurite, folder / "azurite.log")
        try:
            log.skip()
            run_frontend(stack)
            frontend = log.skip()
            put_by_hand(azurite, places, UNDECODABLE, NEWER)
            log.skip()
            run_backend(stack, log, places)
            return Doings(places, frontend, log.skip())
        finally:
            stack.end()


class Log:
    """An emulator's log, read piece by piece."""

    def __init__(self, azurite: Azurite, file: Path) -> None:
        self._azurite = azurite
        self._file = file
        self._read = 0

    def skip(self) -> set[Operation]:
        """What was done since the last time; a request of our own shows that all of it is there."""
        mark = fresh_name()
        nobody = QueueClient.from_connection_string(self._azurite.connection_string, mark)
        with nobody, suppress(ResourceNotFoundError):
            nobody.get_queue_properties()
        wait_for(lambda: mark in self._news, START_SECONDS, "a log")
        done = {operation for operation in self.peek() if operation.place != mark}
        self._read += len(self._news)
        return done

    def peek(self) -> set[Operation]:
        """What was done since the last time, as far as it is logged."""
        return operations(self._news)

    @property
    def _news(self) -> str:
        return self._file.read_text()[self._read :]


def make_places(azurite: Azurite) -> Places:
    name = fresh_name()
    places = Places(name, f"{name}-poison", fresh_name())
    text = azurite.connection_string
    for queue in (places.queue, places.poison):
        with QueueClient.from_connection_string(text, queue) as client:
            client.create_queue()
    with ContainerClient.from_connection_string(text, places.container) as container:
        container.create_container()
    return places


def stack_on(azurite: Azurite, places: Places, home: Path) -> Stack:
    """Services that may create nothing, as in the cloud."""
    stack = Stack(home)
    del stack.settings["APPLICATIONINSIGHTS_CONNECTION_STRING"]
    stack.settings |= {
        "TELEMETRY_MODE": "azure",
        "AZURE_STORAGE_CONNECTION_STRING": azurite.connection_string,
        "AZURE_STORAGE_QUEUE_NAME": places.queue,
        "OBJECT_STORE_URL": f"az://{places.container}",
        "JSONL_PATH": str(home / "rows.jsonl"),
        "POLL_INTERVAL_SECONDS": "0.1",
    }
    return stack


def run_frontend(stack: Stack) -> None:
    """It takes small deliveries and a large one, and says that it is ready."""
    deliveries = small_run(1).deliveries
    stack.frontend.start()
    stack.await_frontend()
    completed_job = [d for d in deliveries if d.event == "workflow_job"][-1]
    replies = stack.post([*deliveries, enlarged(completed_job)])
    assert {reply.status for reply in replies} == {202}
    stack.frontend.end()


def run_backend(stack: Stack, log: Log, places: Places) -> None:
    """It works off what it can, poisons what it cannot, puts back what is too new."""
    wanted = {
        Operation("Put Message", places.poison),
        Operation("Update Message", places.queue),
        Operation("Delete Message", places.queue),
        Operation("Blob Batch", places.container),
    }
    stack.backend.start()
    wait_for(lambda: wanted <= log.peek(), START_SECONDS, "a backend that did everything")
    stack.backend.end()


def put_by_hand(azurite: Azurite, places: Places, *bodies: bytes) -> None:
    text = azurite.connection_string
    with QueueClient.from_connection_string(text, places.queue) as client:
        for body in bodies:
            client.send_message(b64encode(body).decode())


def enlarged(delivery: Delivery) -> Delivery:
    """Of a job with so many steps, and such names, that no message holds it."""
    chance = random.Random(1)  # noqa: S311 -- no secret
    body = json.loads(delivery.body)
    [step, *_] = body["workflow_job"]["steps"]
    body["workflow_job"]["steps"] = [
        step | {"number": number, "name": chance.randbytes(40).hex()} for number in range(1, 2001)
    ]
    return replace(delivery, delivery_id="large", body=json.dumps(body).encode())


def test_a_frontend_needs_to_send_and_to_read_one_queue_and_to_write_one_container(
    doings: Doings,
):
    places, done = doings.places, doings.frontend

    assert {operation.place for operation in done} == {places.queue, places.container}
    assert {o.name for o in done if o.place == places.container} == {"Put Blob"}
    for operation in done:
        is_queue = operation.place == places.queue
        roles = (SENDER, QUEUE_READER) if is_queue else (BLOB_CONTRIBUTOR,)
        assert is_allowed(operation, *roles), operation


def test_a_worker_needs_to_contribute_to_both_queues_and_one_container(doings: Doings):
    places, done = doings.places, doings.backend

    assert {o.place for o in done} == {places.queue, places.poison, places.container}
    for operation in done:
        is_blob = operation.place == places.container
        assert is_allowed(operation, BLOB_CONTRIBUTOR if is_blob else QUEUE_CONTRIBUTOR), operation


def test_no_lesser_role_would_do(doings: Doings):
    """A test of the tables: they tell roles apart."""
    places = doings.places

    assert not all(is_allowed(o, SENDER) for o in doings.frontend if o.place == places.queue)
    assert not all(is_allowed(o, QUEUE_READER) for o in doings.frontend if o.place == places.queue)
    assert not all(
        is_allowed(o, SENDER, QUEUE_READER) for o in doings.backend if o.place == places.queue
    )
