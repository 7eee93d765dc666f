"""The queue of the cloud: Azure Storage Queue, or Azurite.

What is too large for a message lies in the object store, and the message holds a claim to it.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, cast

from azure.storage.queue import QueueMessage

from ..errors import (
    ObjectMissingError,
    ObjectStoreUnavailableError,
    QueueUnavailableError,
    TelemetryError,
)
from ..object_store import ObjectStore
from .azure_bodies import Bodies
from .azure_requests import MESSAGES_PER_REQUEST, AzureRequests, RequestRefusedError
from .azure_text import MAX_BODY_BYTES, claimed_key, to_body
from .base import Message

T = TypeVar("T")

PUT_SECONDS = 6.0  # with the object that a large body needs; GitHub waits 10 s
REQUESTS_AT_ONCE = 16
LONGEST_SECONDS = 7 * 24 * 3600
STORE_RETRY_SECONDS = 5.0  # and as much more with each time
LONGEST_RETRY_SECONDS = 60.0

log = logging.getLogger(__name__)


class AzureQueue:
    """A queue by its requests; `store` keeps what no message can hold, `let_go` ends the rest."""

    max_message_bytes: int | None = MAX_BODY_BYTES

    def __init__(
        self,
        requests: AzureRequests,
        store: ObjectStore,
        let_go: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._requests = requests
        self._bodies = Bodies(store, requests.queue_name)
        self._let_go = let_go
        self._slots = asyncio.Semaphore(REQUESTS_AT_ONCE)
        self._puts = 0
        self._no_puts = asyncio.Event()
        self._no_puts.set()

    async def put(self, body: bytes) -> None:
        """Return when the service has the message; give up after six seconds."""
        self._puts += 1
        self._no_puts.clear()
        try:
            async with asyncio.timeout(PUT_SECONDS):
                await self._put(body)
        except TimeoutError as exc:
            raise QueueUnavailableError(f"queue {self._name}: no answer in time") from exc
        finally:
            self._puts -= 1
            if not self._puts:
                self._no_puts.set()

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        """Lease at most 32; what has its body in the object store comes with that body."""
        lease = _whole_seconds(lease_seconds, shortest=1)
        taken = await self._requests.take(min(limit, MESSAGES_PER_REQUEST), lease)
        opened = await asyncio.gather(*(self._open(one, lease) for one in taken))
        messages = [one for one in opened if isinstance(one, Message)]
        away = [one for one in opened if isinstance(one, TelemetryError)]
        if away and not messages:
            raise QueueUnavailableError(f"queue {self._name}: {len(away)} large bodies: {away[0]}")
        if away:
            keys = {"queue": self._name, "messages": len(away), "reason": str(away[0])}
            log.warning("large bodies are out of reach", extra=keys)
        return messages

    async def wait(self, seconds: float) -> None:
        """Sleep: the service cannot be waited upon, and each look would be a request."""
        await asyncio.sleep(seconds)

    async def delete(self, messages: Sequence[Message]) -> None:
        """Delete one by one, some at once; the object of a large one after it."""
        gone = await self._each(messages, self._delete)
        self._tell_of(gone.count(False), "not deleted: leased to somebody else")

    async def release(self, messages: Sequence[Message], delay_seconds: float = 0) -> None:
        """Make visible again, one by one, some at once."""
        delay = _whole_seconds(delay_seconds)
        await self._each(messages, lambda message: self._update(message, None, delay))

    async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
        """Lease anew, one by one, some at once; each has another receipt then.

        Where that fails, a message may still be ours: it keeps the receipt it has. Raises only
        where it fails for all.
        """
        lease = _whole_seconds(lease_seconds, shortest=1)
        failures: list[QueueUnavailableError] = []

        async def hold(message: Message) -> Message | None:
            try:
                return await self._update(message, None, lease)
            except QueueUnavailableError as exc:
                failures.append(exc)
                return message

        held = await self._each(messages, hold)
        if failures and len(failures) == len(messages):
            raise failures[0]
        self._tell_of(len(failures), "leases not renewed")
        return [message for message in held if message is not None]

    async def replace(self, message: Message, body: bytes, delay_seconds: float = 0) -> None:
        """Update the message; the object that it claimed goes after that."""
        text, new = await self._bodies.text_of(body)
        replaced = await self._update(message, text, _whole_seconds(delay_seconds))
        _, old = _split(message.receipt)
        await self._bodies.discard(old if replaced else new)

    async def depth(self) -> int:
        """As the service counts: approximately, where it is busy."""
        return await self._requests.count()

    async def oldest_enqueued_at(self) -> datetime | None:
        """Of the next message that nobody has leased."""
        return await self._requests.next_inserted_at()

    async def look(self) -> None:
        """Raise where messages that the service cannot give are in the way; touches none."""
        await self._requests.look()

    async def close(self) -> None:
        """Wait for the puts under way, then close the connections."""
        await self._no_puts.wait()
        await self._requests.close()
        if self._let_go:
            await self._let_go()

    @property
    def _name(self) -> str:
        return self._requests.queue_name

    def _tell_of(self, count: int, what: str) -> None:
        if count:
            log.warning(what, extra={"queue": self._name, "messages": count})

    async def _put(self, body: bytes) -> None:
        text, key = await self._bodies.text_of(body)
        try:
            await self._requests.send(text)
        except RequestRefusedError:
            await self._bodies.discard(key)
            raise

    async def _open(
        self, taken: QueueMessage, lease_seconds: int
    ) -> Message | TelemetryError | None:
        """The message with its body; why that is out of reach; None where it is not ours now."""
        body = to_body(str(taken.content or ""))
        key = claimed_key(self._name, body)
        message = Message(
            id=str(taken.id),
            body=body,
            receipt=_join(str(taken.pop_receipt), key),
            dequeue_count=int(taken.dequeue_count or 0),
            enqueued_at=cast("datetime", taken.inserted_on),  # aware, and always there
        )
        if key is None:
            return message
        try:
            return replace(message, body=await self._bodies.read(key))
        except ObjectMissingError:
            return await self._without_object(message, key, lease_seconds)
        except ObjectStoreUnavailableError as exc:
            delay_seconds = min(STORE_RETRY_SECONDS * message.dequeue_count, LONGEST_RETRY_SECONDS)
            with suppress(QueueUnavailableError):  # its lease will end
                await self.release([message], delay_seconds)
            return exc

    async def _without_object(
        self, message: Message, key: str, lease_seconds: int
    ) -> Message | TelemetryError | None:
        """The message as its claim, if it is still ours: else somebody was quicker, and is done.

        Its receipt is without the key: the object, should it come to light, is for a later claim.
        """
        try:
            held = await self._update(message, None, lease_seconds)
        except QueueUnavailableError as exc:
            return exc
        if held is None:
            return None
        keys = {"queue": self._name, "message_id": message.id, "key": key}
        log.error("a message's body is missing", extra=keys)
        return replace(held, receipt=_join(_split(held.receipt)[0], None))

    async def _delete(self, message: Message) -> bool:
        receipt, key = _split(message.receipt)
        is_gone = await self._requests.delete(message.id, receipt)
        if is_gone:
            await self._bodies.discard(key)
        return is_gone

    async def _update(self, message: Message, text: str | None, seconds: int) -> Message | None:
        """The message under its new receipt; None where it is not ours any more."""
        receipt, key = _split(message.receipt)
        receipt_now = await self._requests.update(message.id, receipt, text, seconds)
        return replace(message, receipt=_join(receipt_now, key)) if receipt_now else None

    async def _each(
        self, messages: Sequence[Message], work: Callable[[Message], Awaitable[T]]
    ) -> list[T]:
        """Do the work on each, also where it fails on others; then raise what failed first."""

        async def in_turn(message: Message) -> T:
            async with self._slots:
                return await work(message)

        ends = await asyncio.gather(*map(in_turn, messages), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end
        return [end for end in ends if not isinstance(end, BaseException)]


def _join(pop_receipt: str, key: str | None) -> str:
    """A receipt of ours: the service's, and the key of the object that the message claims."""
    return f"{pop_receipt} {key or ''}"


def _split(receipt: str) -> tuple[str, str | None]:
    pop_receipt, _, key = receipt.partition(" ")
    return pop_receipt, key or None


def _whole_seconds(seconds: float, shortest: int = 0) -> int:
    """What the service takes: never less than was asked for."""
    return min(max(math.ceil(seconds), shortest), LONGEST_SECONDS)
