import json
from pathlib import Path

import pytest

from src.analysis.build_metrics import BUILD_METRICS
from src.analysis.failure_signs import CATEGORIES
from src.analysis.figures import FORMULAS, UNITS
from src.analysis.judge import judge
from src.analysis.right_size import FULL_MEAN_PERCENT, IDLE_MEAN_PERCENT, IDLE_PEAK_PERCENT
from src.analysis.rules import ENOUGH_PERCENT, RULES, SHORT_SECONDS, thresholds
from src.analysis.timeline import Job, Step
from src.analysis.usage import Usage
from src.cli.analyse_json import verdict_json
from src.model.terms import Term
from src.model.used_terms import USAGE_TERMS
from tests.cli.analysed import JOB_ID, START_MS, batch

PAGE = (Path(__file__).parents[2] / "docs" / "telemetry.md").read_text()
SECTIONS = dict(part.split("\n", 1) for part in PAGE.split("\n## ")[1:])


def rows(section: str) -> list[list[str]]:
    """The cells of the section's tables."""
    lines = SECTIONS[section].splitlines()
    return [[c.strip() for c in line.strip("|").split("|")] for line in lines if line[:1] == "|"]


@pytest.mark.parametrize("term", USAGE_TERMS, ids=lambda term: term.name)
def test_each_figure_is_there_with_unit_and_meaning(term: Term):
    told = [row for row in rows("What a step used") if row[0] == f"`{term.name}`"]

    assert [(row[2], row[-1]) for row in told] == [(term.unit, term.meaning)]


def test_each_build_metric_is_there_with_its_figure():
    for metric in BUILD_METRICS:
        assert [f"`{metric.name}`", f"`{metric.figure}`"] in rows("What a step used")


def test_each_rule_is_there_once_with_its_advice():
    named = [row[0] for row in rows("What a step was short of")]
    for rule in RULES:
        assert named.count(f"`{rule.name}`") == 2  # as a rule, and as its first threshold
        assert rule.advice in SECTIONS["What a step was short of"]


def test_each_threshold_is_there_with_figure_and_default():
    told = {row[0]: row for row in rows("What a step was short of") if len(row) == 4}
    for name, limit in thresholds().items():
        figure, needed = told[f"`{name}`"][1:3]
        assert figure == f"`{limit.figure}`"
        assert needed.startswith("at most" if limit.at_most else "at least")
        assert f"{limit.threshold:g}" in needed or f"({limit.threshold:.0f})" in needed


def test_each_related_figure_is_there_with_its_formula():
    assert FORMULAS.keys() | set(Usage._fields) >= UNITS.keys()
    for name, formula in FORMULAS.items():
        assert [f"`{name}`", UNITS[name], formula] in rows("What a step was short of")


def test_the_shape_of_the_answer_is_the_answer_s():
    batches = [batch(number, {"job_id": JOB_ID}) for number in range(4)]
    first, second = (
        Step(1, "make", 0, START_MS, "failure"),
        Step(2, "b", START_MS, START_MS + 60_000),
    )
    job = Job("build", START_MS, START_MS + 120_000, (first, second), "failure")
    answer = json.loads(verdict_json(judge(job, batches), []))
    told = dict(row[:2] for row in rows("The answer of `analyse --json`")[2:])

    assert [name.strip("`") for name in told] == list(answer)
    for key in ("job", "machine", "right_size", "failure", "steps"):
        value = answer[key][0] if key == "steps" else answer[key]
        assert {name for name in value if f"`{name}`" not in told[f"`{key}`"]} == set(), key
    finding = answer["steps"][1]["findings"][0]
    assert all(f"`{name}`" in SECTIONS["The answer of `analyse --json`"] for name in finding)


def test_each_category_is_there_with_its_advice():
    told = {row[0]: row for row in rows("Why a job failed")}
    for name, category in CATEGORIES.items():
        assert told[f"`{name}`"][1::2] == [category.meaning, category.advice]


def test_the_prose_says_what_the_code_does():
    short = " ".join(SECTIONS["What a step was short of"].split())
    assert f"lasted less than {SHORT_SECONDS:g} s" in short
    assert ENOUGH_PERCENT == 50
    assert "less than half was seen" in short
    assert f"at {FULL_MEAN_PERCENT:g} % or more on average" in short
    assert f"at {IDLE_MEAN_PERCENT:g} % or less on average and never above" in short
    assert f"never above {IDLE_PEAK_PERCENT:g} %" in short
