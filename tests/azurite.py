"""Azurite, Microsoft's storage emulator, as a process: queues and blobs on free ports."""

import re
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAIN = ROOT / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
START_SECONDS = 60.0
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

_LISTENING = re.compile(r"(Blob|Queue|Table) service is successfully listening at (\S+)")


@dataclass(frozen=True)
class Azurite:
    """An emulator that listens."""

    process: subprocess.Popen[bytes]
    blob_url: str
    queue_url: str

    @property
    def connection_string(self) -> str:
        """For AZURE_STORAGE_CONNECTION_STRING."""
        return connection_string(self.blob_url, self.queue_url)


def connection_string(blob_url: str, queue_url: str) -> str:
    """The emulator's account, with its services at these URLs."""
    return (
        f"DefaultEndpointsProtocol={blob_url.partition(':')[0]};AccountName={ACCOUNT};"
        f"AccountKey={KEY};BlobEndpoint={blob_url};QueueEndpoint={queue_url};"
    )


def fresh_name() -> str:
    """A name for a queue or container that nobody else has: an emulator serves many tests."""
    return f"t{uuid.uuid4().hex[:12]}"


@contextmanager
def running_azurite(folder: Path, *options: str) -> Iterator[Azurite]:
    """Start it, wait until it listens, kill it in the end; what it keeps, it keeps in memory.

    It logs each request to azurite.log in the folder, unless `--silent` is among the options.
    """
    node = shutil.which("node")
    if node is None or not MAIN.exists():
        pytest.skip("no Azurite: `make test` fetches it (npm ci)")
    said = folder / "azurite.log"
    with said.open("wb") as out:
        process = subprocess.Popen(
            [node, str(MAIN), *_OPTIONS, *options],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        urls = _await_urls(process, said)
        yield Azurite(process, f"{urls['Blob']}/{ACCOUNT}", f"{urls['Queue']}/{ACCOUNT}")
    finally:
        process.kill()
        process.wait()


# The SDK speaks of a newer version of the service than the emulator knows.
_OPTIONS = (
    *("--skipApiVersionCheck", "--disableTelemetry", "--inMemoryPersistence"),
    *("--blobPort", "0", "--queuePort", "0", "--tablePort", "0"),
)


def _await_urls(process: subprocess.Popen[bytes], said: Path) -> dict[str, str]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        urls = dict(_LISTENING.findall(said.read_text(encoding="utf-8")))
        if len(urls) == len(("Blob", "Queue", "Table")):
            return urls
        assert process.poll() is None, said.read_text(encoding="utf-8")
        time.sleep(0.02)
    raise AssertionError(f"Azurite does not listen: {said.read_text(encoding='utf-8')}")
