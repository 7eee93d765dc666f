"""A day in, the same out with samplers in some of its runs: their batches come among deliveries.

Some come late and some twice, but all come; so what the day's steps used must in the end be told as
if nothing had gone wrong. A worker in memory that has no worries says what that is.
"""

import gzip
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

import anyio
import msgspec
import pytest

from src.backend.sinks.base import EventRow
from src.model.batches import decode
from src.shared.messages import Event
from src.shared.sent_batches import Identity, to_event
from src.simulate.days import Day
from src.simulate.deliveries import Delivery
from src.simulate.pushes import Push, Shares, in_order, pushes
from src.simulate.sampled_jobs import sampled_jobs
from src.simulate.truth import Truth
from tests.backend.test_join import told
from tests.insights.stack import Insights
from tests.integration.expected import Facts
from tests.integration.readings import newest

RUNS_APART = 24
SHARES = Shares(late=0.1, doubled=0.1, missing=0.0)
WORDS = ("samples", "bottleneck")
SLACK_SECONDS = 1.0  # a clock is put right by the fastest push, which here too has its troubles


@dataclass(frozen=True)
class SampledDay:
    """Deliveries and pushes; `used` is what steps say of their usage, by record id."""

    deliveries: list[Delivery | Push]
    truth: Truth
    used: Mapping[str, Facts]


def with_samplers(day: Day, runs_apart: int = RUNS_APART) -> SampledDay:
    """With samplers in one of so many runs."""
    jobs = list(sampled_jobs(day.planned[::runs_apart]))
    sent = list(pushes(jobs, SHARES))
    over = _completions(day.deliveries, {job.job_id for job in jobs})
    calm = anyio.run(told, [*map(_event, sent), *over]).newest
    posts = list(in_order(day.deliveries, sent))
    return SampledDay(
        posts, day.truth, {key: _used(row) for key, row in calm.items() if "/steps/" in key}
    )


def assert_used(tables: Insights, day: SampledDay) -> None:
    """The tables say of each step that was sampled what it used."""
    rows = newest(tables, "WorkflowSteps")
    assert sum(facts["samples"] == "complete" for facts in day.used.values()) > len(day.used) / 2
    wrong = {
        key: (rows[key], facts) for key, facts in day.used.items() if not _is_as(rows[key], facts)
    }
    assert wrong == {}


def _is_as(row: Facts, facts: Facts) -> bool:
    cpu_seconds = pytest.approx(facts["cpu_seconds"], rel=0.02, abs=SLACK_SECONDS)
    words = {word: row[word] for word in WORDS}
    return words == {w: facts[w] for w in WORDS} and (row["cpu_seconds"] or 0.0) == cpu_seconds


def _used(row: EventRow) -> Facts:
    words = {word: row.properties.get(word) for word in WORDS}
    return words | {"cpu_seconds": row.measurements.get("cpu_seconds", 0.0)}


def _completions(deliveries: Iterable[Delivery], job_ids: Collection[int]) -> Iterator[Event]:
    for delivery in deliveries:
        body = json.loads(delivery.body)
        if body["action"] == "completed" and body.get("workflow_job", {}).get("id") in job_ids:
            yield Event(
                delivery.event, delivery.delivery_id, delivery.at, msgspec.Raw(delivery.body)
            )


def _event(push: Push) -> Event:
    """As the frontend puts it."""
    batch = decode(gzip.decompress(push.body))
    run_id, job_id = (int(str(batch.job[name])) for name in ("run_id", "job_id"))
    identity = Identity("declared", "github.com", push.repository_id, run_id, job_id=job_id)
    return to_event(identity, batch, push.at, push.at)
