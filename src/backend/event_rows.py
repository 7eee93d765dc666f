"""A record in, its custom event out: properties and measurements by the table of names. Pure."""

from datetime import datetime

from ..model import ids
from ..model.records import Record, StepRecord
from ..model.semconv import EMISSION_TERMS, TERMS_BY_EVENT
from ..model.terms import MEASUREMENT, PROPERTY
from ..model.used_terms import USED_TERMS
from .sinks.base import EventRow, Measurements
from .texts import EVENT_BY_RECORD, Getter, getter, run_name, texts

_NO_FIELDS = EMISSION_TERMS | {term.name for term in USED_TERMS}


def _getters(kind_of_term: str) -> dict[type[Record], list[tuple[str, Getter]]]:
    return {
        kind: [
            (term.name, getter(kind, term.name))
            for term in TERMS_BY_EVENT[event]
            if term.kind == kind_of_term and term.name not in _NO_FIELDS
        ]
        for kind, event in EVENT_BY_RECORD.items()
    }


_PROPERTIES = _getters(PROPERTY)
_MEASUREMENTS = _getters(MEASUREMENT)


def event_row(record: Record, received_at: datetime, oldest: datetime, now: datetime) -> EventRow:
    """The record's event, its time between `oldest` and `now`."""
    own_time = _own_time(record) or received_at
    at = min(max(own_time, oldest), now)
    properties = texts(record, _PROPERTIES[type(record)])
    if at != own_time:
        properties["time_shifted"] = "true"
    measurements = _numbers(record)
    for name, value in record.used.items():
        if isinstance(value, str):
            properties[name] = value
        else:
            measurements[name] = value
    return EventRow(
        name=EVENT_BY_RECORD[type(record)],
        at=at,
        trace_id=ids.trace_id(record.run_record_id),
        span_id=ids.span_id(record.record_id),
        operation=run_name(record),
        role=record.repository_full_name,
        properties=properties,
        measurements=measurements,
    )


def _numbers(record: Record) -> Measurements:
    values = ((name, get(record)) for name, get in _MEASUREMENTS[type(record)])
    return {name: value for name, value in values if isinstance(value, int | float)}


def _own_time(record: Record) -> datetime | None:
    """When what the row says came true: its completion, else its start, else its creation."""
    of_job = record.job.completed_at if isinstance(record, StepRecord) else None
    return record.completed_at or of_job or record.started_at or record.created_at
