"""Simulated days in order and once, shuffled and with duplicates: the same tables, and true."""

import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from src.simulate.days import Day, simulate_day
from src.simulate.deliveries import Delivery
from tests.integration.expected import Facts
from tests.integration.processes import START_SECONDS, wait_for
from tests.integration.readings import EVENTS, newest
from tests.integration.stack import Stack, running_stack
from tests.integration.truths import assert_true

SEEDS = (3, 14, 15)
RUNS = 6

# When an approval was asked for and given is told by nothing but the moments at which the job's
# queued and waiting deliveries came, and those are not the same in two replays.
OF_APPROVALS = frozenset(
    {"queue_seconds", "approval_seconds", "clamped_count", "revision", "content_hash"}
)


@pytest.fixture(scope="module")
def days() -> list[Day]:
    """Days that end now, so that no row has to be moved in time."""
    now = datetime.now(UTC)
    return [simulate_day(seed, now, RUNS) for seed in SEEDS]


@pytest.fixture(scope="module")
def in_order(stack: Stack, days: list[Day]) -> Stack:
    """A stack that got each delivery once, in the order of the days."""
    stack.take(delivery for day in days for delivery in day.deliveries)
    return stack


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory, days: list[Day]) -> Iterator[Stack]:
    """A stack that got them in any order, some several times."""
    with running_stack(tmp_path_factory.mktemp("shuffled")) as stack:
        for seed, day in zip(SEEDS, days, strict=True):
            stack.take(_disturbed(Random(seed), day.deliveries))  # noqa: S311 -- no secret
        yield stack


def test_in_order_the_tables_say_the_truth(in_order: Stack, days: list[Day]):
    assert_true(in_order.tables, *(day.truth for day in days))


def test_in_disorder_the_tables_say_the_truth(shuffled: Stack, days: list[Day]):
    assert_true(shuffled.tables, *(day.truth for day in days))


@pytest.mark.parametrize("table", EVENTS)
def test_order_and_duplicates_leave_no_trace(
    table: str, in_order: Stack, shuffled: Stack, days: list[Day]
):
    jobs = [job for day in days for job in day.truth.jobs if job.approval]
    approved = {str(id_) for job in jobs for id_ in (job.job_id, job.run_id)}
    expected, got = newest(in_order.tables, table), newest(shuffled.tables, table)
    assert got.keys() == expected.keys()
    for record_id, row in got.items():
        hidden = _told_by_arrival(row, approved)
        assert _without(row, hidden) == _without(expected[record_id], hidden)


def test_duplicates_make_no_span(in_order: Stack, shuffled: Stack):
    for table in ("requests", "dependencies"):
        question = f"{table} | project id, operation_Id, operation_ParentId, name, duration"
        expected = sorted(map(str, in_order.tables.ask(question)))
        assert expected
        assert sorted(map(str, shuffled.tables.ask(question))) == expected


@pytest.mark.slow
def test_two_workers_share_the_work_and_say_the_truth(tmp_path: Path, days: list[Day]):
    with running_stack(tmp_path) as stack:
        second = stack.service("-m", "src.backend.app")
        try:
            second.start()
            wait_for(lambda: "worker started" in second.log.read_text(), START_SECONDS, "a second")
            stack.take(_disturbed(Random(1), days[0].deliveries))  # noqa: S311 -- no secret
            assert_true(stack.tables, days[0].truth)
        finally:
            second.end()
        for worker in (stack.backend, second):
            assert '"event": "emitted"' in worker.log.read_text()


def _disturbed(random: Random, deliveries: Iterable[Delivery]) -> list[Delivery]:
    """Any order; one in three is redelivered; completed jobs are sent anew, as re-runs do."""
    once = list(deliveries)
    redelivered = random.sample(once, len(once) // 3)
    anew = [replace(d, delivery_id=_new_id(d)) for d in once if _is_completed_job(d)]
    disturbed = once + redelivered + anew
    random.shuffle(disturbed)
    return disturbed


def _new_id(delivery: Delivery) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, delivery.delivery_id))


def _is_completed_job(delivery: Delivery) -> bool:
    return delivery.event == "workflow_job" and json.loads(delivery.body)["action"] == "completed"


def _told_by_arrival(row: Facts, approved: set[str]) -> frozenset[str]:
    """Which of two deliveries that say the same a job's row came from; and all of approvals.

    A run is told again with each correction of its jobs.
    """
    if "job_id" not in row:
        return frozenset({"revision"} if row["workflow_run_id"] in approved else ())
    return frozenset({"delivery_id"}) | (OF_APPROVALS if row["job_id"] in approved else frozenset())


def _without(row: Facts, hidden: frozenset[str]) -> Facts:
    return {name: value for name, value in row.items() if name not in hidden}
