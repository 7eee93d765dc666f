"""The truth agrees with itself, and its JSON with it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.model.times import format_time
from src.simulate.days import simulate_day
from src.simulate.totals import nearest_rank
from src.simulate.truth import Truth, truth_json

END = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
truths = st.builds(
    lambda seed, runs: simulate_day(seed, END, runs).truth, st.integers(), st.integers(1, 30)
)
few = settings(max_examples=15, deadline=None)


@few
@given(truths)
def test_totals_count_the_rows(truth: Truth):
    totals = truth.totals
    assert (totals.runs, totals.jobs) == (len(truth.runs), len(truth.jobs))
    assert totals.steps == sum(step.execution == "ran" for step in truth.steps)
    unfinished = totals.queued_now + totals.waiting_now + totals.running_now
    assert unfinished + sum(totals.job_executions.values()) == totals.jobs
    assert sum(totals.run_conclusions.values()) == sum(
        run.status == "completed" for run in truth.runs
    )


@few
@given(truths)
def test_only_what_ran_has_a_duration(truth: Truth):
    for job in truth.jobs:
        assert (job.duration_seconds is not None) == (job.execution == "ran")
        if job.status == "completed":
            assert (job.queue_seconds is not None) == (job.execution == "ran")
        if job.execution == "not_started":
            assert job.started_at is None
    for step in truth.steps:
        timed = step.execution == "ran" and step.conclusion != "skipped"
        assert (step.duration_seconds is not None) == timed


@few
@given(truths)
def test_no_span_is_negative(truth: Truth):
    rows = (*truth.runs, *truth.jobs, *truth.steps)
    spans = [row.duration_seconds for row in rows]
    spans += [job.queue_seconds for job in truth.jobs]
    spans += [job.approval_seconds for job in truth.jobs]
    assert min(span for span in spans if span is not None) >= 0


@few
@given(truths)
def test_groups_add_up_to_what_ran(truth: Truth):
    ran = [job for job in truth.jobs if job.execution == "ran"]
    totals = truth.totals
    assert sum(group.count for group in totals.durations) == len(ran)
    assert sum(runner.jobs for runner in totals.runners) == len(ran)
    assert sum(runner.busy_seconds for runner in totals.runners) == sum(
        job.duration_seconds for job in ran
    )
    assert all(
        group.p50_seconds <= group.p95_seconds <= group.longest_seconds
        for group in totals.durations
    )
    assert all(0 < runner.utilisation <= 1 for runner in totals.runners)


@few
@given(truths)
def test_nothing_took_longer_than_the_slowest(truth: Truth):
    totals = truth.totals
    durations = [job.duration_seconds or 0 for job in truth.jobs]
    assert totals.slowest_job.duration_seconds == max(durations)
    assert totals.slowest_step.duration_seconds == max(s.duration_seconds or 0 for s in truth.steps)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        pytest.param([5], 95, 5, id="one value"),
        pytest.param([4, 1, 3, 2], 50, 2, id="even number: the lower middle"),
        pytest.param([3, 1, 2], 50, 2, id="odd number: the middle"),
        pytest.param(list(range(1, 101)), 95, 95, id="a hundred"),
        pytest.param([1, 2], 0, 1, id="the least"),
        pytest.param([1, 2], 100, 2, id="the most"),
    ],
)
def test_nearest_rank(values: list[float], percent: int, expected: float):
    assert nearest_rank(values, percent) == expected


def test_no_values_have_no_percentile():
    with pytest.raises(ValueError, match="no values"):
        nearest_rank([], 50)


def test_the_json_says_the_same():
    truth = simulate_day(7, END, 6).truth
    told = json.loads(truth_json(truth))
    assert told["end"] == format_time(END)
    assert [row["job_id"] for row in told["jobs"]] == [job.job_id for job in truth.jobs]
    assert told["totals"]["slowest_step"]["name"] == truth.totals.slowest_step.name
    assert told["runs"][0]["started_at"] == format_time(truth.runs[0].started_at)
