from __future__ import annotations

import pytest

from src.analysis.failures import Recorded
from src.analysis.judge import judge
from src.analysis.timeline import Job, Step
from src.analysis.verdict import Verdict
from tests.cli.analysed import JOB_ID, START_MS, batch

JOB = Job(
    "build",
    START_MS,
    START_MS + 120_000,
    (
        Step(1, "make -j2", START_MS, START_MS + 60_000, "success"),
        Step(2, "sleep 60", START_MS + 60_000, START_MS + 120_000, "failure"),
    ),
    "failure",
)
BATCHES = [batch(number, {"job_id": JOB_ID}) for number in range(4)]


def rules(verdict: Verdict) -> dict[int, list[str]]:
    return {n: [f.rule for f in each.findings] for n, each in verdict.diagnoses.items()}


def test_a_job_and_its_batches_have_a_verdict():
    verdict = judge(JOB, BATCHES)

    assert rules(verdict) == {1: ["cpu_bound"], 2: ["waiting"]}
    assert "`make -j2` takes 1 min of 2 min and is CPU-bound" in verdict.sentence
    assert verdict.usage.steps[0].usage.cpu_seconds == pytest.approx(120)


def test_skew_moves_the_samples_thresholds_the_rules_and_what_is_told_the_failure():
    assert rules(judge(JOB, BATCHES, skew_ms=-60_000))[1] == ["waiting"]
    assert rules(judge(JOB, BATCHES, thresholds={"cpu_bound": 101}))[1] == []
    for told in ({"exit_code": 137}, {"recorded": Recorded("resource", "out of sleep")}):
        failure = judge(JOB, BATCHES, **told).failure
        assert failure is not None
        assert failure.category == "resource"


def test_without_samples_all_is_said_to_be_unseen():
    verdict = judge(JOB, [])
    assert verdict.diagnoses[1].unjudged == "nothing was seen of it"
    assert verdict.right_size.verdict == "unknown"
