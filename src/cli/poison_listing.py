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
class Found:
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
class Listing:
    """What could be leased of a poison queue, and how much somebody else holds."""

    found: Sequence[Found]
    held_by_others: int


@asynccontextmanager
async def open_listing(queue: Queue) -> AsyncIterator[Listing]:
    """Lease all that can be leased, oldest first; what is still there in the end is released."""
    found: dict[str, Found] = {}
    try:
        while some := await queue.receive(MESSAGES_PER_RECEIVE, LEASE_SECONDS):
            is_through = any(message.id in found for message in some)  # that took all of a lease
            found |= {each.id: Found(each, poison.decode(each.body)) for each in some}
            if is_through:
                break
        in_order = sorted(found.values(), key=_place)
        yield Listing(in_order, max(0, await queue.depth() - len(found)))
    finally:
        if found:
            await queue.release([one.message for one in found.values()])


def _place(found: Found) -> tuple[datetime, int, str]:
    """By age, then by id, whether ids are numbers or not."""
    return found.poisoned_at, len(found.message.id), found.message.id


async def lease_anew(queue: Queue, found: Found) -> Message | None:
    """The message with its new receipt; None where another command has it by now."""
    return next(iter(await queue.renew([found.message], LEASE_SECONDS)), None)


def describe(found: Found) -> dict[str, object]:
    """What one wants to know of it, as a row; what is not known is None."""
    record = found.record
    return {
        "id": found.message.id,
        "message_id": record.message_id if record else None,
        "poisoned_at": found.poisoned_at.isoformat(timespec="seconds"),
        "reason": record.reason if record else None,
        "error": record.error if record else None,
        "attempts": record.attempts if record else None,
        "deliveries": [event.id for event in found.events],
        **_subject(found.events),
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
