"""A folder in, an Azurite out that can be stopped and started again: what it keeps is on disk.

It writes some seconds late: what it acknowledged just before a kill -9 is lost by itself, so it is
paused and ended in good order here, never killed.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.azurite import ACCOUNT, MAIN, connection_string, fresh_name
from tests.insights.stack import free_port
from tests.integration.processes import START_SECONDS, Service, wait_for

BY_NAME = Path(__file__).parent / "azurite_by_name.cjs"


class AzuriteService(Service):
    """Queues and blobs on two ports that stay the same."""

    def __init__(self, home: Path) -> None:
        self.blob_port, self.queue_port = free_port(), free_port()
        ports = ("--blobPort", self.blob_port, "--queuePort", self.queue_port, "--tablePort", 0)
        options = ("--skipApiVersionCheck", "--disableTelemetry", "--silent", "--location", home)
        node = shutil.which("node")
        if node is None or not MAIN.exists():
            pytest.skip("no Azurite: `make test` fetches it (npm ci)")
        command = [node, "--require", str(BY_NAME), str(MAIN), *map(str, (*options, *ports))]
        super().__init__(command, {}, home / "azurite.log")

    @property
    def blob_url(self) -> str:
        """Where its blobs are."""
        return f"http://127.0.0.1:{self.blob_port}"

    @property
    def queue_url(self) -> str:
        """Where its queues are."""
        return f"http://127.0.0.1:{self.queue_port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        super().start()
        for port in (self.blob_port, self.queue_port):
            wait_for(lambda port=port: _answers(port), START_SECONDS, "Azurite")


def storage_at(blob_url: str, queue_url: str) -> dict[str, str]:
    """The services' variables for an account whose services are at these URLs."""
    return {
        "AZURE_STORAGE_CONNECTION_STRING": connection_string(
            f"{blob_url}/{ACCOUNT}", f"{queue_url}/{ACCOUNT}"
        ),
        "AZURE_STORAGE_QUEUE_NAME": fresh_name(),
        "OBJECT_STORE_URL": f"az://{fresh_name()}",
    }


@contextmanager
def running_azurite_service(home: Path) -> Iterator[AzuriteService]:
    """One that answers; it ends with the block."""
    azurite = AzuriteService(home)
    try:
        azurite.start()
        yield azurite
    finally:
        azurite.end()


def _answers(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/{ACCOUNT}", trust_env=False)
    except httpx.TransportError:
        return False
    return True
