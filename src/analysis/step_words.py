"""A step and its diagnosis in; the verdict on it in a word or two, as a table has room for, out."""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import say_seconds
from .diagnosis import EVENT, Diagnosis
from .rules import RULE_BY_NAME, SHORT_SECONDS
from .usage import NONE, StepUsage

STOPPED, SHORT, HEALTHY, UNJUDGED = "stopped", "short", "healthy", "unjudged"
"""What a word means: something stopped the step, it was short of something, of nothing, or who
knows."""


class StepWord(NamedTuple):
    """`words` may be empty: there is nothing to say of a step that is not over."""

    words: str
    kind: str


def step_word(step: StepUsage, diagnosis: Diagnosis) -> StepWord:
    """What to say of a step first of all."""
    if diagnosis.findings:
        first = diagnosis.findings[0]
        title = RULE_BY_NAME[first.rule].title.removeprefix("a ")
        return StepWord(title, STOPPED if first.strength >= EVENT else SHORT)
    usage = step.usage
    if step.step.conclusion == "skipped" or usage.seconds is None:
        return StepWord(step.step.conclusion or "", UNJUDGED)
    if usage.seconds < SHORT_SECONDS:
        return StepWord(f"under {say_seconds(SHORT_SECONDS)}", UNJUDGED)
    if usage.samples == NONE:
        return StepWord("not seen", UNJUDGED)
    if diagnosis.unjudged:
        return StepWord("hardly seen", UNJUDGED)
    return StepWord("healthy", HEALTHY)
