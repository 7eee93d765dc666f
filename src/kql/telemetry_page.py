"""The page on what is emitted: the table of names and the queries in, docs/telemetry.md out.

The prose is in `telemetry.template.md`; what follows from the code is put in here, so the page
cannot promise a name, a unit or a query that is not there.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template

from ..analysis.amounts import say
from ..analysis.build_metrics import BUILD_METRICS
from ..analysis.failure_signs import CATEGORIES
from ..analysis.figures import FORMULAS, UNITS
from ..analysis.rule import Limit, Rule
from ..analysis.rules import RULES
from ..model.host_metrics import HOST_METRICS, HostMetric
from ..model.semconv import DELIVERED_TERMS, LOOKED_UP, METRICS, RESULT_BY_CONCLUSION
from ..model.terms import JOB_EVENT, MEASUREMENT, PROPERTY, RUN_EVENT, STEP_EVENT, Term
from ..model.used_terms import (
    JOB_FIGURES,
    SHORT_STEP_FIGURES,
    STEP_FIGURES,
    USAGE_TERMS,
    USED_TERMS,
)
from . import runner_samples, service_health
from .catalogue import Query
from .saved_functions import FUNCTION_BY_EVENT, columns

_TEMPLATE = Path(__file__).with_name("telemetry.template.md")
_EVENTS = (RUN_EVENT, JOB_EVENT, STEP_EVENT)
_FIGURES = {term.name for term in USAGE_TERMS}
_RARE_FIGURES = {
    RUN_EVENT: set[str](),
    JOB_EVENT: _FIGURES.difference(JOB_FIGURES),
    STEP_EVENT: _FIGURES.difference(STEP_FIGURES),
}


def render_page(queries: Iterable[Query], alerts: Iterable[Query]) -> str:
    """docs/telemetry.md, in Markdown."""
    return Template(_TEMPLATE.read_text(encoding="utf-8")).substitute(
        properties=_properties(),
        measurements=_measurements(),
        results=_results(),
        functions=_functions(),
        looked_up=_listed(LOOKED_UP),
        queries=_queries(queries, "Its question"),
        alerts=_queries(alerts, "What it tells, and what to do then"),
        metrics=_metrics(),
        host_metrics=_host_metrics(),
        runner_samples=_columns(runner_samples.COLUMNS),
        service_health=_columns(service_health.COLUMNS),
        usage=_used(USAGE_TERMS),
        short_step_figures=_listed(SHORT_STEP_FIGURES),
        judged=_used(term for term in USED_TERMS if term not in USAGE_TERMS),
        build_metrics=_table(
            ("Name", "Is"), ((_code(m.name), _code(m.figure)) for m in BUILD_METRICS)
        ),
        related=_table(
            ("Name", "Unit", "Is"), ((_code(n), UNITS[n], told) for n, told in FORMULAS.items())
        ),
        rules=_rules(),
        thresholds=_thresholds(),
        failures=_failures(),
    )


def _properties() -> str:
    head = ("Name", "Type", *_EVENTS, "On the span", "Meaning")
    rows = (
        (_code(t.name), t.type, *_ticks(t), _code(t.attribute), t.meaning)
        for t in DELIVERED_TERMS
        if t.kind == PROPERTY
    )
    return _table(head, rows)


def _measurements() -> str:
    head = ("Name", "Type", "Unit", *_EVENTS, "Meaning")
    rows = (
        (_code(t.name), t.type, t.unit, *_ticks(t), t.meaning)
        for t in DELIVERED_TERMS
        if t.kind == MEASUREMENT
    )
    return _table(head, rows)


def _used(terms: Iterable[Term]) -> str:
    """Properties are those without a unit."""
    head = ("Name", "Type", "Unit", *_EVENTS, "Meaning")
    return _table(head, ((_code(t.name), t.type, t.unit, *_marks(t), t.meaning) for t in terms))


def _marks(term: Term) -> Iterator[str]:
    """In brackets where not every row of the event has it."""
    for event, tick in zip(_EVENTS, _ticks(term), strict=True):
        yield f"({tick})" if tick and term.name in _RARE_FIGURES[event] else tick


def _ticks(term: Term) -> tuple[str, ...]:
    return tuple("✓" if event in term.on else "" for event in _EVENTS)


def _results() -> str:
    rows = ((_code(word), _code(result)) for word, result in RESULT_BY_CONCLUSION.items())
    return _table(("GitHub's conclusion", "Result on the span"), rows)


def _functions() -> str:
    head = ("Function", "Rows from", "Columns")
    rows = (
        (_code(f"{name}()"), _code(event), f"`timestamp` and {len(columns(event))} names")
        for event, name in FUNCTION_BY_EVENT.items()
    )
    return _table(head, [*rows, *_functions_of_metrics()])


def _functions_of_metrics() -> Iterator[tuple[str, str, str]]:
    for source, of in ((runner_samples, "host metrics"), (service_health, "the services' metrics")):
        yield _code(f"{source.FUNCTION}()"), of, f"`timestamp` and {len(source.COLUMNS)} names"


def _columns(columns: Mapping[str, str]) -> str:
    return _table(("Column", "Is"), ((_code(name), told) for name, told in columns.items()))


def _queries(queries: Iterable[Query], told: str) -> str:
    return _table(("Query", told), ((_code(q.name), q.question) for q in queries))


def _metrics() -> str:
    head = ("Name", "Kind", "Unit", "By", "Meaning")
    return _table(head, ((_code(m.name), m.kind, m.unit, _code(m.by), m.meaning) for m in METRICS))


def _host_metrics() -> str:
    head = ("Name", "Unit", "Part", "Meaning")
    rows = ((_code(m.name), m.unit, _part(m), m.meaning) for m in HOST_METRICS)
    return _table(head, rows)


def _part(metric: HostMetric) -> str:
    return f"`{metric.part}` {metric.value}" if metric.part else ""


def _rules() -> str:
    """In the order in which they are preferred where they are equally strong."""
    rows = (
        (_code(rule.name), f"{rule.verb} {rule.title}", rule.advice)
        for rule in RULES
        if not rule.way
    )
    return _table(("Rule", "The step …", "Advice"), rows)


def _thresholds() -> str:
    head = ("Threshold", "Figure", "Needed", "Beyond doubt at")
    rows = (
        (_code(name), _code(limit.figure), _needed(limit), _plain(rule, limit))
        for rule in RULES
        for name, limit in rule.thresholds().items()
    )
    return _table(head, rows)


def _needed(limit: Limit) -> str:
    sense = "at most" if limit.at_most else "at least"
    # Bytes are shown as one reads them; whoever moves the threshold gives their number.
    number = f" ({limit.threshold:.0f})" if UNITS[limit.figure].startswith("By") else ""
    unknown = ", or unknown" if limit.or_unknown else ""
    failed = ", or the step failed" if limit.or_failed else ""
    return f"{sense} {say(limit.threshold, UNITS[limit.figure])}{number}{unknown}{failed}"


def _plain(rule: Rule, limit: Limit) -> str:
    if limit is not rule.limits[0] or limit.plain is None:
        return ""
    return say(limit.plain, UNITS[limit.figure])


def _failures() -> str:
    again = {True: "yes", False: "no", None: "it depends"}
    rows = (
        (_code(name), category.meaning, again[category.is_transient], category.advice)
        for name, category in CATEGORIES.items()
    )
    return _table(("Category", "What it is", "May pass if run again", "Advice"), rows)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_code, names))


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
