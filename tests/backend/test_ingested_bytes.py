"""How many bytes jobs and machines cost: rows go through the exporter, what arrives is counted.

Counted is what an item says (its base data). What a workspace bills for it is the text of the
columns that become of it, which has the ids and the sender's version beside that:
https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#data-size-calculation
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from src.backend.host_figures import minute_of
from src.backend.host_points import HostIdentity, host_points
from src.backend.rows import rows_of
from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import Row
from src.insights import rows as insights
from src.insights.envelope import Envelope
from src.simulate.sampling import sample
from tests.backend.sinks.ingestion import KEY
from tests.backend.twelve_steps import JOB_ID, RUN_ID, emission, transitions
from tests.http_service import serving
from tests.simulate.works import small_work

EVENTS, SPANS, METRICS = "EventData", "RemoteDependencyData", "MetricData"
KIB = 1024
PAGE = Path(__file__).parents[2] / "docs" / "telemetry.md"
TAKEN = b'{"itemsReceived": 1, "itemsAccepted": 1, "errors": []}'


@dataclass
class Cost:
    """Bytes by kind of item: what they say, and what a workspace would bill."""

    said: Counter[str] = field(default_factory=Counter)
    billed: Counter[str] = field(default_factory=Counter)

    def add(self, item: dict[str, Any]) -> None:
        kind = item["data"]["baseType"]
        self.said[kind] += len(_compact(item["data"]["baseData"]))
        envelope = msgspec.json.decode(_compact(item), type=Envelope)
        _, stored = insights.rows_of(envelope, datetime.fromisoformat(item["time"]))
        self.billed[kind] += sum(
            len(str(value).encode())
            for row in stored
            for value in row.values()
            if value is not None
        )


def _compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def cost_of_a_job(*, sampled: bool) -> Cost:
    """Of its end, with its twelve steps."""
    ended = emission(sampled=sampled)
    return cost_of(rows_of(ended, ended.received_at + timedelta(seconds=1)))


def cost_of(rows: Sequence[Row]) -> Cost:
    """Of what arrives of these rows."""
    cost = Cost()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            for item in json.loads(self.rfile.read(int(self.headers["Content-Length"]))):
                cost.add(item)
            self.send_response(200)
            self.send_header("Content-Length", str(len(TAKEN)))
            self.end_headers()
            self.wfile.write(TAKEN)

        def log_message(self, *_: Any) -> None:
            """Nothing on stderr."""

    with serving(Handler) as port:
        asyncio.run(send(rows, f"http://127.0.0.1:{port}"))
    return cost


async def send(rows: Sequence[Row], url: str) -> None:
    sink = ApplicationInsightsSink(f"InstrumentationKey={KEY};IngestionEndpoint={url}/")
    try:
        receipt = await sink.emit(rows)
        assert not [*receipt.missing, *receipt.refused]
    finally:
        await sink.close()


@pytest.fixture(scope="module")
def sampled() -> Cost:
    return cost_of_a_job(sampled=True)


@pytest.fixture(scope="module")
def plain() -> Cost:
    return cost_of_a_job(sampled=False)


@pytest.fixture(scope="module")
def changes() -> Cost:
    """Of the rows that tell that the job was queued, and that it began."""
    later = timedelta(minutes=1)
    return cost_of([row for e in transitions() for row in rows_of(e, e.received_at + later)])


@pytest.fixture(scope="module")
def minute() -> Cost:
    """Of a minute of a machine, on average."""
    batches = list(sample(Random(3), small_work(3)))  # noqa: S311 -- a test
    starts_ms = sorted({minute_of(ms) for batch in batches for ms in batch.time_ms})
    now = datetime.fromtimestamp(starts_ms[-1] / 1000, UTC) + timedelta(hours=1)
    who = HostIdentity("github.com", 7, "acme/rocket", RUN_ID, JOB_ID, "GitHub Actions 1000012345")
    rows = host_points(batches, starts_ms, who, skew_ms=0, oldest=now - timedelta(hours=9), now=now)
    assert len(rows) == 8 * len(starts_ms)
    cost = cost_of(rows)
    of_all = (cost.said, cost.billed)
    return Cost(*(Counter({METRICS: each[METRICS] // len(starts_ms)}) for each in of_all))


def test_the_rows_of_a_job_with_samples_are_small(sampled: Cost):
    assert 0 < sampled.said[EVENTS] <= 12_000
    assert sampled.billed[EVENTS] <= 14_000


def test_with_its_spans_they_are_still(sampled: Cost):
    assert sampled.said.keys() == {EVENTS, SPANS}
    assert sampled.billed.total() <= 25_000


def test_samples_add_less_than_half_of_what_a_job_costs_without(sampled: Cost, plain: Cost):
    assert plain.said[SPANS] == sampled.said[SPANS]
    assert plain.said[EVENTS] < sampled.said[EVENTS] <= 1.5 * plain.said[EVENTS]


def test_an_hour_of_a_machine_takes_no_more_than_160_kib(minute: Cost):
    assert 0 < minute.said[METRICS] * 60 <= 160 * KIB
    assert minute.billed[METRICS] * 60 <= 170 * KIB


def test_the_page_tells_what_was_measured(plain: Cost, sampled: Cost, changes: Cost, minute: Cost):
    section = PAGE.read_text().partition("## What it costs")[2].partition("\n## ")[0]
    told = [
        [float(kb) for kb in re.findall(r"([\d.]+) KB \|", line)] for line in section.splitlines()
    ]

    measured = [(changes, EVENTS), (plain, EVENTS), (sampled, EVENTS), (sampled, SPANS)]
    measured.append((minute, METRICS))
    assert [kb for kb in told if kb] == [
        pytest.approx([cost.said[kind] / 1000, cost.billed[kind] / 1000], rel=0.03)
        for cost, kind in measured
    ]
