"""What the judge said can be read again from a document, word for word."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.diagnosis import Finding
from src.analysis.job_document import job_document, parse_course, parse_verdict, run_document
from src.analysis.usage import Usage
from src.model.document import DocumentError, decode, encode
from tests.analysis.recorded import documented, records
from tests.analysis.told_verdict import COURSE, CURVES, VERDICT
from tests.model.made_records import JOB_RECORD, RUN_RECORD, STEP_RECORD
from tests.sampler.reported import REPORTED, Reported, failing, hour, parallel

GOLDEN = Path(__file__).parent / "documents" / "job.json"
FIRST = GOLDEN.with_name("first.json")  # as the first writer of version 1 told it: never renewed
SOME = [name for name in REPORTED if name != "many"]


def stored(told: dict[str, Any]) -> dict[str, Any]:
    return decode(encode(told))


@pytest.mark.parametrize("name", SOME)
def test_a_verdict_is_read_as_it_was_given(name: str):
    job = REPORTED[name]()

    assert parse_verdict(stored(documented(*job[:2]))) == job.verdict


def test_names_are_those_of_the_judge():
    told = documented(*failing()[:2])
    [step] = [step for step in told["steps"] if step["findings"]]

    assert set(told["usage"]) == set(step["usage"]) == set(told["between"]) == set(Usage._fields)
    assert set(step["findings"][0]) == set(Finding._fields)
    assert told["failure"]["category"] == "resource"


def test_without_a_verdict_there_are_times_and_nothing_else():
    told = stored(job_document(JOB_RECORD, [STEP_RECORD]))

    assert told["steps"][0]["started_at"] == "2026-03-01T12:00:05Z"
    assert "usage" not in told
    assert parse_verdict(told) is None
    assert parse_course(told) is None


def test_a_step_that_the_judge_was_not_told_of_has_its_times():
    verdict = parallel().verdict
    job, steps = records(verdict.usage.job)

    told = job_document(job, [*steps, replace(STEP_RECORD, step_number=99)], verdict)

    assert "usage" not in told["steps"][-1]
    assert parse_verdict(stored(told)) == verdict


def test_a_run_has_what_its_jobs_used_together():
    run = replace(RUN_RECORD, used={"cpu_seconds": 12.5})

    assert stored(run_document(run))["used"] == {"cpu_seconds": 12.5}


def test_who_says_whose_the_samples_are_is_told():
    job = replace(JOB_RECORD, used={"samples_identity": "declared"})

    assert job_document(job, [])["samples_identity"] == "declared"


def changed(job: Reported, **fields: Any) -> dict[str, Any]:
    return {**stored(documented(*job[:2])), **fields}


def test_of_an_older_writers_what_is_missing_is_unknown():
    told = changed(parallel())
    del told["usage"]["cpu_steal_seconds"]

    verdict = parse_verdict(told)

    assert verdict
    assert verdict.usage.usage.cpu_steal_seconds is None
    assert verdict.usage.usage.cpu_seconds == parallel().verdict.usage.usage.cpu_seconds


def test_of_a_newer_writers_what_is_more_is_passed_over():
    told = changed(parallel())
    told["usage"]["magic"] = 1

    assert parse_verdict(told) == parallel().verdict


@pytest.mark.parametrize(
    "fields",
    [
        {"usage": 3},
        {"steps": [{"usage": {}}]},
        {"right_size": {}},
        {"findings": [3]},
        {"machine": []},
    ],
    ids=str,
)
def test_what_is_not_as_told_is_an_error(fields: dict[str, Any]):
    with pytest.raises(DocumentError, match="its verdict cannot be read"):
        parse_verdict(changed(parallel(), **fields))


@pytest.mark.parametrize("curves", [3, {}, {"start_ms": 0, "end_ms": 1, "cpu_cores": 3}], ids=str)
def test_curves_that_are_none_are_an_error(curves: object):
    with pytest.raises(DocumentError, match="its curves cannot be read"):
        parse_course(changed(parallel(), curves=curves))


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(
                st.sampled_from(["usage", "steps", "findings", "curves", "step_number"]), x
            )
        ),
        max_leaves=6,
    )
)
def test_whatever_stands_there_is_read_or_refused(found: Any):
    for told in ({"usage": found, "steps": found}, {"curves": found, "steps": found}):
        for parse in (parse_verdict, parse_course):
            try:
                parse(told)
            except DocumentError:
                continue


def test_a_job_of_an_hour_takes_little_room():
    assert len(encode(documented(*hour()[:2]))) < 12_000


def test_a_job_becomes_exactly_this_document():
    """`RENEW_GOLDEN=1` writes it anew; read the difference then."""
    found = job_document(*records(VERDICT.usage.job), VERDICT, COURSE)
    if os.environ.get("RENEW_GOLDEN"):
        GOLDEN.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(GOLDEN.read_text())
    assert parse_verdict(stored(found)) == VERDICT


def test_what_the_first_version_wrote_can_be_read_for_ever():
    told = json.loads(FIRST.read_text())

    verdict, course = parse_verdict(told), parse_course(told)

    assert verdict
    assert course
    assert verdict.sentence == VERDICT.sentence
    assert verdict.diagnoses == VERDICT.diagnoses
    assert verdict.usage.usage.top_by_cpu == VERDICT.usage.usage.top_by_cpu
    assert course.curves(2).memory_bytes == pytest.approx(CURVES.memory_bytes, rel=1e-3)
