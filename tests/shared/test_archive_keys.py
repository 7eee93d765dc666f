"""Keys say whose a part is, whatever names it has."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.model.document import JOB, RUN, document
from src.shared.archive_keys import (
    Attempt,
    attempt_of,
    attempts_in,
    part_key,
    repository_folder,
    repository_key,
    run_folder,
    runs_in,
)
from tests.model.made_records import JOB_RECORD, RUN_RECORD

RUN_PART, JOB_PART = document(RUN, RUN_RECORD), document(JOB, JOB_RECORD)


def test_keys_are_as_documented():
    folder = "archive/runs/301/github.com/77/2/"

    assert part_key(RUN_PART) == f"{folder}run-3000000-c0ffee.json.gz"
    assert part_key(JOB_PART) == f"{folder}job-501-3000000-beef.json.gz"
    assert repository_key(JOB_PART) == "archive/repositories/github.com/acme%2Frocket/301-2"


def test_another_revision_is_another_object():
    assert part_key({**JOB_PART, "revision": 3_000_001}) != part_key(JOB_PART)
    assert part_key({**JOB_PART, "content_hash": "dead"}) != part_key(JOB_PART)


def test_without_an_attempt_it_is_the_first():
    assert attempt_of({**JOB_PART, "run_attempt": None}).attempt == 1


parts = st.builds(
    lambda kind, **fields: {**kind, **fields},
    st.sampled_from([RUN_PART, JOB_PART]),
    workflow_run_id=st.integers(1, 2**53),
    run_attempt=st.integers(1, 20),
    host=st.from_regex(r"[a-z.:-]{1,20}", fullmatch=True),
    repository_id=st.integers(1, 2**53),
)


@given(st.lists(parts, max_size=5))
def test_attempts_are_found_by_their_keys(told: list[dict[str, Any]]):
    found = attempts_in(part_key(part) for part in told)

    assert set(found) == {attempt_of(part) for part in told}
    assert list(found) == sorted(found)
    assert {key for keys in found.values() for key in keys} == {part_key(part) for part in told}
    assert all(key.startswith(attempt.folder) for attempt, keys in found.items() for key in keys)


@given(parts)
def test_all_of_a_run_lies_in_one_folder(part: dict[str, Any]):
    assert part_key(part).startswith(run_folder(part["workflow_run_id"]))


@pytest.mark.parametrize(
    "key",
    [
        "archive/runs/301",
        "archive/runs/301/github.com/77/2",
        "archive/runs/x/github.com/77/2/run-1-a.json.gz",
        "archive/runs/301/github.com/x/2/run-1-a.json.gz",
        "archive/runs/301/github.com/77/x/run-1-a.json.gz",
        "archive/runs/301/github.com/77/2/more/run-1-a.json.gz",
    ],
)
def test_what_else_lies_there_is_no_attempts(key: str):
    assert attempts_in([key]) == {}


def test_the_latest_attempt_of_a_run_is_the_last():
    attempts = [Attempt(301, number, "github.com", 77) for number in (10, 9, 1)]
    keys = [f"{attempt.folder}run-1-a.json.gz" for attempt in attempts]

    assert [attempt.attempt for attempt in attempts_in(keys)] == [1, 9, 10]


def test_runs_of_a_repository_are_in_their_order():
    folder = repository_folder("github.com", "ACME/Rocket")

    assert repository_key(JOB_PART).startswith(folder)
    assert runs_in([f"{folder}9-1", f"{folder}10-2", f"{folder}10-1", f"{folder}x-1"]) == [9, 10]
