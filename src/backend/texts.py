"""A record in, the texts of its names out: how properties and attributes are written. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime
from operator import attrgetter

from ..model.records import JobRecord, Record, RunRecord, StepRecord
from ..model.terms import JOB_EVENT, RUN_EVENT, STEP_EVENT
from ..model.times import format_time

EVENT_BY_RECORD: dict[type[Record], str] = {
    RunRecord: RUN_EVENT,
    JobRecord: JOB_EVENT,
    StepRecord: STEP_EVENT,
}

Getter = Callable[[Record], object]


def is_own(kind: type[Record], name: str) -> bool:
    """Whether records of this kind have the name themselves; a step has the others by its job."""
    return name in {field.name for field in fields(kind)}


def getter(kind: type[Record], name: str) -> Getter:
    """How to read the name off a record of this kind."""
    return attrgetter(name if is_own(kind, name) else f"job.{name}")


def texts(record: Record, getters: Iterable[tuple[str, Getter]]) -> dict[str, str]:
    """What is known of these names; what is unknown is left out."""
    known: dict[str, str] = {}
    for name, get in getters:  # the worker's hottest loop
        value = get(record)
        if value is not None:
            known[name] = value if isinstance(value, str) else _text(value)
    return known


def run_name(record: Record) -> str:
    """The run's span name, as OpenTelemetry forms a pipeline run's: `{action} {pipeline}`."""
    return f"RUN {record.workflow_name or 'workflow'}"


def _text(value: object) -> str:
    return format_time(value) if isinstance(value, datetime) else str(value)
