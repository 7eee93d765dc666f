"""What a sampler sends: batches, and the headers of who has a token or a key."""

import time
from typing import Any

from src.frontend.scopes import Scope
from src.model import batches
from src.model.samples import CPU_USER, Batch, Host
from src.model.sending import signature
from tests.frontend.issuing import REPOSITORY, RUN

KEY = b"a key of sixteen and more"
SCOPE = Scope("github.com", REPOSITORY)


def batch(sequence: int = 0, samples: int = 3, **job: object) -> Batch:
    """Some samples of a job that declares its run, and more."""
    return Batch(
        sampler="3f2a",
        sequence=sequence,
        host=Host(cpus=2, memory_total_kb=8_000_000),
        time_ms=[1_767_225_600_000 + 1000 * i for i in range(samples)],
        uptime_ms=[5000 + 1000 * i for i in range(samples)],
        job={"runner_name": "r", "run_id": RUN, **job},
        columns={CPU_USER: [100 * i for i in range(samples)]},
    )


def encoded(sequence: int = 0, **job: object) -> bytes:
    """The same, as it is sent."""
    return batches.encode(batch(sequence, **job))


def bearing(token: str, **changes: Any) -> dict[str, str]:
    """The headers of who has a token; one that `changes` sets to None is left out."""
    return _changed(
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}, changes
    )


def signing(
    body: bytes, key: bytes = KEY, at: float | None = None, **changes: Any
) -> dict[str, str]:
    """The headers of who has a key, and signs now or at another time."""
    time_ms = str(int((time.time() if at is None else at) * 1000))
    headers = {
        "Content-Type": "application/json",
        "X-Telemetry-Key": str(REPOSITORY),
        "X-Telemetry-Time": time_ms,
        "X-Telemetry-Signature": signature(key, time_ms, body),
    }
    return _changed(headers, changes)


def _changed(headers: dict[str, str], changes: dict[str, Any]) -> dict[str, str]:
    named = {name.replace("_", "-").title(): value for name, value in changes.items()}
    return {name: value for name, value in (headers | named).items() if value is not None}
