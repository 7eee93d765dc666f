"""How the steps of one job go, by its fate."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from src.simulate.blueprints import Fate, JobBlueprint, StepBlueprint
from src.simulate.plan import Step
from src.simulate.runners import UBUNTU
from src.simulate.steps import cut_steps, job_conclusion, overlap_steps, run_steps

START = datetime(2026, 3, 4, 9, tzinfo=UTC)
JOB = JobBlueprint(
    "test",
    UBUNTU,
    (
        StepBlueprint("checkout", 2, has_post=True),
        StepBlueprint("test", 100),
        StepBlueprint("upload", 10, only_on_push=True),
        StepBlueprint("cache", 5, has_post=True),
    ),
    fragile_step="test",
    timeout_seconds=900,
)


def steps(fate: Fate = Fate.SUCCESS, event: str = "push"):
    return run_steps(Random(1), JOB, event, fate, START)  # noqa: S311


@pytest.mark.parametrize(
    ("fate", "event", "conclusions", "concluded"),
    [
        (Fate.SUCCESS, "push", ["success"] * 4, "success"),
        (Fate.SUCCESS, "pull_request", ["success", "success", "skipped", "success"], "success"),
        (Fate.FAILURE, "push", ["success", "failure", "skipped", "skipped"], "failure"),
        (Fate.RERUN, "push", ["success", "failure", "skipped", "skipped"], "failure"),
        (Fate.TIMED_OUT, "push", ["success", "cancelled", "skipped", "skipped"], "timed_out"),
    ],
)
def test_a_fate_strikes_at_the_fragile_step(
    fate: Fate, event: str, conclusions: list[str], concluded: str
):
    went = steps(fate, event)
    assert [step.conclusion for step in went[1:5]] == conclusions
    assert job_conclusion(went) == concluded


def test_post_steps_come_in_reverse_after_a_gap():
    assert [(step.number, step.name) for step in steps()][4:] == [
        (5, "cache"),
        (9, "Post cache"),
        (10, "Post checkout"),
        (11, "Complete job"),
    ]


def test_what_was_skipped_has_no_post_step():
    assert [step.name for step in steps(Fate.FAILURE)][5:] == ["Post checkout", "Complete job"]


def test_a_hanging_step_takes_the_whole_timeout():
    hanging = steps(Fate.TIMED_OUT)[2]
    assert (hanging.completed_at - hanging.started_at).total_seconds() == 900


def test_a_cut_leaves_nothing_after_its_moment():
    went = steps()
    at = went[2].started_at + timedelta(seconds=3)
    cut = cut_steps(went, at)
    assert cut[:2] == went[:2]
    assert [step.conclusion for step in cut[2:]] == [
        "cancelled",
        *["skipped"] * (len(cut) - 4),
        "success",
    ]
    assert max(step.completed_at for step in cut) == at


def test_a_step_in_the_background_runs_beside_the_next_and_the_rest_waits_for_both():
    went = steps()
    background, beside = 3, 4  # 100 s and 10 s
    overlapping = overlap_steps(went, background)
    before, after = ({step.number: step for step in told} for told in (went, overlapping))
    assert after[beside].started_at == after[background].started_at
    assert [_seconds(step) for step in overlapping] == [_seconds(step) for step in went]
    assert after[5].started_at == before[beside].started_at
    assert overlap_steps(went, beside)[3].started_at == before[beside].started_at


def _seconds(step: Step) -> float:
    return (step.completed_at - step.started_at).total_seconds()
