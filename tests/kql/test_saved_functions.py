import itertools
import re
from datetime import UTC, datetime

import pytest

from src.kql.catalogue import functions_folder
from src.kql.saved_functions import FUNCTION_BY_EVENT, columns, render_functions
from src.kql.scopes import COMPONENT, SCOPES, WORKSPACE, Scope
from src.model.records import (
    PHASE_COMPLETED,
    PHASE_IN_PROGRESS,
    PHASE_QUEUED,
    REVISIONS_PER_PHASE,
    revision,
)
from src.model.semconv import TERMS_BY_EVENT
from src.model.terms import JOB_EVENT, RUN_EVENT, STEP_EVENT
from tests.kql.component import Component

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
STARTED = datetime(2026, 3, 1, 11, 58, tzinfo=UTC)
A_STEP = {"step_number": 3, "step_name": "Test", "workflow_run_id": 5, "job_id": 9}

LIFE = [
    {"revision": revision(PHASE_QUEUED), "content_hash": "e", "status": "queued"},
    {"revision": revision(PHASE_IN_PROGRESS), "content_hash": "c", "status": "in_progress"},
    {"revision": revision(PHASE_COMPLETED), "content_hash": "f", "status": "completed"},
    {"revision": revision(PHASE_COMPLETED, 2), "content_hash": "a", "status": "completed"},
]


def test_the_highest_revision_wins_in_whatever_order_rows_come(component: Component):
    orders = list(itertools.permutations(LIFE))
    for job, order in enumerate(orders):
        for row in order:
            component.emit(JOB_EVENT, f"github.com/jobs/{job}", AT, **row)

    jobs = component.ask("WorkflowJobs()")

    assert [(j["revision"], j["content_hash"]) for j in jobs] == [(3_000_002, "a")] * len(orders)


def test_duplicates_of_every_row_change_nothing(component: Component):
    rows = [(f"github.com/jobs/{job}", row) for job in range(3) for row in LIFE] * 3
    for place in range(len(rows)):
        record_id, row = rows[place * 5 % len(rows)]
        component.emit(JOB_EVENT, record_id, AT, **row)

    jobs = component.ask("WorkflowJobs() | order by record_id asc")

    assert [job["record_id"] for job in jobs] == [f"github.com/jobs/{job}" for job in range(3)]
    assert {job["revision"] for job in jobs} == {3_000_002}


@pytest.mark.parametrize("hashes", ["9a", "a9"])
def test_equal_revisions_are_told_apart_by_their_content(component: Component, hashes: str):
    for content_hash in hashes:
        component.emit(
            JOB_EVENT, "github.com/jobs/1", AT, content_hash=content_hash, job_name=content_hash
        )

    [job] = component.ask("WorkflowJobs()")

    assert (job["content_hash"], job["job_name"]) == ("a", "a")


def test_a_row_is_taken_whole_even_where_the_older_one_knew_more(component: Component):
    component.emit(JOB_EVENT, "github.com/jobs/1", AT, content_hash="b", runner_name="old")
    component.emit(JOB_EVENT, "github.com/jobs/1", AT, content_hash="c", queue_seconds=4)

    [job] = component.ask("WorkflowJobs()")

    assert (job["runner_name"], job["queue_seconds"]) == ("", 4.0)


def test_steps_are_corrected_with_their_job(component: Component):
    for correction, seconds in ((1, 20.0), (0, 10.0)):
        for number in (1, 7):
            component.emit(
                STEP_EVENT,
                f"github.com/jobs/9/steps/{number}",
                AT,
                revision=revision(PHASE_COMPLETED, correction),
                step_number=number,
                duration_seconds=seconds + number,
            )

    steps = component.ask("WorkflowSteps() | order by step_number asc")

    assert [(s["step_number"], s["duration_seconds"]) for s in steps] == [(1, 21.0), (7, 27.0)]


def test_revisions_have_seven_digits_so_that_they_sort_as_text():
    lowest, highest = revision(PHASE_QUEUED), revision(PHASE_COMPLETED, REVISIONS_PER_PHASE - 1)

    assert len(str(lowest)) == len(str(highest)) == 7


@pytest.mark.parametrize(("event", "function"), FUNCTION_BY_EVENT.items())
def test_a_function_has_a_column_for_each_name_of_its_event(
    component: Component, event: str, function: str
):
    component.emit(event, "github.com/x/1", AT)

    [row] = component.ask(f"{function}()")

    names = {term.name for term in TERMS_BY_EVENT[event]}
    assert row.keys() == {"timestamp", *columns(event)}
    assert names <= row.keys()
    assert len(row) == 1 + len(columns(event))


def test_steps_have_what_their_job_knows(component: Component):
    shared = {"labels": "self-hosted,gpu", "runner_name": "vm1", "job_url": "https://x.test/9"}
    component.emit(JOB_EVENT, "github.com/jobs/9", AT, **shared, repository_id=77)
    component.emit(JOB_EVENT, "github.com/jobs/99", AT, runner_name="another's")
    for job in (9, 99, 999):
        component.emit(STEP_EVENT, f"github.com/jobs/{job}/steps/3", AT, step_name="Test")

    steps = {step["record_id"]: step for step in component.ask("WorkflowSteps()")}

    assert len(steps) == 3
    of_nine = steps["github.com/jobs/9/steps/3"]
    assert {name: of_nine[name] for name in shared} == shared
    assert (of_nine["repository_id"], of_nine["step_name"]) == (77, "Test")
    assert steps["github.com/jobs/99/steps/3"]["runner_name"] == "another's"
    assert not steps["github.com/jobs/999/steps/3"]["runner_name"]


def test_what_steps_have_from_their_job_comes_from_its_newest_row(component: Component):
    step_id = "github.com/jobs/9/steps/3"
    for correction in (1, 0):
        newest = revision(PHASE_COMPLETED, correction)
        component.emit(JOB_EVENT, "github.com/jobs/9", AT, revision=newest, branch=f"b{correction}")
        component.emit(STEP_EVENT, step_id, AT, revision=newest)

    [step] = component.ask("WorkflowSteps()")

    assert (step["branch"], step["revision"]) == ("b1", revision(PHASE_COMPLETED, 1))


def test_values_come_back_typed(component: Component):
    step_id = "github.com/jobs/9/steps/3"
    component.emit(
        STEP_EVENT, step_id, AT, **A_STEP, started_at=STARTED, duration_seconds=2, time_shifted=True
    )

    [step] = component.ask("WorkflowSteps()")

    assert (step["timestamp"], step["started_at"]) == (AT, STARTED)
    assert (step["step_number"], step["step_name"], step["workflow_run_id"]) == (3, "Test", "5")
    assert isinstance(step["duration_seconds"], float)
    assert step["time_shifted"] is True


@pytest.mark.parametrize(("event", "function"), FUNCTION_BY_EVENT.items())
def test_what_is_missing_is_null_and_never_zero(component: Component, event: str, function: str):
    component.emit(event, "github.com/x/1", AT)

    [row] = component.ask(f"{function}()")

    emitted = {"record_id", "revision", "content_hash"}
    for term in TERMS_BY_EVENT[event]:
        if term.name not in emitted:
            # KQL has no null text.
            assert row[term.name] == ("" if term.type == "string" else None), term.name


def test_zero_is_not_missing(component: Component):
    component.emit(JOB_EVENT, "github.com/jobs/1", AT, queue_seconds=0, clamped_count=0)

    [job] = component.ask("WorkflowJobs() | where isnotnull(queue_seconds)")

    assert (job["queue_seconds"], job["clamped_count"]) == (0.0, 0)


def test_each_function_sees_its_own_event_only(component: Component):
    for event in (RUN_EVENT, JOB_EVENT, STEP_EVENT):
        component.emit(event, f"of {event}", AT)

    for event, function in FUNCTION_BY_EVENT.items():
        assert [row["record_id"] for row in component.ask(f"{function}()")] == [f"of {event}"]


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
def test_the_files_are_what_the_table_of_names_renders(scope: Scope):
    files = {path.stem: path.read_text() for path in functions_folder(scope).glob("*.kql")}

    assert files == render_functions(scope)


def test_only_the_scope_decides_where_values_lie():
    of_workspace, of_component = render_functions(WORKSPACE), render_functions(COMPONENT)

    assert of_workspace.keys() == of_component.keys()
    for body in of_workspace.values():
        assert "timestamp = TimeGenerated" in body
        assert "tostring(Properties." in body
        assert not re.search("custom|cloud_|value[A-Z]", body)


def test_no_function_knows_what_time_it_is():
    """A log alert's own query has to say which time it means, not a function that it calls."""
    for body in render_functions(WORKSPACE).values():
        assert not re.search(r"\b(now|ago)\(", body)
