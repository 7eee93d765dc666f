"""One queue of the service, a method a request: bounded in time, with failures in our own words.

The SDK's retries are off: whoever calls decides how long to wait. Its encoding is off as well: one
foreign message would make it refuse a whole page.
https://learn.microsoft.com/en-us/rest/api/storageservices/queue-service-rest-api
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from time import monotonic
from typing import TypeVar
from xml.etree.ElementTree import ParseError

from azure.core.exceptions import AzureError, DecodeError, HttpResponseError, ResourceExistsError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from ..errors import QueueUnavailableError
from .azure_complaints import (
    complaint,
    is_lease_lost,
    is_message_gone,
    is_queue_missing,
    is_refusal,
    may_be_unreadable,
)

T = TypeVar("T")

REQUEST_SECONDS = 5.0
SINGLY_SECONDS = 10.0  # for all that are taken one by one, and never over a third of their lease
TOLD_AGAIN_SECONDS = 3600.0
MESSAGES_PER_REQUEST = 32  # the service gives no more at once
FOREVER = -1  # the service's default deletes a message after seven days
FAILURES_THAT_ARE_NO_ACCIDENT = 3

UNREADABLE = (
    "the service can neither give nor delete them one by one; no other is held up. When nothing"
    " else is in the queue: az storage message clear"
)

log = logging.getLogger(__name__)


class RequestRefusedError(QueueUnavailableError):
    """The service answered, and certainly did not do what it was asked for."""


class AzureRequests:
    """What can be asked of the queue that `client` points at; each raises QueueUnavailableError."""

    def __init__(self, client: QueueClient, *, may_create: bool) -> None:
        self._client = client
        self._may_create = may_create
        self._unreadable = 0  # seen since that was last told
        self._told_at = -TOLD_AGAIN_SECONDS

    @property
    def queue_name(self) -> str:
        """The queue's name."""
        return self._client.queue_name

    async def send(self, text: str) -> None:
        """Put a message that stays until it is deleted."""
        with self._complaining():
            await self._ask(lambda: self._client.send_message(text, time_to_live=FOREVER))

    async def take(self, limit: int, lease_seconds: int) -> list[QueueMessage]:
        """Look, then lease, each in one request.

        A message that the service cannot give makes a receive fail and hides the whole page for
        the lease. A look hides nothing; where it fails, messages are taken one by one.
        """
        with self._complaining():
            try:
                if not await self._ask(lambda: self._client.peek_messages(limit)):
                    return []
                return await self._ask(lambda: self._lease(limit, lease_seconds))
            except HttpResponseError as exc:
                if not may_be_unreadable(exc):
                    raise
            return await self._take_singly(limit, lease_seconds)

    async def update(self, id_: str, receipt: str, text: str | None, seconds: int) -> str | None:
        """Move the end of a lease, with another text if one is given.

        Returns the receipt that holds now; None where the message is somebody else's, or gone.
        """
        with self._complaining():
            try:
                updated = await self._ask(
                    lambda: self._client.update_message(
                        id_, receipt, text, visibility_timeout=seconds
                    )
                )
            except HttpResponseError as exc:
                if is_lease_lost(exc):
                    return None
                raise
            return str(updated.pop_receipt)

    async def delete(self, id_: str, receipt: str) -> bool:
        """Whether the message is gone now; False where it is somebody else's."""
        with self._complaining():
            try:
                await self._ask(lambda: self._client.delete_message(id_, receipt))
            except HttpResponseError as exc:
                if not is_lease_lost(exc):
                    raise
                return is_message_gone(exc)
            return True

    async def look(self) -> None:
        """Raise where a message that cannot be read is among the next; touches none."""
        with self._complaining():
            try:
                await self._ask(lambda: self._client.peek_messages(MESSAGES_PER_REQUEST))
            except HttpResponseError as exc:
                if not may_be_unreadable(exc):
                    raise
                said = f"queue {self.queue_name} holds messages that cannot be read: "
                raise QueueUnavailableError(said + self._mended_by) from exc

    async def next_inserted_at(self) -> datetime | None:
        """When the next message came; None: there is none, or it cannot be read. Touches none."""
        with self._complaining():
            try:
                peeked = await self._ask(lambda: self._client.peek_messages(1))
            except HttpResponseError as exc:
                if may_be_unreadable(exc):
                    return None
                raise
            return peeked[0].inserted_on if peeked else None

    @property
    def _mended_by(self) -> str:
        return f"{UNREADABLE} --queue-name {self.queue_name}"

    async def count(self) -> int:
        """How many messages there are, as the service counts: approximately."""
        with self._complaining():
            properties = await self._ask(self._client.get_queue_properties)
            if properties.approximate_message_count is None:
                raise DecodeError("no count")
            return int(properties.approximate_message_count)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _lease(self, limit: int, seconds: int) -> list[QueueMessage]:
        """One page: what the SDK calls pages are receives."""
        received = self._client.receive_messages(
            messages_per_page=limit, visibility_timeout=seconds
        )
        async for page in received.by_page():
            return [message async for message in page]
        return []

    async def _take_singly(self, limit: int, lease_seconds: int) -> list[QueueMessage]:
        """What can be given of the next messages; what cannot is hidden for as long as the rest.

        Their leases run meanwhile: what there was time for is given, the rest comes next time.
        """
        deadline = monotonic() + min(SINGLY_SECONDS, lease_seconds / 3)
        taken: list[QueueMessage] = []
        failures = 0
        while len(taken) + failures < limit and monotonic() < deadline:
            try:
                single = await self._ask(lambda: self._lease(1, lease_seconds))
            except (AzureError, TimeoutError) as exc:
                is_unreadable = may_be_unreadable(exc)
                failures += is_unreadable
                if is_unreadable and failures < FAILURES_THAT_ARE_NO_ACCIDENT:
                    continue
                if not taken:
                    raise
                break  # an outage; what was taken before it is ours
            if not single:
                break
            taken += single
        if failures:
            self._tell_of_unreadable(failures)
        return taken

    def _tell_of_unreadable(self, count: int) -> None:
        """At most once an hour: the same ones come again with the end of each lease."""
        self._unreadable += count
        if monotonic() - self._told_at < TOLD_AGAIN_SECONDS:
            return
        keys = {"queue": self.queue_name, "times": self._unreadable, "mended_by": self._mended_by}
        log.error("messages that cannot be read are in the way", extra=keys)
        self._unreadable, self._told_at = 0, monotonic()

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call, and the queue before it where that is missing and may be made."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                try:
                    return await call()
                except HttpResponseError as exc:
                    if not (self._may_create and is_queue_missing(exc)):
                        raise
                await self._create()
                return await call()
        except ParseError as exc:  # what is said to be a success, and is no XML
            raise DecodeError("no XML") from exc

    async def _create(self) -> None:
        try:
            await self._client.create_queue()
        except ResourceExistsError:
            pass  # somebody else was quicker
        else:
            log.info("queue created", extra={"queue": self.queue_name})

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except (AzureError, TimeoutError) as exc:
            kind = RequestRefusedError if is_refusal(exc) else QueueUnavailableError
            raise kind(f"queue {self.queue_name}: {complaint(exc)}") from exc
