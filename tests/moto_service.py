"""moto's S3, a stand-in for the real one, as a process out: one bucket on a free port.

It keeps objects in memory and checks no signature; listing, conditional writes and errors are S3's.
https://docs.getmoto.org/en/latest/docs/server_mode.html
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.insights.stack import free_port
from tests.integration.processes import START_SECONDS, Service, wait_for

BUCKET = "tests"


@dataclass(frozen=True)
class Bucket:
    """A bucket, and the variables that lead to it."""

    name: str
    variables: dict[str, str]


@contextmanager
def running_moto(home: Path) -> Iterator[Bucket]:
    """A bucket that is there; its service ends with the block."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    service = Service(command, {}, home / "moto.log")
    try:
        service.start()
        wait_for(lambda: _makes_bucket(url, service), START_SECONDS, "moto")
        yield Bucket(BUCKET, _variables(url))
    finally:
        service.end()


def _makes_bucket(url: str, service: Service) -> bool:
    assert service.is_running, service.log.read_text(encoding="utf-8")
    try:
        return httpx.put(f"{url}/{BUCKET}", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _variables(url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "any",
        "AWS_SECRET_ACCESS_KEY": "any",
    }
