"""What a row of the table of names is made of: a name, its unit and type, which events carry it."""

from __future__ import annotations

from dataclasses import dataclass

RUN_EVENT = "WorkflowRun"
JOB_EVENT = "WorkflowJob"
STEP_EVENT = "WorkflowStep"

RUN, JOB, STEP = (RUN_EVENT,), (JOB_EVENT,), (STEP_EVENT,)
ALL = RUN + JOB + STEP
RUN_AND_JOB, JOB_AND_STEP = RUN + JOB, JOB + STEP

PROPERTY = "property"
MEASUREMENT = "measurement"


@dataclass(frozen=True)
class Term:
    """One name; `type` is KQL's (string, long, real, bool, datetime), `on` the events that carry it."""

    name: str
    kind: str
    type: str
    unit: str
    on: tuple[str, ...]
    meaning: str
    attribute: str = ""  # OpenTelemetry's name on the span, where it has one


def text(
    name: str, on: tuple[str, ...], meaning: str, attribute: str = "", type: str = "string"
) -> Term:
    """A property: whatever its type, a text in its row."""
    return Term(name, PROPERTY, type, "", on, meaning, attribute)


def number(name: str, unit: str, on: tuple[str, ...], meaning: str, type: str = "real") -> Term:
    """A measurement."""
    return Term(name, MEASUREMENT, type, unit, on, meaning)


def count(name: str, unit: str, on: tuple[str, ...], meaning: str) -> Term:
    """A measurement that is a whole number."""
    return number(name, unit, on, meaning, "long")
