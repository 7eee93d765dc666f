from collections.abc import AsyncIterator

import pytest

from src.shared.queues.base import Queue
from tests.shared.queues.contract.places import KINDS, Place


@pytest.fixture(params=list(KINDS))
def place(request: pytest.FixtureRequest) -> Place:
    return Place(request.param, KINDS[request.param].new_address(request))


@pytest.fixture
async def queue(place: Place) -> AsyncIterator[Queue]:
    queue = place.open()
    yield queue
    await queue.close()
