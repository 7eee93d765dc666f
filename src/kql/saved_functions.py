"""Saved functions: the table of names and a scope's tables in; the KQL of each function out.

A saved function is the only KQL that knows which table the events lie in and how a value is
stored. It keeps the newest revision of every record and gives each term a typed column of the
term's name, so queries read like the table of names, and duplicates end here. What the steps of a
job share stands in the job's row alone, and is looked up there.
"""

from collections.abc import Iterable
from textwrap import indent

from ..model.semconv import LOOKED_UP, TERM_BY_NAME, TERMS_BY_EVENT
from ..model.terms import JOB_EVENT, PROPERTY, RUN_EVENT, STEP_EVENT, Term
from .runner_samples import FUNCTION as RUNNER_SAMPLES
from .runner_samples import render_runner_samples
from .scopes import EventTable, Scope
from .service_health import FUNCTION as SERVICE_HEALTH
from .service_health import render_service_health

FUNCTION_BY_EVENT = {event: f"{event}s" for event in (RUN_EVENT, JOB_EVENT, STEP_EVENT)}

_THING_BY_EVENT = {RUN_EVENT: "run attempt", JOB_EVENT: "job", STEP_EVENT: "step"}
_CONVERSION_BY_TYPE = {
    "string": "tostring",
    "long": "tolong",
    "real": "todouble",
    "bool": "tobool",
    "datetime": "todatetime",
}
_COMMA = ",\n    "
_PLACE = ("record_id", "revision", "content_hash")


def render_functions(scope: Scope) -> dict[str, str]:
    """The body of each saved function by the function's name, standing on the scope's tables."""
    of_events = {name: _render(event, scope.events) for event, name in FUNCTION_BY_EVENT.items()}
    return of_events | {
        RUNNER_SAMPLES: render_runner_samples(scope.metrics),
        SERVICE_HEALTH: render_service_health(scope.metrics),
    }


def columns(event: str) -> list[str]:
    """What the event's function gives beside `timestamp`: its own names, then those of its job."""
    own = [term.name for term in TERMS_BY_EVENT[event]]
    return [*own, *LOOKED_UP] if event == STEP_EVENT else own


def _render(event: str, table: EventTable) -> str:
    own = [_column(term, table) for term in TERMS_BY_EVENT[event]]
    newest = _newest(event, [f"timestamp = {table.time}", *own], table)
    return f"""\
// The newest revision of every {_THING_BY_EVENT[event]}. Generated from the table of names.
{newest}
{_look_up(table) if event == STEP_EVENT else ""}"""


def _newest(event: str, projected: Iterable[str], table: EventTable) -> str:
    """These columns of each record, as they stand in its newest row."""
    return f"""\
{table.name}
| where {table.event} == "{event}"
| project
    {_COMMA.join(projected)}
// Every revision has seven digits, so as text they sort as numbers do; the hash breaks ties.
| extend place = strcat(revision, " ", content_hash)
| summarize arg_max(place, *) by record_id
| project-away place"""


def _look_up(table: EventTable) -> str:
    """Not by WorkflowJobs(): a query would pay for all of its columns, to have these.

    Nor by `lookup`: that fails where its right side is larger than some tens of megabytes, which
    a month of a large organisation's jobs is.
    https://learn.microsoft.com/kusto/query/lookup-operator
    """
    needed = (TERM_BY_NAME[name] for name in (*_PLACE, *LOOKED_UP))
    jobs = _newest(JOB_EVENT, [_column(term, table) for term in needed], table)
    return f"""\
// What all steps of a job share is told once, in the job's row.
| extend job_record_id = tostring(split(record_id, "/steps/")[0])
| join kind=leftouter hint.strategy=shuffle (
{indent(jobs, "    ")}
    | project-away revision, content_hash
    | project-rename job_record_id = record_id
) on job_record_id
| project-away job_record_id, job_record_id1
"""


def _column(term: Term, table: EventTable) -> str:
    bag = table.properties if term.kind == PROPERTY else table.measurements
    return f"{term.name} = {_CONVERSION_BY_TYPE[term.type]}({bag}.{term.name})"
