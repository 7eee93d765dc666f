"""A world's parts and its moods in; the same parts, as a worker that may die sees them, out.

Fate stands before and behind each call: a life may end at any of them, or stand still for longer
than a lease lasts, as a process does that is stopped and continued.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Any
from zlib import crc32

from src.backend.sinks.base import EventRow, Receipt, Row
from src.shared.errors import ObjectStoreUnavailableError, QueueUnavailableError
from tests.backend.memory_parts import MemoryQueue, MemorySink, MemoryStore
from tests.backend.virtual_time import VirtualLoop

HANGING_SECONDS = 10.0
LATE_SECONDS = (0.0, 2.0)  # a listing is then out of date before it is read
RETRY_AFTER_SECONDS = 45.0
TRIPPING, CURSED, CURSED_WHOLLY = "tripping", "cursed", "cursed wholly"


class Crash(BaseException):
    """The end of a process."""


class Mood(Enum):
    """What a part does to those who call it."""

    FINE = "does what it is asked"
    DOWN = "does nothing, and says so"
    MUTE = "does it, and its answer gets lost"
    HANGING = "lets one wait, and does nothing"
    LATE = "does it some time later, and answers some time after that (all but a sink)"
    HALF = "does it for some (a sink)"
    THROTTLING = "wants to be asked later (a sink)"
    REFUSING = "says that it never will, whatever it is (a sink)"
    BROKEN = "raises what nobody expects (a sink)"


OF_SINKS = tuple(mood for mood in Mood if mood is not Mood.LATE)
OF_OTHERS = (Mood.FINE, Mood.DOWN, Mood.MUTE, Mood.HANGING, Mood.LATE)


@dataclass
class World:
    """What outlives a worker."""

    loop: VirtualLoop
    moods: dict[str, Mood] = field(default_factory=dict)
    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311 -- no secret

    def __post_init__(self) -> None:
        self.queue = MemoryQueue(self.loop.now)
        self.poison = MemoryQueue(self.loop.now)
        self.store = MemoryStore()
        self.sinks = {"one sink": MemorySink(), "another sink": MemorySink()}

    def mood(self, part: str) -> Mood:
        return self.moods.get(part, Mood.FINE)

    def is_unlucky(self, row: Row) -> bool:
        """The same row every time, for as long as that lasts; a fourth of them."""
        return crc32(repr(row).encode()) % 4 == 0


@dataclass
class Life:
    """A process's: how many steps it has left, where that is settled, and until when it stands."""

    loop: VirtualLoop
    steps_left: int | None = None
    stands_until: float = 0.0

    async def step(self) -> None:
        await asyncio.sleep(max(self.stands_until - self.loop.time(), 0))
        if self.steps_left is None:
            return
        if self.steps_left <= 0:
            raise Crash
        self.steps_left -= 1


class MortalPart:
    """A queue or a store; raises what it would where it is not well."""

    max_message_bytes: int | None = None

    def __init__(
        self, part: MemoryQueue | MemoryStore, name: str, world: World, life: Life
    ) -> None:
        self._part = part
        self._world = world
        self._name = name
        self._life = life
        is_store = isinstance(part, MemoryStore)
        self._error = ObjectStoreUnavailableError if is_store else QueueUnavailableError

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*arguments: Any) -> Any:
            await self._life.step()
            mood = self._world.mood(self._name)
            if mood is Mood.HANGING:
                await asyncio.sleep(HANGING_SECONDS)
            if mood in {Mood.DOWN, Mood.HANGING}:
                raise self._error(mood.value)
            await self._be_late(mood)
            result = await getattr(self._part, name)(*arguments)
            if mood is Mood.MUTE:
                raise self._error(mood.value)
            await self._be_late(mood)
            await self._life.step()
            return result

        return call

    async def _be_late(self, mood: Mood) -> None:
        if mood is Mood.LATE:
            await asyncio.sleep(self._world.random.uniform(*LATE_SECONDS))


class MortalSink:
    """A sink with moods, that never takes what is cursed."""

    def __init__(self, sink: MemorySink, name: str, world: World, life: Life) -> None:
        self._sink = sink
        self._name = name
        self._world = world
        self._life = life

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        await self._life.step()
        mood = self._world.mood(self._name)
        if mood is Mood.HANGING:
            await asyncio.sleep(HANGING_SECONDS)
        if mood is Mood.BROKEN or any(_is(row, TRIPPING) for row in rows):
            raise RuntimeError("tripped")
        receipt = self._receipt(mood, rows)
        taken = [row for row in rows if row not in receipt.missing and row not in receipt.refused]
        await self._sink.emit(rows if mood is Mood.MUTE else taken)
        await self._life.step()
        return receipt

    def _receipt(self, mood: Mood, rows: Sequence[Row]) -> Receipt:
        if mood in {Mood.DOWN, Mood.HANGING, Mood.MUTE}:
            return Receipt(missing=rows, complaint=mood.value)
        if mood is Mood.THROTTLING:
            wait = RETRY_AFTER_SECONDS
            return Receipt(missing=rows, complaint=mood.value, retry_after_seconds=wait)
        if mood is Mood.REFUSING:
            return Receipt(refused=rows, complaint=mood.value)
        refused = [row for row in rows if _is_cursed(row)]
        lacking = [row for row in rows if mood is Mood.HALF and self._world.is_unlucky(row)]
        missing = [row for row in lacking if row not in refused]
        return Receipt(missing, refused, mood.value)

    async def close(self) -> None:
        """Nothing is open."""


def _is(row: Row, name: str) -> bool:
    return isinstance(row, EventRow) and row.properties.get("job_name") == name


def _is_cursed(row: Row) -> bool:
    if isinstance(row, EventRow):
        return _is(row, CURSED_WHOLLY) or (_is(row, CURSED) and row.name == "WorkflowJob")
    return CURSED_WHOLLY in str(row)
