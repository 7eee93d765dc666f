"""A whole day, whatever its seed: the same each time, in order, complete and realistic."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from src.model.times import parse_time
from src.simulate.days import DAY, Day, simulate_day, simulate_deliveries

END = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)
seeds = st.integers(min_value=0, max_value=2**32)
ends = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 -- the strategy adds the zone
    max_value=datetime(2040, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
days = st.builds(simulate_day, seeds, ends, st.integers(min_value=1, max_value=30))
few = settings(max_examples=15, deadline=None)


def subjects(day: Day, event: str) -> list[dict]:
    """The subject of each delivery of `event`, with the delivery's action beside it."""
    bodies = [json.loads(d.body) for d in day.deliveries if d.event == event]
    return [body[event] | {"action": body["action"]} for body in bodies]


def test_a_seed_and_an_end_give_the_same_day_each_time():
    assert simulate_day(7, END) == simulate_day(7, END)


def test_the_end_is_an_instant_taken_to_the_second():
    elsewhere = END.astimezone(timezone(timedelta(hours=8))) + timedelta(microseconds=400)
    assert simulate_day(7, elsewhere, 5) == simulate_day(7, END, 5)


def test_days_of_other_seeds_and_ends_share_no_id():
    days = [simulate_day(seed, end, 12) for seed in (1, 2) for end in (END, END + DAY)]
    for ids in (
        [job.job_id for day in days for job in day.truth.jobs],
        [run_id for day in days for run_id in {run.run_id for run in day.truth.runs}],
        [delivery.delivery_id for day in days for delivery in day.deliveries],
    ):
        assert len(ids) == len(set(ids))


def test_days_one_after_another_are_those_days():
    together = list(simulate_deliveries(3, END, days=2, runs=4))
    first, second = simulate_day(3, END - DAY, 4), simulate_day(3, END, 4)
    assert together == first.deliveries + second.deliveries


def test_a_stream_begins_before_its_last_day_is_planned():
    assert len(list(islice(simulate_deliveries(3, END, days=10_000, runs=4), 50))) == 50


@few
@given(days)
def test_deliveries_come_in_order_within_the_day(day: Day):
    moments = [delivery.at for delivery in day.deliveries]
    assert moments == sorted(moments)
    assert day.truth.end - DAY <= moments[0] <= moments[-1] <= day.truth.end
    assert all(moment.microsecond == 0 for moment in moments)


def test_what_happens_last_still_arrives_within_the_day():
    # Something happens in a day's very last seconds only now and then, so it takes many days.
    assert max(simulate_day(seed, END).deliveries[-1].at for seed in range(30)) <= END


@few
@given(days)
def test_no_body_knows_the_future(day: Day):
    for delivery in day.deliveries:
        body = json.loads(delivery.body)
        subject = body[delivery.event]
        keys = ("created_at", "started_at", "completed_at", "updated_at", "run_started_at")
        told = [parse_time(subject.get(key)) for key in keys]
        assert all(moment <= delivery.at for moment in told if moment)


@few
@given(days)
def test_ids_are_unique_and_exact_in_any_json_reader(day: Day):
    deliveries = [delivery.delivery_id for delivery in day.deliveries]
    jobs = [job.job_id for job in day.truth.jobs]
    attempts = [(run.run_id, run.attempt) for run in day.truth.runs]
    for ids in (deliveries, jobs, attempts):
        assert len(ids) == len(set(ids))
    assert max(jobs) < 2**53


@few
@given(days)
def test_every_job_goes_through_its_states_in_order(day: Day):
    actions = defaultdict(list)
    for job in subjects(day, "workflow_job"):
        actions[job["id"]].append(job["action"])
    for job in day.truth.jobs:
        lives = {
            "ran": ["queued", "in_progress", "completed"],
            "not_started": ["queued", "completed"],
            None: ["queued", "in_progress"],
        }
        expected = lives.get(job.execution, ["completed"])
        if job.execution is None and job.status != "in_progress":
            expected = ["queued"]
        if "waiting" in actions[job.job_id]:
            gates = ["waiting", "queued"] if job.approval else ["waiting"]
            expected = ["queued", *gates, *expected[1:]]
        assert actions[job.job_id] == expected


@few
@given(days)
def test_every_attempt_is_requested_first_and_completed_last(day: Day):
    seen = defaultdict(list)
    for body in (json.loads(delivery.body) for delivery in day.deliveries):
        if "workflow_run" in body:
            run = body["workflow_run"]
            seen[run["id"], run["run_attempt"]].append(body["action"])
        else:
            job = body["workflow_job"]
            seen[job["run_id"], job["run_attempt"]].append("job")
    for run in day.truth.runs:
        told = seen[run.run_id, run.attempt]
        assert told[0] == "requested"
        assert told.count("completed") == (told[-1] == "completed") == (run.status == "completed")


@few
@given(days)
def test_steps_lie_within_their_jobs(day: Day):
    jobs = {job.job_id: job for job in day.truth.jobs}
    numbers = defaultdict(list)
    for step in day.truth.steps:
        job = jobs[step.job_id]
        # One second early is what real deliveries show.
        assert job.started_at - timedelta(seconds=1) <= step.started_at
        assert step.started_at <= step.completed_at <= job.completed_at
        numbers[step.job_id].append(step.number)
    assert all(seen == sorted(set(seen)) for seen in numbers.values())
    assert numbers.keys() == {
        job.job_id for job in jobs.values() if job.execution and job.runner_name
    }


@few
@given(days)
def test_no_runner_does_two_jobs_at_once(day: Day):
    spans = defaultdict(list)
    for job in day.truth.jobs:
        if job.execution == "ran":
            spans[job.runner_name].append((job.started_at, job.completed_at))
    for busy in spans.values():
        busy.sort()
        assert all(ended <= began for (_, ended), (began, _) in pairwise(busy))
