"""A store whose listings are out of date when they arrive: of two workers one still sees both."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.shared import messages
from tests.backend import sampled
from tests.backend.bodies import event_of, job_body, run_body
from tests.backend.mortal_life import Life, Mood, World
from tests.backend.test_nothing_lost import PACE, tables_without_faults, worker_in
from tests.backend.virtual_time import VirtualLoop

WORKERS = 3
ONE_EACH = replace(PACE, messages_per_batch=1)
PATIENCE_SECONDS = 3_600
EVENTS = [
    *sampled.events(count=2),
    event_of(job_body("waiting"), "d-1", 1),
    event_of(job_body("queued"), "d-2", 2),
    event_of(job_body(), "d-3", 3),
    event_of(run_body(), "r-1", 4),
]


@pytest.mark.slow
@settings(max_examples=40)
@given(st.permutations(EVENTS), st.integers(0, 1_000_000))
def test_workers_that_race_at_a_slow_store_miss_nothing_of_each_other(
    events: list[messages.Event], seed: int
):
    loop = VirtualLoop()
    world = World(loop, {"store": Mood.LATE}, Random(seed))  # noqa: S311 -- no secret
    race(world, [(event, 0.0) for event in events])

    assert world.sinks["one sink"].tables == tables_without_faults(events)


LATE = [
    sampled.event(batch, seconds=push)
    for push, batch in enumerate([*sampled.batches(4, sampler="1a7e"), *sampled.batches(3)])
]
OVER = event_of(job_body(), "d-3", -600)  # nobody waits for its samples any more
DELAYS_SECONDS = st.floats(0, 15)


@pytest.mark.slow
@settings(max_examples=25)
@given(
    st.permutations(LATE),
    st.lists(DELAYS_SECONDS, min_size=len(LATE), max_size=len(LATE)),
    st.integers(0, 1_000_000),
)
def test_nor_do_they_leave_late_samples_to_one_who_has_looked_already(
    late: list[messages.Event], delays: list[float], seed: int
):
    loop = VirtualLoop()
    world = World(loop, {"store": Mood.LATE}, Random(seed))  # noqa: S311 -- no secret
    race(world, [(OVER, 0.0), *zip(late, delays, strict=True)])

    assert world.sinks["one sink"].tables == tables_without_faults([OVER, *late])


def race(world: World, sent: Sequence[tuple[messages.Event, float]]) -> None:
    """Each event comes so many seconds after the one before; until nothing is left."""
    loop = world.loop
    stop = asyncio.Event()
    workers = [worker_in(world, Life(loop), ONE_EACH) for _ in range(WORKERS)]
    at_work = [loop.create_task(worker.run(stop)) for worker in workers]
    for event, seconds in sent:
        loop.run_until_complete(asyncio.sleep(seconds))
        loop.run_until_complete(world.queue.put(messages.encode([event])))
    while world.queue.bodies:
        assert loop.time() < PATIENCE_SECONDS
        loop.run_until_complete(asyncio.sleep(10))
    stop.set()
    loop.run_until_complete(asyncio.gather(*at_work))
    loop.close()
