"""A run, or a job with its steps, in; their spans out, shifted as one where they are old. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ..model import ids
from ..model.records import JobRecord, Record, RunRecord, StepRecord
from ..model.semconv import FAILED_RESULTS, RESULT_BY_CONCLUSION, TERMS_BY_EVENT
from .sinks.base import Properties, SpanRow
from .texts import EVENT_BY_RECORD, getter, is_own, run_name, texts

# A step a second before its job is usual; one of another year is a slip, and shifts nobody.
ABSURDLY_EARLY = timedelta(days=1)

_ATTRIBUTES = {
    kind: [
        (term.attribute, getter(kind, term.name))
        for term in TERMS_BY_EVENT[event]
        # A step's parent span, its job's, has what they share.
        if term.attribute and is_own(kind, term.name)
    ]
    for kind, event in EVENT_BY_RECORD.items()
}
_RESULT_KEY: dict[type[Record], str] = {
    RunRecord: "cicd.pipeline.result",
    JobRecord: "cicd.pipeline.task.run.result",
    StepRecord: "cicd.pipeline.task.run.result",
}


def span_rows(records: Sequence[Record], oldest: datetime, now: datetime) -> list[SpanRow]:
    """Spans of what has a duration, of `records` whose first is what the others belong to.

    None starts before `oldest`: they are shifted as one and keep their distances, but for those
    that would then start after `now`.
    """
    timed = [
        (record, record.started_at, timedelta(seconds=record.duration_seconds))
        for record in records
        if record.started_at and record.duration_seconds is not None
    ]
    whole = records[0].started_at
    timed = [span for span in timed if whole and whole - span[1] < ABSURDLY_EARLY]
    if not timed:
        return []
    shift = max(oldest - min(started_at for _, started_at, _ in timed), timedelta(0))
    return [
        _span(record, started_at, min(started_at + shift, now), lasted)
        for record, started_at, lasted in timed
    ]


def _span(record: Record, truly: datetime, started_at: datetime, lasted: timedelta) -> SpanRow:
    parent = record.parent_record_id
    result = RESULT_BY_CONCLUSION.get(record.conclusion or "")
    attributes = _attributes(record, result)
    if started_at != truly:
        attributes["time_shifted"] = "true"
    return SpanRow(
        name=_name(record),
        trace_id=ids.trace_id(record.run_record_id),
        span_id=ids.span_id(record.record_id),
        parent_span_id=ids.span_id(parent) if parent else None,
        started_at=started_at,
        ended_at=started_at + lasted,
        failed=result in FAILED_RESULTS,
        role=record.repository_full_name,
        attributes=attributes,
    )


def _attributes(record: Record, result: str | None) -> Properties:
    attributes = {"record_id": record.record_id} | texts(record, _ATTRIBUTES[type(record)])
    if isinstance(record, StepRecord):
        attributes["cicd.pipeline.task.name"] = record.step_name
    else:
        owner, _, name = record.repository_full_name.partition("/")
        attributes |= {"vcs.owner.name": owner, "vcs.repository.name": name}
    if result:
        attributes[_RESULT_KEY[type(record)]] = result
    if result in FAILED_RESULTS:
        attributes["error.type"] = record.conclusion or ""
    return attributes


def _name(record: Record) -> str:
    match record:
        case StepRecord():
            return record.step_name
        case JobRecord():
            return record.job_name
        case RunRecord():
            return run_name(record)
