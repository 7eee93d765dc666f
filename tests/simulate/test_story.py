"""What a day is for: it shows each thing that real days show, and is worth looking at."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from src.model.times import parse_time
from src.simulate.days import Day, simulate_day

END = datetime(2026, 3, 4, 15, 20, 31, tzinfo=UTC)


@pytest.fixture(scope="module", params=[7, 8, 2026])
def day(request: pytest.FixtureRequest) -> Day:
    return simulate_day(request.param, END)


def jobs(day: Day) -> list[dict]:
    bodies = [json.loads(d.body) for d in day.deliveries if d.event == "workflow_job"]
    return [body["workflow_job"] | {"action": body["action"]} for body in bodies]


def completed(day: Day) -> list[dict]:
    return [job for job in jobs(day) if job["action"] == "completed"]


def test_the_release_build_is_the_slowest(day: Day):
    totals = day.truth.totals
    assert totals.slowest_job.name == "build (release)"
    assert totals.slowest_step.name == "cargo build --release"


def test_most_runs_succeed_and_some_do_not(day: Day):
    assert 0.85 <= day.truth.totals.success_rate <= 0.92
    assert {
        "success",
        "failure",
        "cancelled",
        "timed_out",
    } <= day.truth.totals.run_conclusions.keys()


def test_one_pool_has_a_queue_and_hosted_runners_have_none(day: Day):
    longest = {queue.label: queue.longest_seconds for queue in day.truth.totals.queue_times}
    assert longest["ManagedDevOps.Pool=build-pool-1"] > 30 * 60
    assert longest["ubuntu-latest"] < 60


def test_something_is_queued_waiting_and_running_at_the_end(day: Day):
    totals = day.truth.totals
    assert totals.queued_now >= 1
    assert totals.waiting_now >= 1
    assert 1 <= totals.running_now <= 12


def test_jobs_come_about_in_every_way(day: Day):
    assert day.truth.totals.job_executions.keys() == {
        "check_run",
        "not_started",
        "ran",
        "reused",
        "skipped",
    }


def test_a_carried_over_job_ended_before_it_was_created(day: Day):
    ids = {job.job_id for job in day.truth.jobs if job.execution == "reused"}
    carried_over = [job for job in jobs(day) if job["id"] in ids]
    assert [job["action"] for job in carried_over] == ["completed"] * len(ids)
    for job in carried_over:
        assert job["run_attempt"] == 2
        assert parse_time(job["completed_at"]) < parse_time(job["created_at"])


def test_a_skipped_job_was_created_a_second_after_it_ended(day: Day):
    for job in (job for job in completed(day) if job["conclusion"] == "skipped"):
        assert job["started_at"] == job["completed_at"]
        assert (parse_time(job["created_at"]) - parse_time(job["completed_at"])).seconds == 1
        assert (job["steps"], job["labels"], job["runner_id"]) == ([], [], None)


def test_only_the_moments_tell_of_an_approval(day: Day):
    approved = next(job for job in day.truth.jobs if job.approval)
    gates = [
        (delivery.at, body["action"], body["workflow_job"]["created_at"])
        for delivery, body in ((d, json.loads(d.body)) for d in day.deliveries)
        if body.get("workflow_job", {}).get("id") == approved.job_id
    ][:3]
    assert [action for _, action, _ in gates] == ["queued", "waiting", "queued"]
    assert len({created_at for _, _, created_at in gates}) == 1
    assert gates[0][0] < gates[1][0] < gates[2][0]
    assert (gates[2][0] - gates[1][0]).total_seconds() == approved.approval_seconds
    assert (approved.started_at - gates[2][0]).total_seconds() == approved.queue_seconds


def test_a_failed_step_is_followed_by_skipped_ones_and_post_steps(day: Day):
    failed = [job for job in completed(day) if job["conclusion"] == "failure"]
    assert failed
    for job in failed:
        conclusions = [step["conclusion"] for step in job["steps"]]
        *after, last = job["steps"][conclusions.index("failure") + 1 :]
        for step in after:
            is_post = step["name"].startswith("Post ")
            assert step["conclusion"] == ("success" if is_post else "skipped")
        assert (last["name"], last["conclusion"]) == ("Complete job", "success")


def test_step_numbers_have_gaps_and_some_steps_start_before_their_job(day: Day):
    ran = [job for job in completed(day) if job["steps"]]
    assert any(job["steps"][-1]["number"] > len(job["steps"]) for job in ran)
    early = Counter(job["steps"][0]["started_at"] < job["started_at"] for job in ran)
    assert early[True] < early[False]
    assert early[True] > 0


def test_names_tell_of_matrix_and_reusable_workflows(day: Day):
    names = {job.name for job in day.truth.jobs}
    assert "test / unit (ubuntu-latest, 3.12)" in names
    assert "test (windows-latest, 22)" in names
