"""A simulated day through the worker: its rows say what steps truly used and were short of."""

from collections.abc import Iterator
from datetime import UTC, datetime

import anyio
import pytest

from src.backend.sinks.base import EventRow
from src.backend.used_values import HEALTHY
from src.model.samples import SAMPLES
from src.shared.sent_batches import read_sent_batch
from src.simulate.days import Day, simulate_day
from src.simulate.pushes import Shares
from src.simulate.sampled_jobs import sampled_jobs
from src.simulate.usage import UsageTruth
from tests.backend.simulated import events
from tests.backend.test_join import told

END, RUNS = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC), 5
ALL_IN_THE_END = Shares(missing=0.0)
LOSSES = Shares(late=0.2, doubled=0.2, missing=0.1)
LEAST_CPU_SECONDS = 0.25  # what a step of few seconds may do between the looks at its edges

Rows = dict[str, EventRow]


@pytest.fixture(scope="module")
def day() -> Day:
    return simulate_day(7, END, RUNS)


@pytest.fixture(scope="module")
def truths(day: Day) -> list[UsageTruth]:
    return [row for job in sampled_jobs(day.planned) for row in job.usage]


@pytest.fixture(scope="module")
def calm(day: Day) -> Rows:
    """What is told where every batch comes in the end."""
    return rows_of(day, ALL_IN_THE_END)


@pytest.fixture(scope="module")
def torn(day: Day) -> Rows:
    """What is told where many come late or twice, and some never."""
    return rows_of(day, LOSSES)


def rows_of(day: Day, shares: Shares) -> Rows:
    """The newest of each record, once nobody waits for anything any more."""
    return anyio.run(told, list(events(day, shares))).newest


def complete(truths: list[UsageTruth], rows: Rows) -> Iterator[tuple[UsageTruth, EventRow]]:
    """The steps of which samples tell from beginning to end."""
    for truth in truths:
        row = rows[f"github.com/jobs/{truth.job_id}/steps/{truth.number}"]
        if row.properties.get("samples") == "complete":
            yield truth, row


def wrong_verdicts(truths: list[UsageTruth], rows: Rows) -> list[tuple[str, str | None, str]]:
    """Of the steps that were judged: name, what it was made short of, what is said."""
    judged = [pair for pair in complete(truths, rows) if "bottleneck" in pair[1].properties]
    said = [(truth, row.properties["bottleneck"]) for truth, row in judged]
    return [
        (truth.name, truth.short_of, bottleneck)
        for truth, bottleneck in said
        if bottleneck != (truth.short_of or HEALTHY)
    ]


def used(rows: Rows, record_id: str) -> tuple[dict[str, str], dict[str, float]]:
    """What a row says, beside how often it was told."""
    row = rows[record_id]
    said = {name: text for name, text in row.properties.items() if name != "content_hash"}
    return said, {name: n for name, n in row.measurements.items() if name != "revision"}


def test_cpu_time_is_each_step_s_own(truths: list[UsageTruth], calm: Rows):
    measured = list(complete(truths, calm))
    wrong = [
        (truth.name, truth.cpu_seconds, row.measurements["cpu_seconds"])
        for truth, row in measured
        if row.measurements["cpu_seconds"]
        != pytest.approx(truth.cpu_seconds, rel=0.02, abs=LEAST_CPU_SECONDS)
    ]

    assert not wrong
    assert len(measured) > 100
    assert sum(truth.cpu_seconds > 50 * LEAST_CPU_SECONDS for truth, _ in measured) > 20


def test_the_bottleneck_is_the_planted_one(truths: list[UsageTruth], calm: Rows):
    found = {row.properties.get("bottleneck") for _, row in complete(truths, calm)}

    assert wrong_verdicts(truths, calm) == []
    assert found >= {"cpu_bound", "download_heavy", "memory_bound", "single_threaded", HEALTHY}


def test_what_is_late_doubled_or_missing_makes_no_verdict_wrong(
    truths: list[UsageTruth], torn: Rows
):
    samples = [row.properties.get("samples") for row in torn.values()]

    assert wrong_verdicts(truths, torn) == []
    assert samples.count("partial") > 10
    assert len(list(complete(truths, torn))) > 50


def batches_of(day: Day, shares: Shares) -> set[tuple[int | None, str]]:
    """Each batch that comes, however often: its job and its name."""
    return {
        (read_sent_batch(event.body).identity.job_id, event.id)
        for event in events(day, shares)
        if event.kind == SAMPLES
    }


def test_a_job_that_lost_nothing_is_told_as_on_a_calm_day(day: Day, calm: Rows, torn: Rows):
    sent, came = batches_of(day, ALL_IN_THE_END), batches_of(day, LOSSES)
    torn_jobs = {job_id for job_id, _ in sent - came}
    whole_jobs = {job_id for job_id, _ in sent} - torn_jobs

    assert torn_jobs
    assert whole_jobs
    assert calm.keys() == torn.keys()
    for key in calm:
        if any(key.startswith(f"github.com/jobs/{job_id}") for job_id in whole_jobs):
            assert used(torn, key) == used(calm, key)
