from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from src.backend.decide import Known, decide
from src.backend.rows import OLDEST_ROW, rows_of
from src.backend.sinks.base import EventRow, SpanRow
from src.model import ids, semconv, terms
from src.model.used_terms import USED_TERMS
from tests.backend.bodies import STEPS, arrival_of, at, job_body, run_body, step

AFTER = datetime(2026, 3, 1, 13, 0, 0, tzinfo=UTC)


@dataclass
class Rows:
    events: list[EventRow]
    spans: list[SpanRow]


def rows(body: dict[str, Any], now: datetime = AFTER) -> Rows:
    [emission] = decide(arrival_of(body), Known())
    made = rows_of(emission, now)
    return Rows(
        [row for row in made if isinstance(row, EventRow)],
        [row for row in made if isinstance(row, SpanRow)],
    )


def test_a_job_with_its_steps_is_an_event_and_a_span_each():
    answer = rows(job_body())
    assert [event.name for event in answer.events] == ["WorkflowJob"] + ["WorkflowStep"] * 3
    assert [span.name for span in answer.spans] == ["build (linux)", *(s["name"] for s in STEPS)]


def test_every_name_that_leaves_is_in_the_table_of_names():
    for body in (job_body(), run_body(), job_body("queued")):
        for event in rows(body).events:
            names = {t.name: t.kind for t in semconv.TERMS_BY_EVENT[event.name]}
            assert {names[name] for name in event.properties} == {terms.PROPERTY}
            assert {names[name] for name in event.measurements} == {terms.MEASUREMENT}


def test_a_full_job_leaves_no_name_of_the_table_out():
    job, *steps = rows(job_body()).events
    absent = {"approval_seconds", "time_shifted"} | {term.name for term in USED_TERMS}
    for event in (job, steps[0]):
        names = {t.name for t in semconv.TERMS_BY_EVENT[event.name]} - absent
        assert names <= set(event.properties) | set(event.measurements)


def test_unknown_is_left_out_not_zero():
    [event] = rows(job_body("queued")).events
    assert "queue_seconds" not in event.measurements
    assert "conclusion" not in event.properties


def test_names_that_earlier_versions_documented_are_kept():
    [run] = rows(run_body()).events
    assert run.properties["workflow_run_id"] == "301"
    assert run.properties["triggered_by"] == "hubot"
    assert run.measurements["duration_seconds"] == 660.0
    step = rows(job_body()).events[2]
    assert step.properties["step_number"] == "2"
    assert step.properties["job_id"] == "501"


def test_what_was_used_stands_beside_what_was_delivered():
    [emission] = decide(arrival_of(job_body()), Known())
    told = emission.interpretation
    used = {"bottleneck": "cpu_bound", "cpu_seconds": 12.5, "disk_read_bytes": 0}
    steps = (replace(told.steps[0], used=used), *told.steps[1:])
    emission = replace(emission, interpretation=replace(told, steps=steps))

    job, first, second, *_ = rows_of(emission, AFTER)

    assert isinstance(first, EventRow)
    assert isinstance(second, EventRow)
    assert first.properties["bottleneck"] == "cpu_bound"
    assert (first.measurements["cpu_seconds"], first.measurements["disk_read_bytes"]) == (12.5, 0)
    assert first.properties.keys() - second.properties.keys() == {"bottleneck"}
    assert first.measurements.keys() - second.measurements.keys() == used.keys() - {"bottleneck"}
    assert "bottleneck" not in job.properties


def test_what_steps_share_stands_in_their_job_s_row_alone():
    job, *steps = rows(job_body()).events
    shared = set(semconv.LOOKED_UP) - {"pool_name"}

    assert shared <= job.properties.keys()
    for of_step in steps:
        assert not set(semconv.LOOKED_UP) & of_step.properties.keys()
        assert of_step.properties["record_id"].startswith(f"{job.properties['record_id']}/steps/")


def test_run_job_and_steps_are_one_trace():
    [run] = rows(run_body()).spans
    job, *steps = rows(job_body()).spans
    assert {span.trace_id for span in (run, job, *steps)} == {
        ids.trace_id("github.com/runs/301/attempts/1")
    }
    assert (run.parent_span_id, job.parent_span_id) == (None, run.span_id)
    assert {step.parent_span_id for step in steps} == {job.span_id}


def test_an_event_belongs_to_the_span_of_the_same_thing():
    answer = rows(job_body())
    assert [e.span_id for e in answer.events] == [s.span_id for s in answer.spans]


@pytest.mark.parametrize(
    ("conclusion", "failed"),
    [
        ("success", False),
        ("neutral", False),
        ("cancelled", False),
        ("failure", True),
        ("timed_out", True),
        ("startup_failure", True),
        ("something new", False),
    ],
)
def test_only_failures_are_failed_spans(conclusion: str, *, failed: bool):
    [span] = rows(run_body(conclusion=conclusion)).spans
    assert span.failed == failed
    assert ("error.type" in span.attributes) == failed


def test_no_attribute_has_a_name_that_the_exporter_strips():
    stripped = ("http.", "db.", "messaging.", "rpc.", "net.", "peer.", "exception.")
    stripped += ("thread.", "code.", "url.", "server.")
    for body in (run_body(conclusion="failure"), job_body()):
        for span in rows(body).spans:
            assert not [name for name in span.attributes if name.startswith(stripped)]


def test_a_row_has_its_own_completion_as_its_time():
    job, first, *_ = rows(job_body()).events
    assert (job.at, first.at) == (
        AFTER - timedelta(minutes=109, seconds=53),
        AFTER.replace(hour=11, minute=0, second=6),
    )
    assert "time_shifted" not in job.properties


def test_an_old_row_is_moved_to_where_it_is_accepted_and_says_so():
    late = AFTER + timedelta(days=30)
    answer = rows(job_body(), late)
    assert {event.at for event in answer.events} == {late - OLDEST_ROW}
    assert {event.properties["time_shifted"] for event in answer.events} == {"true"}
    assert answer.events[0].properties["completed_at"] == at("11:10:07")


def test_old_spans_shift_as_one_and_keep_their_durations():
    then, late = rows(job_body()).spans, rows(job_body(), AFTER + timedelta(days=30)).spans
    shifts = {b.started_at - a.started_at for a, b in zip(then, late, strict=True)}
    assert len(shifts) == 1
    assert [b.ended_at - b.started_at for b in late] == [a.ended_at - a.started_at for a in then]
    assert min(span.started_at for span in late) == AFTER + timedelta(days=30) - OLDEST_ROW
    assert {span.attributes["time_shifted"] for span in late} == {"true"}


def test_a_row_is_never_in_the_future():
    early = datetime(2026, 3, 1, 11, 5, 0, tzinfo=UTC)  # a clock that is behind GitHub's
    assert max(event.at for event in rows(job_body(), early).events) == early


def test_a_run_longer_than_the_service_remembers_is_shifted_whole():
    [span] = rows(run_body(run_started_at="2026-02-26T11:00:00Z")).spans
    assert span.started_at == AFTER - OLDEST_ROW
    assert span.ended_at - span.started_at == timedelta(days=3, seconds=660)


def test_no_span_starts_in_the_future_however_long_its_job_was():
    long = job_body(
        created_at="2026-02-25T11:00:00Z",
        started_at="2026-02-25T11:00:05Z",
        steps=[
            step(1, "Set up job", None, None, started_at="2026-02-25T11:00:05Z"),
            step(2, "Run soak", None, "11:10:00", started_at="2026-02-25T11:00:06Z"),
            step(9, "Post Run checkout", "11:10:06", "11:10:07"),
        ],
    )
    job, soak, post = rows(long).spans
    assert (job.started_at, post.started_at) == (AFTER - OLDEST_ROW, AFTER)
    assert post.ended_at - post.started_at == timedelta(seconds=1)
    assert soak.ended_at - soak.started_at == timedelta(days=4, minutes=9, seconds=54)
    assert {span.attributes["time_shifted"] for span in (job, soak, post)} == {"true"}


def test_a_worker_behind_githubs_clock_makes_no_span_in_the_future():
    early = datetime(2026, 3, 1, 11, 5, 0, tzinfo=UTC)
    assert max(span.started_at for span in rows(job_body(), early).spans) == early


@pytest.mark.parametrize("absurd", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("field", ["created_at", "started_at", "completed_at"])
def test_an_absurd_time_is_unknown_and_breaks_nothing(field: str, absurd: str):
    answer = rows(job_body(**{field: absurd}))
    assert field not in answer.events[0].properties
    assert all(span.started_at <= AFTER for span in answer.spans)


def test_a_zero_time_shifts_nothing():
    zero = step(1, "Set up job", None, "11:00:06", started_at="0001-01-01T00:00:00Z")
    job, *steps = rows(job_body(steps=[zero, *STEPS[1:]])).spans
    assert [span.name for span in steps] == ["Run make", "Post Run checkout"]
    assert "time_shifted" not in job.attributes
