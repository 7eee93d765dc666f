"""Whatever the service answers, or does not, comes out as one line that shows no secret."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest

from src.shared.azure_account import AzureAccount, account_by_connection_string
from src.shared.azure_clients import open_azure_queue
from src.shared.errors import QueueUnavailableError
from src.shared.object_store import folder_store
from src.shared.queues import azure_requests
from src.shared.queues.azure import AzureQueue
from src.shared.queues.azure_requests import REQUEST_SECONDS
from src.shared.queues.base import Message, Queue
from tests.azurite import KEY, Azurite, connection_string, fresh_name
from tests.canned import canned_server, http

pytestmark = pytest.mark.anyio

PATIENCE_SECONDS = 20.0
A_MESSAGE = Message("id", b"body", "receipt ", 1, datetime(2025, 1, 1, tzinfo=UTC))

CALLS: dict[str, Callable[[Queue], Awaitable[object]]] = {
    "put": lambda queue: queue.put(b"one"),
    "receive": lambda queue: queue.receive(32, 60),
    "delete": lambda queue: queue.delete([A_MESSAGE]),
    "release": lambda queue: queue.release([A_MESSAGE]),
    "renew": lambda queue: queue.renew([A_MESSAGE], 60),
    "replace": lambda queue: queue.replace(A_MESSAGE, b"other"),
    "depth": lambda queue: queue.depth(),
}


@asynccontextmanager
async def queue_at(
    url: str, folder: Path, *, name: str = "events", may_create: bool = False
) -> AsyncIterator[AzureQueue]:
    """A queue of the emulator's account at this URL."""
    account = account_by_connection_string(connection_string(url, url))
    queue = open_azure_queue(account, name, folder_store(folder), may_create=may_create)
    try:
        yield queue
    finally:
        await queue.close()


def xml_error(status: str, code: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>hidden</Message></Error>"
    return http(status, body.encode(), Content_Type="application/xml", x_ms_error_code=code)


ODD: dict[str, bytes] = {
    "403": xml_error("403 Forbidden", "AuthorizationPermissionMismatch"),
    "403 without a word": http("403 Forbidden"),
    "401": http("401 Unauthorized", WWW_Authenticate="Bearer authorization_uri=hidden"),
    "404": xml_error("404 Not Found", "QueueNotFound"),
    "404 by a stranger": http("404 Not Found", b"<html>hidden</html>", Content_Type="text/html"),
    "409": xml_error("409 Conflict", "QueueBeingDeleted"),
    "429": http("429 Too Many Requests", Retry_After="30"),
    "500": http("500 Internal Server Error", b"hidden"),
    "503": xml_error("503 Server Busy", "ServerBusy"),
    "302": http("302 Found", Location="http://127.0.0.1:1/hidden"),
    "a page": http("200 OK", b"<html><body>hidden</html>", Content_Type="text/html"),
    "XML that is none": http("200 OK", b"<QueueMessagesList><", Content_Type="application/xml"),
    "cut short": http("200 OK", b"<Queue", Content_Type="application/xml")[:-3],
    "no HTTP": b"hidden\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_any_odd_answer_makes_the_queue_unavailable(
    answer: bytes, call: Callable[[Queue], Awaitable[object]], tmp_path: Path
):
    async with canned_server(answer) as url, queue_at(url, tmp_path, may_create=True) as queue:
        async with asyncio.timeout(PATIENCE_SECONDS):
            with pytest.raises(QueueUnavailableError, match=r"^queue events: .+") as caught:
                await call(queue)

    said = str(caught.value)
    assert "hidden" not in said
    assert KEY not in said
    assert "\n" not in said


SAID: dict[str, str] = {
    "403": "Storage Queue Data Message Sender and Storage Queue Data Reader",
    "401": "401 Unauthorized",
    "404": "AZURE_STORAGE_CREATE=true",
    "503": "503 ServerBusy",
    "429": "429 Too Many Requests",
    "XML that is none": "an answer that cannot be read",
}


@pytest.mark.parametrize("odd", SAID)
async def test_the_line_says_what_helps(odd: str, tmp_path: Path):
    async with canned_server(ODD[odd]) as url, queue_at(url, tmp_path) as queue:
        with pytest.raises(QueueUnavailableError, match=SAID[odd]):
            await queue.receive(32, 60)


# --- who does not answer ------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_who_does_not_answer_is_given_up(
    call: Callable[[Queue], Awaitable[object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(azure_requests, "REQUEST_SECONDS", 0.2)
    async with canned_server(None) as url, queue_at(url, tmp_path) as queue:
        began = monotonic()
        with pytest.raises(QueueUnavailableError, match="no answer in time"):
            await call(queue)

    assert monotonic() - began < REQUEST_SECONDS


@pytest.mark.slow
async def test_a_put_is_given_up_in_time_for_github(tmp_path: Path):
    async with canned_server(None) as url, queue_at(url, tmp_path) as queue:
        began = monotonic()
        with pytest.raises(QueueUnavailableError):
            await queue.put(b"one")

    assert monotonic() - began < 6.5


@pytest.mark.parametrize("host", ["127.0.0.1:1", "nowhere.invalid"])
async def test_who_is_not_there_is_named(host: str, tmp_path: Path):
    async with queue_at(f"http://{host}", tmp_path) as queue:
        with pytest.raises(QueueUnavailableError, match=host.partition(":")[0]):
            await queue.put(b"one")


# --- a queue that is missing, a key that is wrong ------------------------------------------------


async def test_a_missing_queue_is_made_once_where_that_is_allowed(azurite: Azurite, tmp_path: Path):
    name = fresh_name()
    async with (
        queue_at(azurite.queue_url, tmp_path, name=name, may_create=True) as one,
        queue_at(azurite.queue_url, tmp_path, name=name, may_create=True) as other,
    ):
        await asyncio.gather(*(queue.put(b"one") for queue in (one, other) for _ in range(5)))

        assert await one.depth() == 10


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_a_missing_queue_is_not_made_where_that_is_not_allowed(
    call: Callable[[Queue], Awaitable[object]], azurite: Azurite, tmp_path: Path
):
    async with queue_at(azurite.queue_url, tmp_path, name=fresh_name()) as queue:
        for _ in range(2):
            with pytest.raises(QueueUnavailableError, match="the queue does not exist"):
                await call(queue)


async def test_a_wrong_key_is_told_and_not_shown(azurite: Azurite, tmp_path: Path):
    wrong = "d3Jvbmcga2V5"
    account = AzureAccount("devstoreaccount1", azurite.blob_url, azurite.queue_url, key=wrong)
    queue = open_azure_queue(account, "events", folder_store(tmp_path), may_create=True)

    with pytest.raises(QueueUnavailableError, match="403") as caught:
        await queue.put(b"one")

    assert wrong not in str(caught.value)
    await queue.close()
