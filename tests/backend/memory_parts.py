"""A clock in; a queue, a store and a sink in memory out, as the worker knows them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple, TypeAlias

from src.backend.sinks.base import EventRow, Receipt, Row, SpanRow
from src.shared.errors import ObjectMissingError
from src.shared.queues.base import Message

Clock = Callable[[], datetime]


class Told(NamedTuple):
    """What a row says of a record; the greatest is the truth."""

    record_id: str
    revision: float
    content_hash: str
    values: tuple[tuple[str, str], ...]


Tables: TypeAlias = tuple[dict[str, Told], set[int]]


@dataclass
class _Entry:
    body: bytes
    enqueued_at: datetime
    visible_at: datetime
    receipt: str = ""
    dequeue_count: int = 0


class MemoryQueue:
    """Keeps the promises of `Queue`; each lease and each renewal has a receipt of its own."""

    max_message_bytes: int | None = None

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._entries: dict[str, _Entry] = {}
        self._numbers = count(1)

    async def put(self, body: bytes) -> None:
        now = self._now()
        self._entries[str(next(self._numbers))] = _Entry(body, now, now)

    async def receive(self, limit: int, lease_seconds: float) -> list[Message]:
        now = self._now()
        seen = [(k, e) for k, e in self._entries.items() if e.visible_at <= now]
        seen.sort(key=lambda pair: pair[1].visible_at)
        for _, entry in seen[:limit]:
            entry.dequeue_count += 1
            self._lease(entry, lease_seconds)
        return [_message(id_, entry) for id_, entry in seen[:limit]]

    def _lease(self, entry: _Entry, seconds: float) -> None:
        entry.receipt = str(next(self._numbers))
        entry.visible_at = self._now() + timedelta(seconds=seconds)

    async def wait(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def delete(self, messages: Sequence[Message]) -> None:
        for message in messages:
            if self._held(message):
                del self._entries[message.id]

    async def release(self, messages: Sequence[Message], delay_seconds: float = 0) -> None:
        for message in messages:
            if entry := self._held(message):
                self._lease(entry, delay_seconds)

    async def renew(self, messages: Sequence[Message], lease_seconds: float) -> list[Message]:
        held = [(message.id, entry) for message in messages if (entry := self._held(message))]
        for _, entry in held:
            self._lease(entry, lease_seconds)
        return [_message(id_, entry) for id_, entry in held]

    async def replace(self, message: Message, body: bytes, delay_seconds: float = 0) -> None:
        if entry := self._held(message):
            self._lease(entry, delay_seconds)
            entry.body = body

    async def depth(self) -> int:
        return len(self._entries)

    async def oldest_enqueued_at(self) -> datetime | None:
        return min((entry.enqueued_at for entry in self._entries.values()), default=None)

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def bodies(self) -> list[bytes]:
        """Of all messages, leased ones included."""
        return [entry.body for entry in self._entries.values()]

    def _held(self, message: Message) -> _Entry | None:
        entry = self._entries.get(message.id)
        return entry if entry and entry.receipt == message.receipt else None


def _message(id_: str, entry: _Entry) -> Message:
    return Message(id_, entry.body, entry.receipt, entry.dequeue_count, entry.enqueued_at)


class MemoryStore:
    """Objects that are created once; what `State` needs of a store."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    async def create(self, key: str, body: bytes) -> bool:
        if key in self.objects:
            return False
        self.objects[key] = body
        return True

    async def read(self, key: str) -> bytes:
        if key not in self.objects:
            raise ObjectMissingError(key)
        return self.objects[key]

    async def read_all(self, keys: Sequence[str]) -> list[bytes]:
        return [await self.read(key) for key in keys]

    async def keys(self, prefix: str) -> list[str]:
        return [key for key in self.objects if key.startswith(prefix)]


class MemorySink:
    """Takes every row."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        self.rows += rows
        return Receipt()

    async def close(self) -> None:
        """Nothing is open."""

    @property
    def tables(self) -> Tables:
        """What the saved functions make of the rows: the newest of each record; and the spans."""
        newest: dict[str, Told] = {}
        for row in self.rows:
            if isinstance(row, EventRow):
                told = _told(row)
                newest[told.record_id] = max(newest.get(told.record_id, told), told)
        return newest, {row.span_id for row in self.rows if isinstance(row, SpanRow)}


def _told(row: EventRow) -> Told:
    said = {**row.properties, **row.measurements}
    values = tuple(sorted((name, str(value)) for name, value in said.items()))
    revision, content_hash = row.measurements["revision"], row.properties["content_hash"]
    return Told(row.properties["record_id"], revision, content_hash, values)
