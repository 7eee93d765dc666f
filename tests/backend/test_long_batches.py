"""Batches of some minutes each, which begin farther from one another than most: who is near?"""

import pytest

from src.shared import messages
from tests.backend import sampled
from tests.backend.test_join import Town

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("count", [4, 2], ids=["150 s each", "five minutes each"])
@pytest.mark.parametrize("seconds", [-150, 0, 270, 420, 570])
async def test_a_machine_s_minutes_are_the_same_one_by_one_and_together(count: int, seconds: int):
    """Wherever the ten minutes end in which they are stored together."""
    batches = sampled.batches(count, ahead_seconds=seconds)
    sent = [sampled.event(batch, behind_seconds=-seconds) for batch in batches]
    one_by_one, together = Town(), Town()
    await one_by_one.take(sent)
    await together.queue.put(messages.encode(sent))
    await together.workers[0].work()

    assert together.minutes
    assert one_by_one.minutes == together.minutes
