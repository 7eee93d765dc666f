"""Whatever a store in the cloud answers, or does not, comes out as one line, and in time."""

import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable
from threading import Event
from time import monotonic, sleep
from typing import TypeVar

import pytest
from obstore.store import MemoryStore

from src.shared import object_store
from src.shared.azure_account import AzureAccount, account_by_connection_string
from src.shared.azure_clients import open_container
from src.shared.errors import ObjectMissingError, ObjectStoreUnavailableError
from src.shared.object_store import CALL_SECONDS, ObjectStore, bucket_store
from tests.azurite import KEY, Azurite, connection_string, fresh_name
from tests.canned import canned_server, http

pytestmark = pytest.mark.anyio

T = TypeVar("T")

SECRET = "hunter2-do-not-show"
PATIENCE_SECONDS = 20.0


def container_at(url: str, *, may_create: bool = False, name: str = "objects") -> ObjectStore:
    account = account_by_connection_string(connection_string(url, url))
    return open_container(account, name, None, may_create=may_create)


@pytest.fixture
def bucket_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ObjectStore]:
    def at(url: str) -> ObjectStore:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        return bucket_store("objects", None)

    return at


@pytest.fixture(params=["azure", "s3"])
def store_at(
    request: pytest.FixtureRequest, bucket_at: Callable[[str], ObjectStore]
) -> Callable[[str], ObjectStore]:
    return container_at if request.param == "azure" else bucket_at


CALLS: dict[str, Callable[[ObjectStore], Awaitable[object]]] = {
    "create": lambda store: store.create("state/1/a", b"one"),
    "read": lambda store: store.read("state/1/a"),
    "keys": lambda store: store.keys("state/1/"),
    "delete": lambda store: store.delete("state/1/a"),
}


def xml_error(status: str, code: str) -> bytes:
    body = f"<?xml version='1.0'?>\n<Error><Code>{code}</Code><Message>hidden</Message></Error>"
    return http(status, body.encode(), Content_Type="application/xml")


ODD: dict[str, bytes] = {
    "401": http("401 Unauthorized"),
    "403": xml_error("403 Forbidden", "AuthorizationPermissionMismatch"),
    "429": http("429 Too Many Requests", Retry_After="30"),
    "500": http("500 Internal Server Error"),
    "503": xml_error("503 Server Busy", "ServerBusy"),
    "cut short": http("200 OK", b"<Enum", Content_Type="application/xml")[:-3],
    "no HTTP": b"hidden\r\n\r\n",
    "nothing": b"",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
async def test_any_odd_answer_makes_the_store_unavailable(
    store_at: Callable[[str], ObjectStore],
    answer: bytes,
    call: Callable[[ObjectStore], Awaitable[object]],
):
    async with canned_server(answer) as url, asyncio.timeout(PATIENCE_SECONDS):
        with pytest.raises(ObjectStoreUnavailableError) as caught:
            await call(store_at(url))

    said = str(caught.value)
    assert caught.type is ObjectStoreUnavailableError
    assert "\n" not in said
    assert KEY not in said
    assert SECRET not in said


async def test_a_missing_role_is_named():
    async with canned_server(ODD["403"]) as url:
        with pytest.raises(ObjectStoreUnavailableError, match="Storage Blob Data Contributor"):
            await container_at(url).read("state/1/a")


TOLD: dict[str, tuple[str, str]] = {
    "wrong key": ("403 Forbidden", "AuthorizationFailure"),
    "signature": ("403 Forbidden", "AuthenticationFailed"),
    "keys refused": ("403 Forbidden", "KeyBasedAuthenticationNotPermitted"),
    "bad name": ("400 Bad Request", "InvalidResourceName"),
    "S3 key": ("403 Forbidden", "InvalidAccessKeyId"),
    "S3 secret": ("403 Forbidden", "SignatureDoesNotMatch"),
}
HELPS: dict[str, str] = {
    "wrong key": "key is wrong, the identity lacks the role Storage Blob Data Contributor",
    "signature": "is the account key right",
    "keys refused": "set AZURE_STORAGE_ACCOUNT_NAME instead",
    "bad name": "OBJECT_STORE_URL",
    "S3 key": "AWS_ACCESS_KEY_ID",
    "S3 secret": "AWS_SECRET_ACCESS_KEY",
}


@pytest.mark.parametrize("case", TOLD)
async def test_an_error_that_is_known_comes_with_what_helps(
    store_at: Callable[[str], ObjectStore], case: str
):
    async with canned_server(xml_error(*TOLD[case])) as url:
        with pytest.raises(ObjectStoreUnavailableError, match=HELPS[case]):
            await store_at(url).create("state/1/a", b"")


async def test_a_refusal_without_a_word_is_told(store_at: Callable[[str], ObjectStore]):
    async with canned_server(http("403 Forbidden")) as url:
        with pytest.raises(ObjectStoreUnavailableError, match="403 Forbidden: is the key right"):
            await store_at(url).create("state/1/a", b"")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_who_is_not_there_is_named_with_the_variable_that_led_there(
    store_at: Callable[[str], ObjectStore], call: Callable[[ObjectStore], Awaitable[object]]
):
    store = store_at("http://127.0.0.1:1")
    variable = "AWS_ENDPOINT_URL" if store_at is not container_at else "AZURE_STORAGE_ACCOUNT_NAME"

    with pytest.raises(ObjectStoreUnavailableError) as caught:
        await call(store)

    said = str(caught.value)
    assert said.startswith(
        f"http://127.0.0.1:1 cannot be reached (Connection refused): is {variable}"
    )


async def test_a_host_that_nobody_knows_is_named():
    with pytest.raises(ObjectStoreUnavailableError, match=r"http://nowhere\.invalid cannot be"):
        await container_at("http://nowhere.invalid").read("state/1/a")


async def test_a_missing_bucket_is_told(bucket_at: Callable[[str], ObjectStore]):
    async with canned_server(xml_error("404 Not Found", "NoSuchBucket")) as url:
        with pytest.raises(ObjectStoreUnavailableError, match="NoSuchBucket: create it"):
            await bucket_at(url).keys("state/1/")


# --- who does not answer ------------------------------------------------------------------------


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_who_does_not_answer_is_given_up(
    store_at: Callable[[str], ObjectStore],
    call: Callable[[ObjectStore], Awaitable[object]],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(object_store, "REQUEST_SECONDS", 0.2)
    async with canned_server(None) as url:
        began = monotonic()
        with pytest.raises(ObjectStoreUnavailableError):
            await call(store_at(url))

    assert monotonic() - began < CALL_SECONDS / 2


class Slow(ObjectStore):
    """Each call takes its time, as in a cloud far away; those of which there are enough hang."""

    def __init__(self, seconds: float, answers: int = sys.maxsize) -> None:
        super().__init__(MemoryStore())
        self._seconds = seconds
        self._answers = itertools.count(-answers)
        self.ended = Event()

    def _try(self, call: Callable[[], T]) -> T:
        if next(self._answers) < 0:
            sleep(self._seconds)
        else:
            self.ended.wait(PATIENCE_SECONDS)
        return super()._try(call)


async def test_the_wait_in_line_is_no_part_of_a_call_s_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(object_store, "CALL_SECONDS", 1.0)
    store = Slow(0.05)

    made = await asyncio.gather(*(store.create(f"state/{number}", b"") for number in range(400)))

    assert all(made)


async def test_nobody_waits_in_line_of_a_store_that_has_come_to_a_halt(
    monkeypatch: pytest.MonkeyPatch,
):
    """Where each of the thousand had its own time, it would take a minute."""
    monkeypatch.setattr(object_store, "CALL_SECONDS", 1.0)
    store = Slow(0.0, answers=80)
    calls = [store.create(f"state/{number}", b"") for number in range(1000)]
    began = monotonic()

    ends = await asyncio.gather(*calls, return_exceptions=True)
    took_seconds = monotonic() - began
    store.ended.set()

    assert ends.count(True) == 80
    assert took_seconds < PATIENCE_SECONDS
    assert {type(end) for end in ends} == {bool, ObjectStoreUnavailableError}


async def test_many_calls_that_hang_hold_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(object_store, "REQUEST_SECONDS", 1.0)
    monkeypatch.setattr(object_store, "CALL_SECONDS", 0.3)
    async with canned_server(None) as url:
        store = container_at(url)
        began = monotonic()
        calls = (store.keys("state/") for _ in range(400))
        ends = await asyncio.gather(*calls, return_exceptions=True)
        took_seconds = monotonic() - began
        assert await asyncio.to_thread(len, b"") == 0, "the threads of others are free"

    assert {type(end) for end in ends} == {ObjectStoreUnavailableError}
    assert took_seconds < 4  # one after the other, sixteen at once, they would take 7.5


# --- a container that is missing ----------------------------------------------------------------


async def test_a_missing_container_is_made_once_where_that_is_allowed(azurite: Azurite):
    name = fresh_name()
    stores = [container_at(azurite.blob_url, name=name, may_create=True) for _ in range(2)]

    made = await asyncio.gather(
        *(store.create(f"state/{number}", b"") for store in stores for number in range(5))
    )

    assert sum(made) == 5
    assert len(await stores[0].keys("state/")) == 5


@pytest.mark.parametrize("call", ["create", "keys", "read"])
async def test_a_missing_container_is_not_made_where_that_is_not_allowed(
    call: str, azurite: Azurite
):
    store = container_at(azurite.blob_url, name=fresh_name())

    for _ in range(2):
        with pytest.raises(ObjectStoreUnavailableError, match="AZURE_STORAGE_CREATE") as caught:
            await CALLS[call](store)
        assert caught.type is not ObjectMissingError, "state must not look as if it were empty"


async def test_a_wrong_key_is_told_and_not_shown(azurite: Azurite):
    wrong = "d3Jvbmcga2V5"
    account = AzureAccount("devstoreaccount1", azurite.blob_url, azurite.queue_url, key=wrong)

    for may_create in (False, True):
        store = open_container(account, "objects", None, may_create=may_create)
        with pytest.raises(ObjectStoreUnavailableError, match="403") as caught:
            await store.create("state/1/a", b"")
        assert wrong not in str(caught.value)


async def test_a_signature_is_not_shown():
    account = AzureAccount(
        "acc", "http://127.0.0.1:1", "http://127.0.0.1:1", signature=f"sv=2024&sig={SECRET}"
    )

    with pytest.raises(ObjectStoreUnavailableError) as caught:
        await open_container(account, "objects", None, may_create=False).read("state/1/a")

    assert SECRET not in str(caught.value)
