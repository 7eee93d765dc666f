"""A step and its diagnosis in; the verdict on it in a word or two, as a table has room for, out."""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import say_seconds
from .diagnosis import EVENT, NOT_OVER, Diagnosis
from .rules import RULE_BY_NAME, SHORT_SECONDS
from .timeline import FAILED
from .usage import NONE, StepUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

STOPPED, SHORT, HEALTHY, UNJUDGED = "stopped", "short", "healthy", "unjudged"
"""What a word means: something stopped the step, it was short of something, of nothing, or who
knows."""


class StepWord(NamedTuple):
    """`words` may be empty: there is nothing to say of a step of which nothing is known."""

    words: str
    kind: str


_ENDINGS = {"failure": "failed", "startup_failure": "did not start"}
_CANCELLED = "cancelled"


def ending(conclusion: Optional[str]) -> str:
    """How a job or a step ended, where that is not well: `failed`, `timed out`; else nothing."""
    if conclusion not in {*FAILED, _CANCELLED}:
        return ""
    return _ENDINGS.get(conclusion, conclusion.replace("_", " "))


def step_word(step: StepUsage, diagnosis: Diagnosis) -> StepWord:
    """What to say of a step first of all: that it failed or goes on, what it was short of."""
    word, ended = _of_use(step, diagnosis), _ended(step, diagnosis)
    if not ended:
        return word
    words = f"{ended}, {word.words}" if diagnosis.findings else ended
    return StepWord(words, STOPPED if step.step.conclusion in FAILED else word.kind)


def _ended(step: StepUsage, diagnosis: Diagnosis) -> str:
    return "not over" if diagnosis.unjudged == NOT_OVER else ending(step.step.conclusion)


def _of_use(step: StepUsage, diagnosis: Diagnosis) -> StepWord:
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
