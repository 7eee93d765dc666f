"""Weeks of deliveries and samples, in virtual time: what is no longer needed goes, and no more."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.backend import sweep
from src.backend.arrivals import arrive
from src.backend.state import State
from src.backend.sweep import PAUSE_SECONDS, Sweeper, Swept, sweeping
from src.shared.errors import ObjectStoreUnavailableError
from src.shared.messages import Event
from src.shared.object_store import folder_store
from tests.backend.bodies import NOW, event_of, job_body, run_body
from tests.backend.memory_parts import MemoryStore
from tests.backend.test_join import COMPLETED, QUEUED, SAMPLES, Town
from tests.backend.virtual_time import VirtualLoop

pytestmark = pytest.mark.anyio

A_DAY = timedelta(days=1)
ARCHIVED = "archive/github.com/301/whatever"


class DatedStore(MemoryStore):
    """Knows when each object was written, and whether it answers."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._now = now
        self._written: dict[str, datetime] = {}
        self.calls_left: int | None = None

    async def create(self, key: str, body: bytes) -> bool:
        await self._answer()
        self._written.setdefault(key, self._now())
        return await super().create(key, body)

    async def keys(self, prefix: str) -> list[str]:
        await self._answer()
        return await super().keys(prefix)

    async def written(self, prefix: str) -> dict[str, datetime]:
        return {key: self._written[key] for key in await self.keys(prefix)}

    async def folders(self, prefix: str) -> list[str]:
        names = {key.removeprefix(prefix).partition("/")[0] for key in await self.keys(prefix)}
        return [f"{prefix}{name}/" for name in names]

    async def delete(self, key: str) -> None:
        await self._answer()
        self.objects.pop(key, None)
        self._written.pop(key, None)

    async def _answer(self) -> None:
        await asyncio.sleep(0)  # another sweeper has its turn
        if self.calls_left is not None:
            self.calls_left -= 1
            if self.calls_left < 0:
                raise ObjectStoreUnavailableError("away")


class Weeks:
    """A store, the state in it, and a clock that is moved by the day."""

    def __init__(self) -> None:
        self.now = NOW
        self.store = DatedStore(lambda: self.now)
        self.state = State(self.store)  # type: ignore[arg-type]
        self.sweeper = Sweeper(self.store, lambda: self.now)  # type: ignore[arg-type]

    async def note(self, events: Sequence[Event]) -> None:
        await self.state.note([arrive(event) for event in events])

    async def sweep(self, day: float) -> Swept:
        """On this day after the first."""
        self.now = NOW + day * A_DAY
        return await self.sweeper.sweep()

    @property
    def rooms(self) -> set[str]:
        return {key.partition("/")[0] for key in self.store.objects}


async def told(events: Sequence[Event]) -> Weeks:
    weeks = Weeks()
    await weeks.store.create(ARCHIVED, b"")
    await weeks.note(events)
    return weeks


EVERYTHING = [QUEUED, *SAMPLES, COMPLETED, event_of(run_body(), "r-1")]


async def test_samples_go_after_a_week_and_the_rest_after_five():
    weeks = await told(EVERYTHING)

    assert await weeks.sweep(7) == Swept()
    assert await weeks.sweep(8) == Swept(runs=1, objects=len(SAMPLES))
    assert weeks.rooms == {"archive", "state", "sweep"}
    assert await weeks.sweep(35) == Swept()
    assert (await weeks.sweep(36)).objects > 0
    assert weeks.store.objects.keys() == {ARCHIVED}


async def test_a_run_whose_end_is_never_told_is_swept_too():
    weeks = await told(SAMPLES[1:2])
    for day in (8, 36):
        await weeks.sweep(day)

    assert weeks.store.objects.keys() == {ARCHIVED}


async def test_what_is_heard_of_again_stays():
    weeks = await told(EVERYTHING)
    await weeks.sweep(20)
    await weeks.note([event_of(job_body(id=502), "d-9", seconds=20 * 86_400)])
    await weeks.sweep(36)

    assert any("completed-d-3" in key for key in weeks.store.objects)
    await weeks.sweep(56)
    assert weeks.store.objects.keys() == {ARCHIVED}


async def test_a_run_is_marked_once_a_day_however_many_its_deliveries():
    weeks = await told(EVERYTHING)
    marks = [key for key in weeks.store.objects if key.startswith("sweep/")]
    assert marks == ["sweep/2026-03-09/github.com/301"]

    weeks.store.calls_left = 1  # for the gate alone
    await weeks.note([event_of(job_body("queued", id=77), "d-77")])


async def test_a_round_ends_after_so_many_runs(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sweep, "MOST_RUNS", 2)
    weeks = await told([event_of(job_body(run_id=n), f"d-{n}") for n in range(1, 4)])

    assert [(await weeks.sweep(8)).runs for _ in range(3)] == [2, 1, 0]


async def test_two_at_once_do_no_harm():
    weeks = await told(EVERYTHING)
    weeks.now = NOW + 8 * A_DAY
    await asyncio.gather(weeks.sweeper.sweep(), weeks.sweeper.sweep())
    assert weeks.rooms == {"archive", "state", "sweep"}

    weeks.now = NOW + 36 * A_DAY
    await asyncio.gather(weeks.sweeper.sweep(), weeks.sweeper.sweep())
    assert weeks.store.objects.keys() == {ARCHIVED}


@settings(max_examples=60)
@given(st.lists(st.integers(0, 15), max_size=4), st.sampled_from([8, 36, 50]))
async def test_whoever_stops_anywhere_leaves_nothing_that_is_not_found_again(
    calls: list[int], day: int
):
    weeks = await told(EVERYTHING)
    for calls_left in calls:
        weeks.store.calls_left = calls_left
        try:
            await weeks.sweep(day)
        except ObjectStoreUnavailableError:
            weeks.store.calls_left = None
    weeks.store.calls_left = None
    for later in (day, 36, 72):
        await weeks.sweep(later)

    assert weeks.store.objects.keys() == {ARCHIVED}


@pytest.mark.parametrize("again", [COMPLETED, SAMPLES[0]], ids=["completion", "batch"])
async def test_what_comes_after_the_sweep_makes_nothing_worse(again: Event):
    town = Town()
    town.store = DatedStore(lambda: town.now)
    town.workers = [town._worker()]
    await town.take(EVERYTHING)
    before = town.newest
    town.now += 8 * A_DAY
    swept = await Sweeper(town.store, lambda: town.now).sweep()  # type: ignore[arg-type]
    await town.take([again])

    assert swept.objects == len(SAMPLES)
    assert town.newest == before
    assert (town.queue.bodies, town.poison.bodies) == ([], [])


def test_in_a_real_folder_no_folder_stays(tmp_path: Path):
    store = folder_store(tmp_path)
    asyncio.run(State(store).note([arrive(event) for event in EVERYTHING]))
    long_ago = (NOW - 100 * A_DAY).timestamp()
    for path in tmp_path.rglob("*"):
        os.utime(path, (long_ago, long_ago))
    swept = asyncio.run(Sweeper(store, lambda: NOW + 50 * A_DAY).sweep())

    assert swept.objects > len(SAMPLES)
    assert list(tmp_path.rglob("*")) == []


def test_a_store_that_is_away_is_told_of_once_and_tried_again(caplog: pytest.LogCaptureFixture):
    loop = VirtualLoop()
    store: Any = DatedStore(loop.now)
    store.calls_left = 0

    async def a_while() -> None:
        async with sweeping(store, loop.now):
            await asyncio.sleep(3 * PAUSE_SECONDS + 1)

    with caplog.at_level(logging.INFO):
        loop.run_until_complete(a_while())
        store.calls_left = None
        loop.run_until_complete(State(store).note([arrive(QUEUED)]))
        loop.run_until_complete(asyncio.sleep(8 * 86_400))
        loop.run_until_complete(a_while())
    loop.close()
    told = [record.getMessage() for record in caplog.records if record.name == sweep.__name__]
    assert told == ["not swept", "swept"]
