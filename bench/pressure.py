"""Deliveries at a steady rate in, how soon they are answered out; also beside a flood of others.

The frontend runs as one process on a core of its own, on SQLite; the clients share another. They
send on time, whatever the answers take, so that waiting shows.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from .bodies import job_body, padded
from .frontend import BODY_BYTES, STEPS, signed_request
from .machine import loading_core, memory_mib, served_core
from .processes import fed, python
from .serving import serving
from .tables import figure, markdown, percentile

SECONDS = 4.0  # less than a keep-alive connection may idle
DELIVERIES, BESIDE, FLOOD = 500, 300, 5_000  # a second
STRANGER = b"POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}"


@dataclass(frozen=True)
class Load:
    """What one client sends, and how often a second."""

    name: str
    request: bytes
    rate: int
    status: str


def pressure_table(seconds: float = SECONDS) -> str:
    """Two loads, each for so long."""
    delivery = signed_request(
        padded(job_body(0, "completed", STEPS, datetime.now(UTC)), BODY_BYTES)
    )
    with TemporaryDirectory() as home, serving(Path(home), served_core()) as (port, pid):
        before = memory_mib(pid)
        alone = _run(port, seconds, [Load("signed, alone", delivery, DELIVERIES, "202")])
        both = _run(
            port,
            seconds,
            [
                Load("signed, beside the flood", delivery, BESIDE, "202"),
                Load("the flood: unsigned", STRANGER, FLOOD, "401"),
            ],
        )
        about = f"{seconds:g} s each. RSS {before:.0f} MiB before, {memory_mib(pid):.0f} MiB after."
    return f"{about}\n\n{markdown(_HEADS, [*alone, *both])}"


_HEADS = ("load", "asked/s", "answered/s", "median ms", "p99 ms", "otherwise answered")


def _run(port: int, seconds: float, loads: Sequence[Load]) -> list[list[str]]:
    """A row for each of these loads, which run at once."""
    clients = []
    for load in loads:
        client = python("bench.steady", str(port), str(load.rate), str(seconds))
        clients.append(fed(client, loading_core(), load.request))
    rows = []
    for load, client in zip(loads, clients, strict=True):
        with client:
            assert client.stdout is not None
            rows.append(_row(load, json.loads(client.stdout.read())))
    return rows


def _row(load: Load, said: dict[str, Any]) -> list[str]:
    statuses, milliseconds = said["statuses"], [1e3 * each for each in said["latencies"]]
    expected = statuses.pop(load.status, 0)
    return [
        load.name,
        f"{load.rate:,}",
        figure(expected / said["seconds"]),
        figure(median(milliseconds)),
        figure(percentile(milliseconds, 99)),
        str(sum(statuses.values())),
    ]
