"""An emission in, rows for any sink out: custom events with numbers, spans with the shape. Pure.

Names come from the table of names, ids from the record ids, and every row's own time is put where
the service accepts it: it refuses what is older than 48 hours.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter

from ..model import ids
from ..model.records import JobRecord, Record, RunRecord, StepRecord
from ..model.semconv import (
    EMISSION_TERMS,
    FAILED_RESULTS,
    JOB_EVENT,
    MEASUREMENT,
    PROPERTY,
    RESULT_BY_CONCLUSION,
    RUN_EVENT,
    STEP_EVENT,
    TERMS_BY_EVENT,
    Term,
)
from ..model.times import format_time
from .decide import Emission

OLDEST_ROW = timedelta(hours=47)

Properties = dict[str, str]
Measurements = dict[str, float]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A custom event; `parent_span_id` is the span of the thing itself."""

    name: str
    at: datetime
    trace_id: int
    parent_span_id: int
    operation: str
    role: str
    properties: Properties
    measurements: Measurements


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span; without a parent it is the run, which becomes a request."""

    name: str
    trace_id: int
    span_id: int
    parent_span_id: int | None
    started_at: datetime
    ended_at: datetime
    failed: bool
    role: str
    attributes: Properties


@dataclass(frozen=True, slots=True)
class Rows:
    """What one call of a sink takes."""

    events: list[EventRow]
    spans: list[SpanRow]


def rows_of(emissions: Iterable[Emission], now: datetime) -> Rows:
    """All rows of these emissions, as of now."""
    rows = Rows([], [])
    for emission in emissions:
        subject, steps = emission.interpretation.subject, emission.interpretation.steps
        records: list[Record] = [subject, *steps]
        shared = _step_properties(subject) if steps and isinstance(subject, JobRecord) else {}
        rows.events.extend(_event(record, shared, emission.received_at, now) for record in records)
        if emission.spans:
            rows.spans.extend(_spans(records, now))
    return rows


# --- events -----------------------------------------------------------------------------------

_Getter = Callable[[Record], object]
_STEP_FIELDS = frozenset(field.name for field in fields(StepRecord))


def _getters(event: str, kind: str, *, of_job: bool = False) -> list[tuple[str, _Getter]]:
    """How to read each name; of a step's names either its own or those it shares with its job."""

    def wanted(term: Term) -> bool:
        if term.kind != kind or term.name in EMISSION_TERMS:
            return False
        return event != STEP_EVENT or (term.name not in _STEP_FIELDS) == of_job

    return [(t.name, attrgetter(t.name)) for t in TERMS_BY_EVENT[event] if wanted(t)]


_EVENT_BY_TYPE = {RunRecord: RUN_EVENT, JobRecord: JOB_EVENT, StepRecord: STEP_EVENT}
_PROPERTIES = {kind: _getters(event, PROPERTY) for kind, event in _EVENT_BY_TYPE.items()}
_MEASUREMENTS = {kind: _getters(event, MEASUREMENT) for kind, event in _EVENT_BY_TYPE.items()}
_STEP_FROM_JOB = _getters(STEP_EVENT, PROPERTY, of_job=True)


def _event(record: Record, shared: Properties, received_at: datetime, now: datetime) -> EventRow:
    own_time = _own_time(record) or received_at
    at = min(max(own_time, now - OLDEST_ROW), now)
    properties = _texts(record, _PROPERTIES[type(record)])
    measurements = _numbers(record, _MEASUREMENTS[type(record)])
    if isinstance(record, StepRecord):
        properties = shared | properties
        measurements["revision"] = record.job.revision
    if at != own_time:
        properties["time_shifted"] = "true"
    run = _run_record_id(record)
    return EventRow(
        name=_EVENT_BY_TYPE[type(record)],
        at=at,
        trace_id=ids.trace_id(run),
        parent_span_id=ids.span_id(record.record_id),
        operation=_operation(record),
        role=_job_or_run(record).repository_full_name,
        properties=properties,
        measurements=measurements,
    )


def _step_properties(job: JobRecord) -> Properties:
    """What all steps of a job share, made once for all of them."""
    return _texts(job, _STEP_FROM_JOB)


def _texts(record: Record, getters: Iterable[tuple[str, _Getter]]) -> Properties:
    values = ((name, get(record)) for name, get in getters)
    return {name: _text(value) for name, value in values if value is not None}


def _numbers(record: Record, getters: Iterable[tuple[str, _Getter]]) -> Measurements:
    values = ((name, get(record)) for name, get in getters)
    return {name: value for name, value in values if isinstance(value, int | float)}


def _text(value: object) -> str:
    return format_time(value) if isinstance(value, datetime) else str(value)


def _own_time(record: Record) -> datetime | None:
    """When what the row says came true: its completion, else its start, else its creation."""
    created_at = None if isinstance(record, StepRecord) else record.created_at
    fallback = record.job.completed_at if isinstance(record, StepRecord) else None
    return record.completed_at or fallback or record.started_at or created_at


# --- spans ------------------------------------------------------------------------------------


def _spans(records: Iterable[Record], now: datetime) -> list[SpanRow]:
    """Spans for what has a duration, shifted as one so that the oldest start is accepted."""
    timed = [r for r in records if r.duration_seconds is not None and r.started_at]
    starts = [r.started_at for r in timed if r.started_at]
    if not starts:
        return []
    shift = max(now - OLDEST_ROW - min(starts), timedelta(0))
    return [
        _span(record, start + shift, shifted=bool(shift))
        for record, start in zip(timed, starts, strict=True)
    ]


def _span(record: Record, started_at: datetime, *, shifted: bool) -> SpanRow:
    result = RESULT_BY_CONCLUSION.get(_conclusion(record) or "")
    attributes = _attributes(record, result)
    if shifted:
        attributes["time_shifted"] = "true"
    run = _run_record_id(record)
    return SpanRow(
        name=_span_name(record),
        trace_id=ids.trace_id(run),
        span_id=ids.span_id(record.record_id),
        parent_span_id=_parent_span_id(record),
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=record.duration_seconds or 0),
        failed=result in FAILED_RESULTS,
        role=_job_or_run(record).repository_full_name,
        attributes=attributes,
    )


_ATTRIBUTES: dict[type, list[tuple[str, _Getter]]] = {
    kind: [
        (term.attribute, attrgetter(term.name))
        for term in TERMS_BY_EVENT[event]
        if term.attribute and (kind is not StepRecord or term.name in _STEP_FIELDS)
    ]
    for kind, event in _EVENT_BY_TYPE.items()
}


_RESULT_KEY: dict[type, str] = {
    RunRecord: "cicd.pipeline.result",
    JobRecord: "cicd.pipeline.task.run.result",
    StepRecord: "cicd.pipeline.task.run.result",
}


def _attributes(record: Record, result: str | None) -> Properties:
    attributes = {"record_id": record.record_id} | _texts(record, _ATTRIBUTES[type(record)])
    if isinstance(record, StepRecord):
        attributes["cicd.pipeline.task.name"] = record.step_name
    else:
        owner, _, name = record.repository_full_name.partition("/")
        attributes |= {"vcs.owner.name": owner, "vcs.repository.name": name}
    if result:
        attributes[_RESULT_KEY[type(record)]] = result
    if result in FAILED_RESULTS:
        attributes["error.type"] = _conclusion(record) or ""
    return attributes


def _span_name(record: Record) -> str:
    match record:
        case StepRecord():
            return record.step_name
        case JobRecord():
            return record.job_name
        case RunRecord():
            return _operation(record)


def _parent_span_id(record: Record) -> int | None:
    match record:
        case StepRecord():
            return ids.span_id(record.job.record_id)
        case JobRecord():
            return ids.span_id(record.run_record_id)
        case RunRecord():
            return None


# --- what both need ---------------------------------------------------------------------------


def _job_or_run(record: Record) -> JobRecord | RunRecord:
    return record.job if isinstance(record, StepRecord) else record


def _run_record_id(record: Record) -> str:
    owner = _job_or_run(record)
    return owner.record_id if isinstance(owner, RunRecord) else owner.run_record_id


def _conclusion(record: Record) -> str | None:
    return record.step_conclusion if isinstance(record, StepRecord) else record.conclusion


def _operation(record: Record) -> str:
    """OpenTelemetry's span name of a pipeline run: `{action} {pipeline}`."""
    return f"RUN {_job_or_run(record).workflow_name or 'workflow'}"
