"""The page on what is emitted: the table of names and the queries in, docs/telemetry.md out.

The prose is in `telemetry.template.md`; what follows from the code is put in here, so the page
cannot promise a name, a unit or a query that is not there.
"""

from collections.abc import Iterable
from pathlib import Path
from string import Template

from ..model.semconv import (
    JOB_EVENT,
    MEASUREMENT,
    METRICS,
    PROPERTY,
    RESULT_BY_CONCLUSION,
    RUN_EVENT,
    STEP_EVENT,
    TERMS,
    TERMS_BY_EVENT,
    Term,
)
from .catalogue import Query
from .saved_functions import FUNCTION_BY_EVENT

_TEMPLATE = Path(__file__).with_name("telemetry.template.md")
_EVENTS = (RUN_EVENT, JOB_EVENT, STEP_EVENT)


def render_page(queries: Iterable[Query]) -> str:
    """docs/telemetry.md, in Markdown."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        properties=_properties(),
        measurements=_measurements(),
        results=_results(),
        functions=_functions(),
        queries=_queries(queries),
        metrics=_metrics(),
    )


def _properties() -> str:
    head = ("Name", "Type", *_EVENTS, "On the span", "Meaning")
    rows = (
        (_code(t.name), t.type, *_ticks(t), _code(t.attribute), t.meaning)
        for t in TERMS
        if t.kind == PROPERTY
    )
    return _table(head, rows)


def _measurements() -> str:
    head = ("Name", "Type", "Unit", *_EVENTS, "Meaning")
    rows = (
        (_code(t.name), t.type, t.unit, *_ticks(t), t.meaning)
        for t in TERMS
        if t.kind == MEASUREMENT
    )
    return _table(head, rows)


def _ticks(term: Term) -> tuple[str, ...]:
    return tuple("✓" if event in term.on else "" for event in _EVENTS)


def _results() -> str:
    rows = ((_code(word), _code(result)) for word, result in RESULT_BY_CONCLUSION.items())
    return _table(("GitHub's conclusion", "Result on the span"), rows)


def _functions() -> str:
    head = ("Function", "Rows from", "Columns")
    rows = (
        (_code(f"{name}()"), _code(event), f"`timestamp` and {len(TERMS_BY_EVENT[event])} names")
        for event, name in FUNCTION_BY_EVENT.items()
    )
    return _table(head, rows)


def _queries(queries: Iterable[Query]) -> str:
    return _table(("Query", "Its question"), ((_code(q.name), q.question) for q in queries))


def _metrics() -> str:
    head = ("Name", "Kind", "Unit", "By", "Meaning")
    return _table(head, ((_code(m.name), m.kind, m.unit, _code(m.by), m.meaning) for m in METRICS))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
