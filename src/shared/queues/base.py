"""What a queue promises, whoever keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A message under lease: nobody else sees it until the lease ends.

    `receipt` is proof of this lease; a later lease of the same message has another one.
    """

    id: str
    body: bytes
    receipt: str
    dequeue_count: int
    enqueued_at: datetime


class Queue(Protocol):
    """At-least-once, in no promised order. A message goes only when it is deleted.

    Every method raises QueueUnavailableError where the queue cannot be reached.
    """

    max_message_bytes: int | None

    async def put(self, body: bytes) -> None:
        """Return when the message is durable, never before."""

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        """Up to `limit` messages at once, each ours for `lease_seconds`; perhaps none."""

    async def wait(self, seconds: float) -> None:
        """Return after so many seconds, or sooner where the queue can tell that something came.

        May be cancelled.
        """

    async def delete(self, messages: Sequence[Message]) -> None:
        """Acknowledge. A message whose lease went to somebody else is left alone."""

    async def release(self, messages: Sequence[Message], delay_seconds: float = 0) -> None:
        """Give leases back early: visible again after the delay, where the lease is still ours."""

    async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
        """Lease anew from now; those that are still ours, each with the receipt that now holds."""

    async def replace(self, message: Message, body: bytes, delay_seconds: float = 0) -> None:
        """Release with another body; a message whose lease went to somebody else is left alone."""

    async def depth(self) -> int:
        """How many messages there are, leased ones included."""

    async def oldest_enqueued_at(self) -> datetime | None:
        """When the oldest message came, as far as it shows: leased ones may not; None: no such."""

    async def close(self) -> None:
        """Finish what was accepted, then let go."""
