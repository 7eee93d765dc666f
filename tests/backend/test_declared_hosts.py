"""Machines' minutes by somebody with a key, beside those by GitHub's signature: whose are told?"""

import pytest

from src.backend.sinks.base import MetricRow
from src.shared import messages
from tests.backend import sampled
from tests.backend.test_join import SAMPLES, Town

pytestmark = pytest.mark.anyio

DECLARED = [
    sampled.event(batch, sampled.DECLARED) for batch in sampled.batches(4, sampler="dec1a2ed")
]


async def told_of(*each: list[messages.Event]) -> dict[str, MetricRow]:
    """What is told of these, list by list."""
    town = Town()
    for events in each:
        await town.queue.put(messages.encode(events))
        await town.workers[0].work()
    assert town.queue.bodies == []
    return town.minutes


async def test_what_is_declared_is_told_where_nothing_is_signed():
    assert await told_of(DECLARED)


@pytest.mark.parametrize("order", [DECLARED + SAMPLES, SAMPLES + DECLARED])
async def test_what_is_declared_is_not_told_beside_what_is_signed(order: list[messages.Event]):
    assert await told_of(order) == await told_of(SAMPLES)


async def test_nor_is_it_afterwards():
    assert await told_of(SAMPLES, DECLARED) == await told_of(SAMPLES)
