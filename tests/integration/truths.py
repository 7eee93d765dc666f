"""A simulated day's truth in, what the tables must say out."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from src.simulate.rows import JobTruth, RunTruth, StepTruth
from src.simulate.truth import Truth
from tests.insights.stack import Insights
from tests.integration.expected import Facts
from tests.integration.readings import newest

Key = tuple[object, ...]

_NAMES = {
    "repository": "repository_full_name",
    "workflow": "workflow_name",
    "run_id": "workflow_run_id",
    "attempt": "run_attempt",
}
_JOB_NAMES = _NAMES | {"name": "job_name"}
_STEP_NAMES = _NAMES | {
    "number": "step_number",
    "name": "step_name",
    "conclusion": "step_conclusion",
}
_IDS = frozenset({"run_id", "job_id"})  # numbers at GitHub, texts in the tables

# A replay's deliveries do not come at the moments of the day, and nothing else tells when an
# approval was given. Both are told at a job's completion, not before.
APPROVAL_FIGURES = frozenset({"queue_seconds", "approval_seconds"})


def assert_true(tables: Insights, *truths: Truth) -> None:
    """Each run, job and step of these days once, saying what is true of it, and nothing else."""
    for table, name in (
        ("WorkflowRuns", "runs"),
        ("WorkflowJobs", "jobs"),
        ("WorkflowSteps", "steps"),
    ):
        expected = {
            _key(facts): facts for truth in truths for facts in _facts(getattr(truth, name))
        }
        rows = {_key(row): row for row in newest(tables, table).values()}
        assert rows.keys() == expected.keys()
        wrong = {key: _untrue(rows[key], facts) for key, facts in expected.items()}
        assert {key: told for key, told in wrong.items() if told} == {}


def _untrue(row: Facts, facts: Facts) -> dict[str, tuple[object, object]]:
    """What a row tells, and what it should, where that differs."""
    return {name: (row.get(name), fact) for name, fact in facts.items() if row.get(name) != fact}


def _facts(truths: tuple[RunTruth | JobTruth | StepTruth, ...]) -> Iterator[Facts]:
    for truth in truths:
        match truth:
            case RunTruth():
                yield _renamed(truth, _NAMES)
            case JobTruth():
                is_told = truth.completed_at and not truth.approval
                skipped = frozenset() if is_told else APPROVAL_FIGURES
                yield _renamed(truth, _JOB_NAMES, skipped | {"approval"})
            case StepTruth():
                yield _renamed(truth, _STEP_NAMES, frozenset({"execution"}))


def _renamed(truth: Any, names: dict[str, str], skipped: frozenset[str] = frozenset()) -> Facts:
    fields = {name: value for name, value in asdict(truth).items() if name not in skipped}
    return {names.get(k, k): str(v) if k in _IDS else v for k, v in fields.items()}


def _key(facts: Facts) -> Key:
    """What a run attempt, a job or a step is known by."""
    names = ("workflow_run_id", "run_attempt", "job_id", "step_number")
    return tuple(facts.get(name) for name in names)
