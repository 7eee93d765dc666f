"""When steps really ran, and under which key."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.simulate.blueprints import JobBlueprint
from src.simulate.plan import Job, Step
from src.simulate.runners import UBUNTU
from src.simulate.spans import action_keys, job_epoch, job_spans

START = datetime(2026, 3, 4, 9, tzinfo=UTC)


def job(seconds: list[int], conclusion: str = "success") -> Job:
    moment, steps = START, []
    for number, lasts in enumerate(seconds, 1):
        after = moment + timedelta(seconds=lasts)
        steps.append(Step(number, f"step {number}", conclusion, moment, after))
        moment = after
    return Job(1, JobBlueprint("job", UBUNTU, ()), START, steps=tuple(steps))


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["Set up job", "make", "Complete job"], [None, "__run", None]),
        (["make", "Run make test", "make"], ["__run", "__run_2", "__run_3"]),
        (["Run actions/checkout@v4"], ["__actions_checkout"]),
        (
            ["Run github/codeql-action/init@v3", "Run a/b@v1", "Run a/b@v2"],
            ["__github_codeql-action", "__a_b", "__a_b_2"],
        ),
        (
            ["Run actions/checkout@v4", "make", "Post Run actions/checkout@v4"],
            ["__actions_checkout", "__run", "__actions_checkout"],
        ),
    ],
)
def test_keys_are_the_runners(names: list[str], keys: list[str | None]):
    assert action_keys(names) == keys


def test_keys_that_names_do_not_tell_are_given():
    given = {"Get the code": "__actions_checkout", "unit tests": "tests"}
    names = ["Get the code", "make", "unit tests", "make check", "Post Get the code"]
    expected = ["__actions_checkout", "__run", "tests", "__run_2", "__actions_checkout"]
    assert action_keys(names, given) == expected


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.integers())
def test_steps_run_one_after_another_and_github_cuts_off_their_times(seconds: list[int], seed: int):
    planned = job(seconds)
    spans = job_spans(Random(seed), planned)  # noqa: S311
    epoch = job_epoch(planned)
    for before, span in zip((None, *spans), spans, strict=False):
        assert before is None or span.start == before.end
        assert span.start < span.end
        assert epoch + timedelta(seconds=int(span.start)) == span.step.started_at
        assert epoch + timedelta(seconds=int(span.end)) == span.step.completed_at


def test_what_was_skipped_has_no_span():
    assert job_spans(Random(1), job([1, 2], "skipped")) == ()  # noqa: S311
