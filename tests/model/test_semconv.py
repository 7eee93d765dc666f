import re
import typing
from collections import Counter
from dataclasses import fields
from datetime import datetime

import pytest

from src.analysis.figures import UNITS
from src.analysis.usage import Usage
from src.model.records import JobRecord, RunRecord, StepRecord
from src.model.semconv import (
    COUNTER,
    EMISSION_TERMS,
    FAILED_RESULTS,
    GAUGE,
    HISTOGRAM,
    METRICS,
    PREFIX,
    RESULT_BY_CONCLUSION,
    TERM_BY_NAME,
    TERMS,
    TERMS_BY_EVENT,
)
from src.model.terms import JOB_EVENT, MEASUREMENT, PROPERTY, RUN_EVENT, STEP_EVENT, Term
from src.model.used_terms import USAGE_TERMS, USED_TERMS

NO_FIELDS = EMISSION_TERMS | {term.name for term in USED_TERMS}
RECORD_BY_EVENT = {RUN_EVENT: RunRecord, JOB_EVENT: JobRecord, STEP_EVENT: StepRecord}

# What a column can be asked as, by the field's own type; ids are long or text, as OpenTelemetry
# writes them.
KQL_TYPES = {
    str: {"string"},
    int: {"long", "string"},
    float: {"real"},
    datetime: {"datetime"},
}
WORDS_OF_GITHUB = {
    *("success", "failure", "neutral", "cancelled", "skipped", "timed_out"),
    *("action_required", "stale", "startup_failure"),
}
RESULTS_OF_OPENTELEMETRY = {"success", "failure", "timeout", "cancellation", "error", "skip"}


def field_names(record: type) -> set[str]:
    """Of what a delivery says; what stands in `used` has names of its own."""
    return {field.name for field in fields(record)} - {"used"}


def field_type(record: type, name: str) -> type:
    """The type of a field, `Optional` taken off."""
    hint = typing.get_type_hints(record)[name]
    return next((t for t in typing.get_args(hint) if t is not type(None)), hint)


@pytest.mark.parametrize("event", [RUN_EVENT, JOB_EVENT])
def test_each_field_of_a_run_or_job_has_a_name_and_each_name_a_field(event: str):
    names = {term.name for term in TERMS_BY_EVENT[event]}

    assert names - NO_FIELDS == field_names(RECORD_BY_EVENT[event])


def test_each_field_of_a_step_has_a_name():
    names = {term.name for term in TERMS_BY_EVENT[STEP_EVENT]}

    assert field_names(StepRecord) - {"job"} <= names


def test_each_name_of_a_step_is_its_own_field_or_its_jobs():
    names = {term.name for term in TERMS_BY_EVENT[STEP_EVENT]}

    assert names - NO_FIELDS <= field_names(StepRecord) | field_names(JobRecord)


@pytest.mark.parametrize(
    "term", [term for term in TERMS if term.name not in NO_FIELDS], ids=lambda term: term.name
)
def test_a_name_has_the_type_of_its_field(term: Term):
    for event in term.on:
        record = RECORD_BY_EVENT[event]
        owner = record if term.name in field_names(record) else JobRecord
        assert term.type in KQL_TYPES[field_type(owner, term.name)], event


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_name_is_one_that_application_insights_takes(term: Term):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", term.name)
    assert len(term.name) <= 150
    assert term.kind in {PROPERTY, MEASUREMENT}
    assert bool(term.unit) == (term.kind == MEASUREMENT)
    assert term.meaning


def test_a_name_has_one_row_and_one_attribute():
    attributes = Counter(term.attribute for term in TERMS if term.attribute)

    assert len(TERM_BY_NAME) == len(TERMS)
    assert set(attributes.values()) == {1}


def test_no_attribute_is_one_that_the_exporter_strips():
    stripped = ("http.", "db.", "messaging.", "rpc.", "net.", "peer.", "exception.", "thread.")
    stripped += ("code.", "url.", "server.")

    assert not [term for term in TERMS if term.attribute.startswith(stripped)]


def test_each_conclusion_of_github_has_a_result_that_opentelemetry_knows():
    assert RESULT_BY_CONCLUSION.keys() == WORDS_OF_GITHUB
    assert set(RESULT_BY_CONCLUSION.values()) == RESULTS_OF_OPENTELEMETRY
    assert FAILED_RESULTS < RESULTS_OF_OPENTELEMETRY


def test_every_metric_has_a_name_under_one_prefix_a_kind_a_unit_and_a_meaning():
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert re.fullmatch(re.escape(PREFIX) + r"[a-z_]+\.[a-z_]+", metric.name)
        assert metric.kind in {COUNTER, GAUGE, HISTOGRAM}
        assert re.fullmatch(r"s|\{[a-z]+\}", metric.unit)
        assert metric.meaning
        assert metric.kind != GAUGE or not metric.by


def test_each_figure_of_usage_has_one_row_in_the_same_order():
    assert [term.name for term in USAGE_TERMS] == list(Usage._fields)


@pytest.mark.parametrize("term", dict.fromkeys((*TERMS, *USAGE_TERMS)), ids=lambda term: term.name)
def test_a_number_s_unit_is_in_its_name(term: Term):
    units = {"seconds": "s", "bytes": "By", "percent": "%", "ms": "ms", "second": "By/s"}
    named = [units[word] for word in term.name.split("_") if word in units]

    assert term.meaning
    if term.unit.startswith("{") or term.unit in {"", "1"}:
        assert bool(named) == term.unit.endswith("/s")
    else:
        assert named[-1] == term.unit


def test_only_what_rows_have_otherwise_is_no_column():
    absent = {term.name for term in USAGE_TERMS} - TERM_BY_NAME.keys()

    assert absent == {"seconds", "top_by_cpu", "top_by_memory"}


def test_rules_give_figures_the_same_units():
    units = {term.name: term.unit for term in USAGE_TERMS}

    assert {name: unit for name, unit in UNITS.items() if name in units} == {
        name: units[name] for name in UNITS if name in units
    }
