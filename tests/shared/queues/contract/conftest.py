from collections.abc import AsyncIterator

import pytest

from src.shared import azure_clients
from src.shared.queues import azure, azure_requests
from src.shared.queues.base import Queue
from tests.shared.queues.contract.places import KINDS, Place

PATIENCE_SECONDS = 60.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of requests at once may take the emulator a while where the machine is busy."""
    for module in (azure_clients, azure_requests):
        monkeypatch.setattr(module, "REQUEST_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(azure_clients, "CONNECT_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(azure, "PUT_SECONDS", PATIENCE_SECONDS)


@pytest.fixture(params=list(KINDS))
def place(request: pytest.FixtureRequest) -> Place:
    return Place(request.param, KINDS[request.param].new_address(request))


@pytest.fixture
async def queue(place: Place) -> AsyncIterator[Queue]:
    queue = place.open()
    yield queue
    await queue.close()
