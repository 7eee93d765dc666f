"""A poison queue in; what lies in it, leased for as long as one looks, out."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import msgspec

from ..backend import poison
from ..backend.poison import Poisoned
from ..shared import messages
from ..shared.errors import DeliveryRefusedError
from ..shared.github_events import JobDelivery, parse_delivery
from ..shared.messages import Event
from ..shared.queues.base import Message, Queue

LEASE_SECONDS = 60.0
MESSAGES_PER_RECEIVE = 32


@dataclass(frozen=True)
class Laid:
    """A message of the poison queue; without a record it was put there by somebody else."""

    message: Message
    record: Poisoned | None

    @property
    def body(self) -> bytes:
        """The original."""
        return self.record.body if self.record else self.message.body

    @cached_property
    def events(self) -> list[Event]:
        """The original's events, as far as they can be read."""
        return poison.events_of(self.body)

    @property
    def poisoned_at(self) -> datetime:
        """UTC."""
        return self.record.poisoned_at if self.record else self.message.enqueued_at

    def fresh_body(self) -> bytes:
        """The original, its attempts forgotten."""
        if not any(event.attempts for event in self.events):
            return self.body
        forgiven = {"attempts": 0, "failed_at": None}
        return messages.encode([msgspec.structs.replace(e, **forgiven) for e in self.events])


@dataclass(frozen=True, slots=True)
class Shelf:
    """What could be leased of a poison queue, and how much somebody else holds."""

    laid: Sequence[Laid]
    held_by_others: int


@asynccontextmanager
async def open_shelf(queue: Queue) -> AsyncIterator[Shelf]:
    """Lease all that can be leased; what is still there when the block ends is released."""
    laid: list[Laid] = []
    try:
        while some := await queue.receive(MESSAGES_PER_RECEIVE, LEASE_SECONDS):
            laid += [Laid(message, poison.decode(message.body)) for message in some]
        laid.sort(key=lambda one: one.poisoned_at)
        yield Shelf(laid, max(0, await queue.depth() - len(laid)))
    finally:
        await queue.release([one.message for one in laid])


def describe(laid: Laid) -> dict[str, object]:
    """What one wants to know of it, as a row; what is not known is None."""
    record = laid.record
    return {
        "id": laid.message.id,
        "poisoned_at": laid.poisoned_at.isoformat(timespec="seconds"),
        "reason": record.reason if record else None,
        "error": record.error if record else None,
        "attempts": record.attempts if record else None,
        "deliveries": [event.id for event in laid.events],
        **_subject(laid.events),
    }


def _subject(events: Sequence[Event]) -> dict[str, object]:
    """What the first event is about."""
    subject: dict[str, object] = dict.fromkeys(("kind", "repository", "run", "job"))
    if not events:
        return subject
    subject["kind"] = events[0].kind
    try:
        delivery = parse_delivery(events[0].kind, events[0].body)
    except DeliveryRefusedError:
        return subject
    subject["repository"] = delivery.repository.full_name
    if isinstance(delivery, JobDelivery):
        job = delivery.workflow_job
        return subject | {"run": job.run_id, "job": job.name}
    return subject | {"run": delivery.workflow_run.id}
