"""A document is what its parts make of it, in whatever order and however often they come."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.model.document import (
    JOB,
    RUN,
    DocumentError,
    NewerDocumentError,
    compose,
    decode,
    document,
    encode,
)
from src.model.semconv import TERMS_BY_EVENT
from src.model.terms import JOB_EVENT, RUN_EVENT, STEP_EVENT
from tests.model.made_records import JOB_RECORD, RUN_RECORD, STEP_RECORD


def job_part(job_id: int = 1, revision: int = 3_000_000, content_hash: str = "a") -> dict[str, Any]:
    record = replace(
        JOB_RECORD,
        record_id=f"github.com/jobs/{job_id}",
        job_id=job_id,
        revision=revision,
        content_hash=content_hash,
    )
    return {**document(JOB, record), "steps": []}


RUN_PART = document(RUN, RUN_RECORD)
parts = st.builds(job_part, st.integers(1, 4), st.integers(0, 9), st.sampled_from("abc"))


def named(*told: Mapping[str, Any]) -> dict[str, bytes]:
    return {str(number): encode(part) for number, part in enumerate(told)}


@given(st.lists(parts, max_size=12), st.randoms(use_true_random=False))
def test_parts_make_the_same_document_in_any_order_and_number(
    told: list[dict[str, Any]], rng: Random
):
    again = [*told, *rng.choices(told, k=5)] if told else []
    rng.shuffle(again)

    assert compose(named(*again)) == compose(named(*told))


@given(st.lists(parts, max_size=12))
def test_of_each_job_the_highest_revision_counts(told: list[dict[str, Any]]):
    newest: dict[int, tuple[int, str]] = {}
    for part in told:
        name = (part["revision"], part["content_hash"])
        newest[part["job_id"]] = max(newest.get(part["job_id"], name), name)

    found = compose(named(*told))["jobs"]

    assert len(found) == len(newest)
    assert {job["job_id"]: (job["revision"], job["content_hash"]) for job in found} == newest


@given(st.lists(parts, max_size=6), st.integers(0, 5))
def test_what_was_composed_before_may_be_composed_with_what_came_later(
    told: list[dict[str, Any]], cut: int
):
    early = compose(named(*told[:cut]))["jobs"]

    assert compose(named(*early, *told[cut:])) == compose(named(*told))


def test_jobs_stand_in_the_order_in_which_they_began():
    hours = {1: "12", 2: "11", 3: "13"}
    told = [
        {**job_part(number), "started_at": f"2026-03-01T{hour}:00:00Z"}
        for number, hour in hours.items()
    ]

    assert [job["job_id"] for job in compose(named(*told))["jobs"]] == [2, 1, 3]


def test_a_run_without_jobs_and_jobs_without_a_run_are_documents():
    assert compose(named(RUN_PART)) == {
        "version": 1,
        "run": RUN_PART,
        "jobs": [],
        "complaints": [],
    }
    assert compose(named(job_part()))["run"] is None
    assert compose({}) == {"version": 1, "run": None, "jobs": [], "complaints": []}


WHOLE = encode(job_part())
FOREIGN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "torn, or no document"),
    "torn": (WHOLE[:-9], "torn, or no document"),
    "cut in its middle": (WHOLE[: len(WHOLE) // 2], "torn, or no document"),
    "changed": (WHOLE[:60] + b"?" + WHOLE[61:], "torn, or no document"),
    "not compressed": (b"{}", "torn, or no document"),
    "no JSON": (gzip.compress(b"{"), "torn, or no document"),
    "too deep": (gzip.compress(b"[" * 100_000), "torn, or no document"),
    "no object": (encode([]), "it is no document"),  # type: ignore[arg-type]
    "no version": (encode({"kind": "job"}), "it is no document"),
    "another kind": (encode({**job_part(), "kind": "cat"}), "it tells of no run and no job"),
    "no name": (encode({"version": 1, "kind": "job"}), "it tells of no run and no job"),
    "newer": (encode({**job_part(), "version": 2}), "its version is 2, and 1 is the newest"),
}


@pytest.mark.parametrize(("body", "complaint"), FOREIGN.values(), ids=FOREIGN)
def test_what_is_no_part_is_told_and_costs_nobody_else(body: bytes, complaint: str):
    with pytest.raises(DocumentError, match=complaint):
        decode(body)

    found = compose({"a": WHOLE, "b": body, "c": encode(RUN_PART)})

    assert found["run"] == RUN_PART
    assert len(found["jobs"]) == 1
    [told] = found["complaints"]
    assert told.startswith("b was left out: ")


def test_where_the_newest_revision_is_torn_the_one_before_it_counts():
    newer = encode(job_part(revision=3_000_001))

    [job] = compose({"old": WHOLE, "new": newer[:-9]})["jobs"]

    assert job["revision"] == 3_000_000


def test_a_newer_version_is_another_error_than_a_torn_one():
    with pytest.raises(NewerDocumentError):
        decode(FOREIGN["newer"][0])


def test_what_a_newer_writer_adds_is_kept():
    assert decode(encode({**job_part(), "more": 1}))["more"] == 1


def test_the_same_part_is_the_same_bytes():
    assert encode(job_part()) == WHOLE
    assert decode(WHOLE) == job_part()


@pytest.mark.parametrize(
    ("record", "event"),
    [(RUN_RECORD, RUN_EVENT), (JOB_RECORD, JOB_EVENT), (STEP_RECORD, STEP_EVENT)],
    ids=["run", "job", "step"],
)
def test_its_names_are_those_of_the_table_of_names(record: Any, event: str):
    names = set(document(None, record))

    assert names <= {term.name for term in TERMS_BY_EVENT[event]}


def test_times_are_texts():
    told = document(RUN, replace(RUN_RECORD, started_at=datetime(2026, 3, 1, 11, tzinfo=UTC)))

    assert told["started_at"] == "2026-03-01T11:00:00Z"
    assert json.loads(json.dumps(told)) == told
