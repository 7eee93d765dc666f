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
    JOB_EVENT,
    MEASUREMENT,
    METRICS,
    PREFIX,
    PROPERTY,
    RESULT_BY_CONCLUSION,
    RUN_EVENT,
    STEP_EVENT,
    TERM_BY_NAME,
    TERMS,
    TERMS_BY_EVENT,
    USAGE_TERMS,
    Term,
    UsageTerm,
)

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
    return {field.name for field in fields(record)}


def field_type(record: type, name: str) -> type:
    """The type of a field, `Optional` taken off."""
    hint = typing.get_type_hints(record)[name]
    return next((t for t in typing.get_args(hint) if t is not type(None)), hint)


@pytest.mark.parametrize("event", [RUN_EVENT, JOB_EVENT])
def test_each_field_of_a_run_or_job_has_a_name_and_each_name_a_field(event: str):
    names = {term.name for term in TERMS_BY_EVENT[event]}

    assert names - EMISSION_TERMS == field_names(RECORD_BY_EVENT[event])


def test_each_field_of_a_step_has_a_name():
    names = {term.name for term in TERMS_BY_EVENT[STEP_EVENT]}

    assert field_names(StepRecord) - {"job"} <= names


def test_each_name_of_a_step_is_its_own_field_or_its_jobs():
    names = {term.name for term in TERMS_BY_EVENT[STEP_EVENT]}

    assert names - EMISSION_TERMS <= field_names(StepRecord) | field_names(JobRecord)


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_name_has_the_type_of_its_field(term: Term):
    if term.name in EMISSION_TERMS:
        assert term.type == "bool"
        return
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


def test_seconds_are_in_the_name():
    for term in TERMS:
        assert (term.unit == "s") == term.name.endswith("_seconds"), term.name


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


@pytest.mark.parametrize("term", USAGE_TERMS, ids=lambda term: term.name)
def test_a_figure_s_unit_is_in_its_name(term: UsageTerm):
    units = {"seconds": "s", "bytes": "By", "percent": "%", "ms": "ms", "second": "By/s"}
    named = [units[word] for word in term.name.split("_") if word in units]

    assert term.meaning
    if term.unit.startswith("{") or not term.unit:
        assert not named
    else:
        assert named[-1] == term.unit


def test_no_figure_of_usage_is_taken_for_a_column_yet():
    assert not {term.name for term in USAGE_TERMS} & TERM_BY_NAME.keys()


def test_rules_give_figures_the_same_units():
    units = {term.name: term.unit for term in USAGE_TERMS}

    assert {name: unit for name, unit in UNITS.items() if name in units} == {
        name: units[name] for name in UNITS if name in units
    }
