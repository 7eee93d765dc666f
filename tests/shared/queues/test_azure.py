"""What Azure's queue does beyond the contract: foreign messages, large bodies, deadlines."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient
from obstore.store import LocalStore

from src.shared.azure_account import account_by_connection_string
from src.shared.azure_clients import open_azure_queue
from src.shared.errors import ObjectStoreUnavailableError, QueueUnavailableError
from src.shared.object_store import ObjectStore
from src.shared.queues.azure import AzureQueue
from src.shared.queues.azure_text import MAX_BODY_BYTES, claim_of, claimed_key, new_key, to_text
from tests.azurite import Azurite, fresh_name

T = TypeVar("T")

pytestmark = pytest.mark.anyio

LARGE = bytes(range(256)) * 200  # 51,200 bytes: 2 KB too many
LEASE_SECONDS = 60.0


class MoodyStore(ObjectStore):
    """Objects in a folder, unless it is down."""

    def __init__(self, folder: Path) -> None:
        super().__init__(LocalStore(folder, mkdir=True))
        self.is_down = False

    async def _call(self, call: Callable[[], T]) -> T:
        if self.is_down:
            raise ObjectStoreUnavailableError("down")
        return await super()._call(call)


@dataclass
class Scene:
    """A queue, the store of its large bodies, and the bare client of whoever writes by hand."""

    queue: AzureQueue
    store: MoodyStore
    by_hand: QueueClient

    @property
    def name(self) -> str:
        return self.by_hand.queue_name

    async def objects(self) -> list[str]:
        return await self.store.keys("messages/")

    async def bodies(self) -> list[bytes]:
        return sorted(m.body for m in await self.queue.receive(32, LEASE_SECONDS))


@pytest.fixture
async def scene(azurite: Azurite, tmp_path: Path) -> AsyncIterator[Scene]:
    name = fresh_name()
    store = MoodyStore(tmp_path / "objects")
    account = account_by_connection_string(azurite.connection_string)
    queue = open_azure_queue(account, name, store, may_create=True)
    by_hand = QueueClient.from_connection_string(azurite.connection_string, name)
    async with by_hand:
        await by_hand.create_queue()
        yield Scene(queue, store, by_hand)
    await queue.close()


# --- what somebody else wrote -------------------------------------------------------------------

NOISE = bytes(range(256)) * 192  # 48 KiB; as base64 they fill a message
FOREIGN: dict[str, tuple[str, bytes]] = {
    "text": ("by hand", b"by hand"),
    "bad base64": ("YQ", b"YQ"),
    "unicode": ("ü 🚀", "ü 🚀".encode()),
    "markup": ("<a>&amp;</a>", b"<a>&amp;</a>"),
    "lines": ("a\nb\tc", b"a\nb\tc"),
    "nothing": ("", b""),
    "64 KiB of text": ("x!" * 32_768, b"x!" * 32_768),
    "64 KiB of noise": (to_text(NOISE), NOISE),
}


@pytest.mark.parametrize(("text", "body"), FOREIGN.values(), ids=FOREIGN)
async def test_foreign_text_comes_as_its_bytes_and_hinders_no_other(
    scene: Scene, text: str, body: bytes
):
    await scene.queue.put(b"one")
    await scene.by_hand.send_message(text)
    await scene.queue.put(b"two")

    taken = await scene.queue.receive(32, LEASE_SECONDS)

    assert sorted(m.body for m in taken) == sorted([b"one", body, b"two"])
    await scene.queue.delete(taken)
    assert await scene.queue.depth() == 0


CONTROL = ["\0", "a\x01b", "\x1b[31m", "\ufffe"]


@pytest.mark.parametrize("text", CONTROL, ids=ascii)
async def test_what_the_service_cannot_give_stops_no_other(
    scene: Scene, text: str, caplog: pytest.LogCaptureFixture
):
    await scene.queue.put(b"one")
    await scene.by_hand.send_message(text)
    await scene.queue.put(b"two")

    assert await scene.bodies() == [b"one", b"two"]

    assert [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR] == [
        "messages that cannot be read are in the way"
    ]
    await scene.queue.put(b"three")
    assert await scene.bodies() == [b"three"], "the bad one hides for as long as the others"


async def test_what_cannot_be_given_is_told_once_an_hour_with_what_mends_it(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    await scene.by_hand.send_message("\x01")
    for _ in range(3):
        await scene.queue.receive(32, 1)
        await asyncio.sleep(1.1)
    assert len(caplog.records) == 1

    monkeypatch.setattr("src.shared.queues.azure_requests.TOLD_AGAIN_SECONDS", 0)
    await scene.queue.receive(32, 1)
    _, record = caplog.records
    assert vars(record)["times"] == 3, "those that were passed over in silence, too"
    assert f"az storage message clear --queue-name {scene.name}" in vars(record)["mended_by"]


async def test_clearing_rids_a_queue_of_what_cannot_be_given(scene: Scene):
    await scene.by_hand.send_message("\x01")
    with pytest.raises(QueueUnavailableError, match=r"cannot be read: .*az storage message clear"):
        await scene.queue.look()

    await scene.by_hand.clear_messages()  # as `az storage message clear` does

    await scene.queue.look()
    await scene.queue.put(b"one")
    assert await scene.bodies() == [b"one"]


async def test_taking_one_by_one_ends_in_time(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    await scene.by_hand.send_message("\x01")
    for number in range(8):
        await scene.queue.put(b"%d" % number)
    lease = scene.queue._requests._lease

    async def take_long(limit: int, seconds: int) -> list[QueueMessage]:
        await asyncio.sleep(0.2)
        return await lease(limit, seconds)

    monkeypatch.setattr(scene.queue._requests, "_lease", take_long)

    assert len(await scene.queue.receive(32, 2)) in {2, 3}, "within a third of the lease"


async def test_many_messages_that_cannot_be_given_are_passed_by(scene: Scene):
    for _ in range(5):
        await scene.by_hand.send_message("\x01")
    await scene.queue.put(b"one")

    with pytest.raises(QueueUnavailableError, match="500"):
        await scene.queue.receive(32, LEASE_SECONDS)

    assert await scene.bodies() == [b"one"]


async def test_a_message_that_cannot_be_given_comes_again_and_stops_no_other(scene: Scene):
    await scene.by_hand.send_message("\x01")
    assert await scene.queue.receive(32, 1) == []
    await asyncio.sleep(1.2)
    await scene.queue.put(b"one")

    assert await scene.bodies() == [b"one"]


async def test_what_was_taken_singly_before_an_outage_is_given(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    await scene.by_hand.send_message("\x01")
    for body in (b"one", b"two", b"three"):
        await scene.queue.put(body)
    lease = scene.queue._requests._lease
    calls = count()

    async def fail_at_last(limit: int, seconds: int) -> list[QueueMessage]:
        if next(calls) == 3:
            raise TimeoutError
        return await lease(limit, seconds)

    monkeypatch.setattr(scene.queue._requests, "_lease", fail_at_last)

    assert await scene.bodies() == [b"one", b"two"]


# --- large bodies -------------------------------------------------------------------------------


async def test_the_largest_body_that_fits_makes_no_object(scene: Scene):
    body = LARGE[:MAX_BODY_BYTES]
    await scene.queue.put(body)

    assert await scene.objects() == []
    assert await scene.bodies() == [body]


async def test_a_large_body_lies_in_the_store_until_its_message_is_gone(scene: Scene):
    await scene.queue.put(LARGE)
    [key] = await scene.objects()
    assert claimed_key(scene.name, claim_of(key)) == key

    taken = await scene.queue.receive(1, LEASE_SECONDS)
    [held] = await scene.queue.renew(taken, LEASE_SECONDS)
    assert held.body == LARGE
    assert await scene.objects() == [key]

    await scene.queue.delete([held])
    assert await scene.objects() == []


async def test_a_stale_delete_leaves_the_object(scene: Scene):
    await scene.queue.put(LARGE)
    stale = await scene.queue.receive(1, 1)
    await asyncio.sleep(1.2)
    held = await scene.queue.receive(1, LEASE_SECONDS)

    await scene.queue.delete(stale)

    assert len(await scene.objects()) == 1
    await scene.queue.delete(held)
    assert await scene.objects() == []


@pytest.mark.parametrize("body", [b"small", LARGE + b"!"], ids=["by a small one", "by a large one"])
async def test_a_replaced_large_body_is_gone(scene: Scene, body: bytes):
    await scene.queue.put(LARGE)
    [old] = await scene.objects()
    [message] = await scene.queue.receive(1, LEASE_SECONDS)

    await scene.queue.replace(message, body)

    assert old not in await scene.objects()
    [again] = await scene.queue.receive(1, LEASE_SECONDS)
    assert again.body == body
    await scene.queue.delete([again])
    assert await scene.objects() == []


async def test_a_stale_replace_leaves_no_object_behind(scene: Scene):
    await scene.queue.put(LARGE)
    [stale] = await scene.queue.receive(1, 1)
    kept = await scene.objects()
    await asyncio.sleep(1.2)
    [held] = await scene.queue.receive(1, LEASE_SECONDS)

    await scene.queue.replace(stale, LARGE + b"!")

    assert await scene.objects() == kept
    await scene.queue.release([held])
    assert await scene.bodies() == [LARGE]


async def test_a_poison_copy_outlives_the_object_of_its_original(scene: Scene, azurite: Azurite):
    account = account_by_connection_string(azurite.connection_string)
    poison = open_azure_queue(account, f"{scene.name}-poison", scene.store, may_create=True)
    await scene.queue.put(LARGE)
    [message] = await scene.queue.receive(1, LEASE_SECONDS)

    await poison.put(message.body)
    await scene.queue.delete([message])

    [copy] = await poison.receive(1, LEASE_SECONDS)
    assert copy.body == LARGE
    await poison.close()


async def test_a_claim_that_is_put_leads_to_its_object(scene: Scene):
    key = new_key(scene.name)
    await scene.store.create(key, LARGE)

    await scene.queue.put(claim_of(key))

    assert await scene.objects() == [key], "no object for the claim"
    assert await scene.bodies() == [LARGE]


async def test_a_forged_claim_neither_reads_nor_deletes(scene: Scene):
    await scene.store.create("state/1/a", b"secret")
    other = new_key("another-queue")
    await scene.store.create(other, b"secret")
    for key in ("state/1/a", other):
        await scene.by_hand.send_message(to_text(claim_of(key)))

    taken = await scene.queue.receive(32, LEASE_SECONDS)
    await scene.queue.delete(taken)

    assert {m.body for m in taken} == {claim_of("state/1/a"), claim_of(other)}
    assert await scene.store.read("state/1/a") == await scene.store.read(other) == b"secret"


async def test_a_message_whose_object_is_missing_comes_as_its_claim(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    await scene.queue.put(LARGE)
    [key] = await scene.objects()
    await scene.store.delete(key)

    taken = await scene.queue.receive(1, LEASE_SECONDS)

    assert [m.body for m in taken] == [claim_of(key)]
    assert "a message's body is missing" in caplog.messages
    await scene.queue.delete(taken)
    assert await scene.queue.depth() == 0


async def test_an_object_that_was_missing_is_kept_for_a_later_claim(scene: Scene):
    """Two services with different stores: the worker misses what the frontend wrote."""
    await scene.queue.put(LARGE)
    [key] = await scene.objects()
    await scene.store.delete(key)
    [poison] = await scene.queue.receive(1, LEASE_SECONDS)

    await scene.store.create(key, LARGE)  # mended, after the message was taken
    await scene.queue.delete([poison])
    await scene.queue.put(poison.body)  # `poison retry`

    [again] = await scene.queue.receive(1, LEASE_SECONDS)
    assert again.body == LARGE
    await scene.queue.delete([again])
    assert await scene.objects() == []


async def test_who_lost_the_lease_while_reading_is_given_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    await scene.queue.put(LARGE)
    read = scene.store.read

    async def pause_then_read(key: str) -> bytes:
        monkeypatch.setattr(scene.store, "read", read)
        await asyncio.sleep(1.2)
        others = await scene.queue.receive(1, LEASE_SECONDS)
        assert [other.body for other in others] == [LARGE]
        await scene.queue.delete(others)
        return await read(key)

    monkeypatch.setattr(scene.store, "read", pause_then_read)

    assert await scene.queue.receive(1, 1) == []
    assert not caplog.records


async def test_a_missing_object_of_a_message_that_cannot_be_renewed_is_no_poison(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    await scene.queue.put(LARGE)
    [key] = await scene.objects()
    await scene.store.delete(key)

    async def fail(*_: object) -> str:
        raise QueueUnavailableError("down")

    monkeypatch.setattr(scene.queue._requests, "update", fail)

    with pytest.raises(QueueUnavailableError, match="down"):
        await scene.queue.receive(1, LEASE_SECONDS)


async def test_a_store_that_is_down_holds_up_large_messages_only(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("src.shared.queues.azure.STORE_RETRY_SECONDS", 1)
    for body in (LARGE, LARGE + b"!", b"small"):
        await scene.queue.put(body)

    scene.store.is_down = True
    with pytest.raises(QueueUnavailableError, match="a large body: down"):
        await scene.queue.put(LARGE)
    assert await scene.bodies() == [b"small"]
    assert caplog.messages == ["large bodies are out of reach"]

    scene.store.is_down = False
    await asyncio.sleep(1.2)
    assert await scene.bodies() == [LARGE, LARGE + b"!"], "long before the lease would have ended"


async def test_where_no_large_body_can_be_read_the_queue_is_unavailable(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr("src.shared.queues.azure.STORE_RETRY_SECONDS", 0)
    await scene.queue.put(LARGE)
    await scene.queue.put(LARGE)

    scene.store.is_down = True
    with pytest.raises(QueueUnavailableError, match="2 large bodies: down"):
        await scene.queue.receive(32, LEASE_SECONDS)

    scene.store.is_down = False
    assert not caplog.records, "who is told pauses and says so"
    assert await scene.bodies() == [LARGE, LARGE], "they were put back"


async def test_the_longer_a_store_is_down_the_longer_large_messages_rest(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    await scene.queue.put(LARGE)
    scene.store.is_down = True
    update, delays = scene.queue._requests.update, []

    async def note(id_: str, receipt: str, text: str | None, seconds: int) -> str | None:
        delays.append(seconds)
        return await update(id_, receipt, text, 0)

    monkeypatch.setattr(scene.queue._requests, "update", note)
    for _ in range(14):
        with pytest.raises(QueueUnavailableError):
            await scene.queue.receive(1, LEASE_SECONDS)

    assert delays == [*range(5, 61, 5), 60, 60]


async def test_a_put_that_is_refused_leaves_no_object(azurite: Azurite, tmp_path: Path):
    store = MoodyStore(tmp_path)
    account = account_by_connection_string(azurite.connection_string)
    queue = open_azure_queue(account, fresh_name(), store, may_create=False)

    with pytest.raises(QueueUnavailableError, match="404 QueueNotFound"):
        await queue.put(LARGE)

    assert await store.keys("messages/") == []
    await queue.close()


async def test_a_put_that_may_have_been_heard_keeps_its_object(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    send = scene.queue._requests.send

    async def hang_up_then(text: str) -> None:
        await send(text)
        raise QueueUnavailableError("no answer in time")

    monkeypatch.setattr(scene.queue._requests, "send", hang_up_then)
    with pytest.raises(QueueUnavailableError):
        await scene.queue.put(LARGE)

    assert await scene.bodies() == [LARGE]


async def test_an_object_that_cannot_be_deleted_holds_up_no_acknowledgement(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    await scene.queue.put(LARGE)
    taken = await scene.queue.receive(1, LEASE_SECONDS)

    scene.store.is_down = True
    await scene.queue.delete(taken)

    assert await scene.queue.depth() == 0
    assert "an object stays behind" in caplog.messages


async def test_a_delete_that_was_heard_though_not_answered_takes_the_object_with_it_later(
    scene: Scene,
):
    await scene.queue.put(LARGE)
    [message] = await scene.queue.receive(1, LEASE_SECONDS)
    await scene.by_hand.delete_message(message.id, message.receipt.split(" ")[0])

    await scene.queue.delete([message])

    assert await scene.objects() == []


# --- leases that are lost, and renewals that fail ------------------------------------------------


async def test_one_renewal_that_fails_spoils_no_other(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    for number in range(4):
        await scene.queue.put(b"%d" % number)
    taken = await scene.queue.receive(32, LEASE_SECONDS)
    update = scene.queue._requests.update

    async def fail_for_one(id_: str, *rest: Any) -> str | None:
        if id_ == taken[1].id:
            raise QueueUnavailableError("no answer in time")
        return await update(id_, *rest)

    monkeypatch.setattr(scene.queue._requests, "update", fail_for_one)
    held = await scene.queue.renew(taken, LEASE_SECONDS)

    assert [message.id for message in held] == [message.id for message in taken]
    assert [old.receipt == new.receipt for old, new in zip(taken, held, strict=True)] == [
        *(False, True, False, False)
    ]
    assert caplog.messages == ["leases not renewed"]
    await scene.queue.delete(held)
    assert await scene.queue.depth() == 0


async def test_deletes_of_what_is_not_ours_any_more_are_told_in_one_line(
    scene: Scene, caplog: pytest.LogCaptureFixture
):
    for body in (b"one", b"two"):
        await scene.queue.put(body)
    taken = await scene.queue.receive(32, LEASE_SECONDS)
    await scene.queue.renew(taken, LEASE_SECONDS)

    await scene.queue.delete(taken)

    [record] = caplog.records
    assert record.getMessage() == "not deleted: leased to somebody else"
    assert vars(record)["messages"] == 2


# --- the service's own ways ---------------------------------------------------------------------


async def test_a_message_stays_for_ever(scene: Scene):
    await scene.queue.put(b"one")

    [message] = await scene.by_hand.peek_messages()

    assert message.expires_on is not None
    assert message.expires_on.year == 9999


async def test_parts_of_seconds_are_rounded_up(scene: Scene):
    await scene.queue.put(b"one")
    taken = await scene.queue.receive(1, 0.01)
    await scene.queue.release(taken, 0.01)

    assert await scene.queue.receive(1, LEASE_SECONDS) == []
    await asyncio.sleep(1.2)
    assert await scene.bodies() == [b"one"]


async def test_more_than_the_service_gives_at_once_comes_in_two(scene: Scene):
    await asyncio.gather(*(scene.queue.put(b"%d" % number) for number in range(40)))

    assert [len(await scene.queue.receive(100, LEASE_SECONDS)) for _ in range(3)] == [32, 8, 0]


async def test_one_failure_among_many_deletes_holds_up_no_other(scene: Scene):
    await asyncio.gather(*(scene.queue.put(b"%d" % number) for number in range(4)))
    first, *others = await scene.queue.receive(32, LEASE_SECONDS)
    await scene.by_hand.delete_message(first.id, first.receipt.split(" ")[0])

    await scene.queue.delete([first, *others])

    assert await scene.queue.depth() == 0
