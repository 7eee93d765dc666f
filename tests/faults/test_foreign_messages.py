"""Messages put by hand into the queue, of every bad kind: the others are not stopped by them."""

import asyncio
import base64
from pathlib import Path
from random import Random

import pytest
from azure.storage.queue import QueueClient

from src.shared.queues.sqlite import SqliteQueue
from src.shared.settings import DEFAULT_QUEUE_NAME
from tests.azurite import Azurite
from tests.faults.azurite_service import storage_at
from tests.faults.town import RECOVERY_SECONDS, Town, running
from tests.integration.processes import wait_for

pytestmark = pytest.mark.slow

NEWER = b'{"version": 2, "events": []}'  # kept for an hour: a deployment may be under way
NO_EVENT = b'{"version": 1, "events": [{"kind": "workflow_job", "id": "x"}]}'
NOISE = Random(1).randbytes(48 * 1024)  # noqa: S311 -- 64 KiB once it is base64
POISON = [b"hello", b"\x00\x01\x02", NO_EVENT, NOISE]
# What only the service's own interface can put; it fails each receive that meets it.
CONTROL_CHARACTERS = "\x01\x02"
NOT_BASE64 = ["hello", "====", "a", "ä"]


def test_foreign_messages_in_sqlite(tmp_path: Path):
    async def put_all() -> None:
        queue = SqliteQueue(tmp_path / "queue.sqlite", DEFAULT_QUEUE_NAME)
        for body in (*POISON, NEWER):
            await queue.put(body)
        await queue.close()

    with running(Town(tmp_path)) as town:
        town.recover()
        asyncio.run(put_all())
        town.recover()
        await_poisoned(town, len(POISON))
        wait_for(lambda: town.depth() == 1, RECOVERY_SECONDS, "what is newer alone")


def test_foreign_messages_in_azurite(tmp_path: Path, azurite: Azurite):
    town = Town(tmp_path)
    storage = storage_at(azurite.blob_url.rpartition("/")[0], azurite.queue_url.rpartition("/")[0])
    town.keep_messages_in(storage)
    text = storage["AZURE_STORAGE_CONNECTION_STRING"]
    with (
        running(town),
        QueueClient.from_connection_string(text, storage["AZURE_STORAGE_QUEUE_NAME"]) as queue,
    ):
        town.recover()
        for message in (*map(to_text, (*POISON, NEWER)), *NOT_BASE64, CONTROL_CHARACTERS):
            queue.send_message(message)
        town.recover()
        await_poisoned(town, len(POISON) + len(NOT_BASE64))
        town.recover()
        left = "what is newer, and what cannot be given"
        wait_for(lambda: town.depth() == 2, RECOVERY_SECONDS, left)


def await_poisoned(town: Town, count: int) -> None:
    wait_for(lambda: asyncio.run(town.poisoned()) == count, RECOVERY_SECONDS, f"{count} poisoned")


def to_text(body: bytes) -> str:
    return base64.b64encode(body).decode()
