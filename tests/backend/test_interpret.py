from typing import Any

import pytest

from src.backend.interpret import Interpretation, interpret_job, interpret_run, phase_of
from src.model.records import JobRecord, RunRecord
from tests.backend.bodies import arrival_of, at, job_body, run_body, step


def job_of(body: dict[str, Any]) -> JobRecord:
    subject = interpret(body).subject
    assert isinstance(subject, JobRecord)
    return subject


def run_of(body: dict[str, Any]) -> RunRecord:
    subject = interpret(body).subject
    assert isinstance(subject, RunRecord)
    return subject


def interpret(body: dict[str, Any]) -> Interpretation:
    arrival = arrival_of(body)
    if "workflow_run" in body:
        return interpret_run(arrival.delivery, arrival.event.id)  # type: ignore[arg-type]
    return interpret_job(arrival.delivery, arrival.event.id, ())  # type: ignore[arg-type]


def test_a_completed_job_has_its_durations():
    job = job_of(job_body())
    assert (job.duration_seconds, job.queue_seconds, job.approval_seconds) == (602.0, 5.0, None)
    assert (job.execution, job.clamped_count, job.step_count) == ("ran", 0, 3)
    assert (job.labels, job.pool_name) == ("self-hosted,ManagedDevOps.Pool=big", "big")
    assert job.record_id == "github.com/jobs/501"


def test_steps_have_their_own_durations_and_keep_their_numbers():
    steps = interpret(job_body()).steps
    assert [(s.step_number, s.duration_seconds) for s in steps] == [(1, 1.0), (2, 600.0), (9, 1.0)]
    assert steps[2].record_id == "github.com/jobs/501/steps/9"


def test_while_queued_the_start_means_nothing():
    job = job_of(job_body("queued"))
    assert (job.started_at, job.queue_seconds, job.duration_seconds) == (None, None, None)
    assert (job.runner_name, job.execution) == (None, None)


def test_what_a_job_waited_for_is_told_at_its_end():
    job = job_of(job_body("in_progress"))
    assert (job.queue_seconds, job.duration_seconds, job.runner_name) == (None, None, "runner-9")


@pytest.mark.parametrize(
    ("changes", "execution"),
    [
        pytest.param(
            {"conclusion": "skipped", "steps": [], "labels": [], "runner_id": None}
            | {"runner_name": None, "created_at": at("11:10:08"), "started_at": at("11:10:07")},
            "skipped",
            id="skipped",
        ),
        pytest.param(
            {"conclusion": "cancelled", "steps": [], "runner_id": 0, "runner_name": ""},
            "not_started",
            id="cancelled-before-start",
        ),
        pytest.param({"created_at": at("11:30:00")}, "reused", id="reused-by-a-re-run"),
        pytest.param(
            {"runner_id": None, "runner_name": None, "steps": [], "labels": []},
            "check_run",
            id="check-run-of-an-app",
        ),
    ],
)
def test_what_did_not_run_has_no_durations(changes: dict[str, Any], execution: str):
    job = job_of(job_body(**changes))
    assert job.execution == execution
    assert (job.duration_seconds, job.queue_seconds, job.clamped_count) == (None, None, 0)


def test_a_job_that_no_runner_took_never_started():
    job = job_of(job_body(conclusion="cancelled", steps=[], runner_id=0, runner_name=""))
    assert (job.started_at, job.completed_at is None) == (None, False)


def test_steps_of_a_reused_job_are_not_counted_again():
    steps = interpret(job_body(created_at=at("11:30:00"))).steps
    assert [s.duration_seconds for s in steps] == [None, None, None]


def test_a_skipped_step_has_no_duration():
    skipped = step(3, "Deploy", "11:10:06", "11:10:06", conclusion="skipped")
    [only] = interpret(job_body(steps=[skipped])).steps
    assert (only.step_conclusion, only.duration_seconds) == ("skipped", None)


def test_a_step_may_start_before_its_job_and_end_before_it_starts():
    odd = [step(1, "a", "11:00:04", "11:00:06"), step(2, "b", "11:00:09", "11:00:08")]
    first, second = interpret(job_body(steps=odd)).steps
    assert (first.duration_seconds, first.clamped_count) == (2.0, 0)
    assert (second.duration_seconds, second.clamped_count) == (0.0, 1)


def test_a_step_without_an_end_has_no_duration():
    [only] = interpret(job_body(steps=[step(1, "a", "11:00:04", None)])).steps
    assert (only.completed_at, only.duration_seconds) == (None, None)


def test_completed_deliveries_may_lack_steps():
    assert interpret(job_body(steps=...)).steps == ()
    assert job_of(job_body(steps=None)).duration_seconds == 602.0


def test_negative_durations_are_clamped_and_counted():
    job = job_of(job_body(created_at=at("11:00:06"), started_at=at("11:00:05")))
    assert (job.queue_seconds, job.clamped_count) == (0.0, 1)


@pytest.mark.parametrize(
    "zoned",
    ["2026-03-01T11:00:05.000Z", "2026-03-01T19:00:05+08:00", "2026-03-01T11:00:05z"],
)
def test_times_come_in_several_zones_and_precisions(zoned: str):
    assert job_of(job_body(started_at=zoned)).queue_seconds == 5.0


def test_old_servers_leave_fields_out():
    missing = dict.fromkeys(
        ("created_at", "workflow_name", "head_branch", "run_attempt", "runner_id", "runner_name"),
        ...,
    )
    job = job_of(job_body(**missing, runner_group_name=...))
    assert (job.duration_seconds, job.queue_seconds, job.run_attempt) == (602.0, None, None)
    assert job.run_record_id == "github.com/runs/301/attempts/1"


def test_the_host_is_part_of_the_id():
    body = job_body()
    body["repository"] = {**body["repository"], "html_url": "https://GHE.acme.example:8443/a/b"}
    assert job_of(body).record_id == "ghe.acme.example:8443/jobs/501"


def test_an_unknown_word_passes_through():
    job = job_of(job_body(conclusion="exploded"))
    assert (job.conclusion, job.execution) == ("exploded", "ran")


@pytest.mark.parametrize("action", ["started", "in_progress"])
def test_started_is_an_old_word_for_in_progress(action: str):
    assert phase_of(action, "in_progress") == 2


def test_a_run_is_over_at_its_last_update():
    run = run_of(run_body())
    assert (run.duration_seconds, run.conclusion) == (660.0, "success")
    assert (run.actor, run.triggered_by, run.pull_request_number) == ("octo", "hubot", 4)


def test_a_re_run_counts_from_its_own_start():
    run = run_of(run_body(run_attempt=2, run_started_at=at("11:10:30")))
    assert run.duration_seconds == 30.0
    assert run.record_id == "github.com/runs/301/attempts/2"


def test_a_run_that_needs_approval_is_requested_not_completed():
    run = run_of(run_body("requested", status="completed", conclusion="action_required"))
    assert (run.revision, run.completed_at, run.duration_seconds) == (1_000_000, None, None)
    assert (run.status, run.conclusion) == ("completed", "action_required")


def test_an_empty_conclusion_is_none():
    assert run_of(run_body("requested", conclusion="")).conclusion is None


def test_old_runs_lack_attempt_and_start():
    missing = dict.fromkeys(("run_attempt", "run_started_at", "triggering_actor", "path"), ...)
    run = run_of(run_body(**missing))
    assert (run.duration_seconds, run.triggered_by) == (660.0, "octo")
    assert run.record_id == "github.com/runs/301/attempts/1"


def test_the_same_content_has_the_same_fingerprint_whatever_delivery_brought_it():
    one, other = arrival_of(job_body(), "d-1"), arrival_of(job_body(), "d-2")
    changed = arrival_of(job_body(runner_name="runner-10"), "d-1")
    prints = [
        interpret_job(a.delivery, a.event.id, ()).subject.content_hash  # type: ignore[arg-type]
        for a in (one, other, changed)
    ]
    assert prints[0] == prints[1] != prints[2]


def test_a_change_in_a_step_changes_the_fingerprint():
    late = [step(1, "Set up job", "11:00:05", "11:00:07")]
    early = [step(1, "Set up job", "11:00:05", "11:00:06")]
    assert job_of(job_body(steps=late)).content_hash != job_of(job_body(steps=early)).content_hash
