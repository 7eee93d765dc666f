"""A simulated job's batches, out of order and twice, through the real exporter to KQL's answers."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from src.backend.host_points import HostIdentity, host_points
from src.backend.minutes import minutes_due
from src.backend.sinks.application_insights import ApplicationInsightsSink
from src.backend.sinks.base import MetricRow, Receipt
from src.model.samples import NETWORK_RECEIVED_BYTES, READ_SECTORS, Batch
from src.shared import azure_exporter
from src.simulate.sampling import sample
from tests.backend.made_facts import fact_of
from tests.backend.sinks.ingestion import KEY
from tests.insights.stack import running_insights
from tests.simulate.works import small_work

pytestmark = pytest.mark.anyio

WHO = HostIdentity("github.com", 7, "acme/rocket", 11, 13, "runner-1")
NEWEST = """
customMetrics
| extend record_id = tostring(customDimensions.record_id)
| summarize arg_max(valueCount, *) by record_id
| extend direction = strcat(customDimensions["disk.io.direction"],
                            customDimensions["network.io.direction"])
| summarize samples = sum(valueCount), total = sum(valueSum), least = min(valueMin),
            most = max(valueMax), minutes = dcount(bin(timestamp, 1m))
        by name, direction
"""


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the sink sets ends with the test; the exporter would keep files in the temp folder."""
    for name in azure_exporter._QUIET:
        monkeypatch.setenv(name, "true")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def told(batches: list[Batch], arrivals: list[Batch], now: datetime) -> list[MetricRow]:
    """What a worker tells, arrival by arrival; the sampler's clock is an hour before ours."""
    skew_ms = round((now - timedelta(hours=1)).timestamp() * 1000) - batches[0].time_ms[0]
    oldest, known, rows = now - timedelta(hours=47), {}, []
    for batch in arrivals:
        known[fact_of(batch)] = batch
        due = minutes_due(fact_of(batch), batch.time_ms, known)
        found = [known[fact] for fact in due.facts]
        rows += host_points(found, due.starts_ms, WHO, skew_ms=skew_ms, oldest=oldest, now=now)
    return rows


def rise(column: list[int | None]) -> int:
    first, last = column[0], column[-1]
    assert first is not None
    assert last is not None
    return last - first


async def test_what_kql_adds_up_is_what_the_counters_rose_by(tmp_path: Path):
    batches = list(sample(Random(3), small_work(3)))  # noqa: S311 -- a test
    arrivals = batches[1::2] + batches[::2] + batches[:2]
    rows = told(batches, arrivals, datetime.now(UTC))

    with running_insights(tmp_path) as insights:
        sink = ApplicationInsightsSink(f"InstrumentationKey={KEY};IngestionEndpoint={insights.url}")
        assert await sink.emit(rows) == Receipt((), [], "")
        await sink.close()
        answers = await asyncio.to_thread(insights.ask, NEWEST)

    of = {f"{row['name']} {row['direction']}".strip(): row for row in answers}
    assert len(of) == 8
    assert len(rows) > sum(row["minutes"] for row in answers), "some are told twice"
    samples = [column for batch in batches for column in batch.time_ms]
    received = [kb for batch in batches for kb in batch.columns[NETWORK_RECEIVED_BYTES]]
    assert of["system.network.io receive"]["total"] == rise(received)
    [disk] = batches[0].disks
    sectors = [count for batch in batches for count in batch.disks[disk][READ_SECTORS]]
    assert of["system.disk.io read"]["total"] == rise(sectors) * 512
    assert of["system.memory.usage"]["samples"] == len(samples)
    assert of["system.cpu.utilization"]["samples"] == len(samples) - 1
    assert 0 < of["system.cpu.utilization"]["most"] <= 1
