"""A runner's environment to what is said of the job, to a trace, to variables."""

import pytest

from src.model.ids import job_record_id, run_record_id, span_id, trace_id
from src.sampler.job_facts import job_facts
from src.sampler.trace import trace_parent
from src.sampler.variables import variables

RUNNER = {
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY_ID": "22",
    "GITHUB_RUN_ID": "33",
    "GITHUB_RUN_ATTEMPT": "2",
    "RUNNER_NAME": "a runner",
}
KNOWN = {
    "host": "github.com",
    "repository_id": 22,
    "run_id": 33,
    "run_attempt": 2,
    "runner_name": "a runner",
}


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        ({}, {}),
        ({"TELEMETRY_JOB_ID": "44"}, {"job_id": 44}),
        ({"TELEMETRY_JOB_ID": "${{ job.check_run_id }}"}, {}),
        ({"TELEMETRY_JOB_ID": "٤٤"}, {}),
        ({"TELEMETRY_JOB_ID": "9" * 19}, {}),
        ({"GITHUB_SERVER_URL": "https://GHE.example:8443/"}, {"host": "ghe.example:8443"}),
        ({"GITHUB_SERVER_URL": ""}, {}),
    ],
    ids=["no job", "job", "not evaluated", "other digits", "too long", "enterprise", "no server"],
)
def test_what_is_known_is_said(more: dict[str, str], changes: dict[str, object]):
    assert job_facts(RUNNER | more) == KNOWN | changes


def test_outside_of_a_job_nothing_is_said():
    assert job_facts({"RUNNER_NAME": "a runner"}) == {}
    assert trace_parent({}) is None
    assert variables({}, ["/a"], None) == ""


def test_a_span_is_the_jobs_or_else_the_runs():
    run = run_record_id("github.com", 33, 2)
    job = job_record_id("github.com", 44)

    assert trace_parent(KNOWN) == f"00-{trace_id(run):032x}-{span_id(run):016x}-01"
    assert trace_parent(KNOWN | {"job_id": 44}) == f"00-{trace_id(run):032x}-{span_id(job):016x}-01"


def test_an_artifacts_name_has_the_jobs_number_where_it_is_known():
    own = {"TELEMETRY_JOB_ID": "44", "TRACEPARENT": "mine"}

    assert variables(own | RUNNER, ["/a b", "/c"], "files") == (
        "TELEMETRY_ARTIFACT_NAME<<END_OF_TELEMETRY\nfiles-44\nEND_OF_TELEMETRY\n"
        "TELEMETRY_ARTIFACT_PATH<<END_OF_TELEMETRY\n/a b\n/c\nEND_OF_TELEMETRY\n"
    )
    assert "\nfiles\n" in variables(RUNNER, [], "files")
