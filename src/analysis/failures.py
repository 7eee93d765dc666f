"""A failed job in; what kind of failure it was, as far as it can be told without logs, out.

Evidence comes in kinds that know nothing of each other: what the step was short of, its exit code,
GitHub's conclusion, the step's name, what a user recorded. The best of each kind adds to its
category; the category with most behind it is the answer, whatever was found first.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .diagnosis import Diagnosis
from .failure_signs import (
    CATEGORIES,
    ELSEWHERE,
    SIGNS_BY_CONCLUSION,
    SIGNS_BY_EXIT_CODE,
    SIGNS_BY_FINDING,
    SIGNS_BY_STEP,
    UNKNOWN,
    Sign,
    StepSign,
)
from .timeline import FAILED, Job, has_failed
from .usage import JobUsage, StepUsage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Iterator, Mapping, Optional

RECORDED_CONFIDENCE = 0.99
LIKELY_CONFIDENCE = 0.6
"""From here on a category is likely, below it is possible."""

_AGAIN = {True: "may pass if run again", False: "would probably fail again"}
_BY_GITHUB = "conclusion"


class Recorded(NamedTuple):
    """A failure as a user recorded it: one of the categories, or none, and a reason."""

    category: str = ""
    reason: str = ""


class Failure(NamedTuple):
    """What kind of failure it was; `is_transient`: may pass by itself, None if that is unknown.

    `confidence` is between 0 (nothing is known) and 1. `evidence` is all that was seen, the most
    telling first. `step` is the number of the step that failed first, None where none did.
    """

    category: str
    confidence: float
    is_transient: Optional[bool]
    words: str
    advice: str
    evidence: tuple[Sign, ...]
    step: Optional[int] = None


def explain_failure(
    used: JobUsage,
    diagnoses: Mapping[int, Diagnosis],
    of_job: Diagnosis,
    *,
    exit_code: Optional[int] = None,
    recorded: Optional[Recorded] = None,
) -> Optional[Failure]:
    """The failure of a job, None where it did not fail; `diagnoses` are by step's number."""
    if not has_failed(used.job):
        return None
    step = _failed_step(used)
    of_step = diagnoses.get(step.step.number, Diagnosis()) if step else Diagnosis()
    evidence = (
        *_signs("recorded", _recorded(recorded)),
        *_signs("finding", _found(of_step)),
        *_signs("finding", _found_elsewhere(of_job, of_step)),
        *_signs("exit code", SIGNS_BY_EXIT_CODE.get(exit_code or 0, ())),
        *_signs(_BY_GITHUB, _concluded(used.job, step)),
        *_signs("step", _named(step)),
    )
    return _failure(step, _best_of_each(evidence))


def say_failure(failure: Failure) -> str:
    """`resource: ran out of memory (step 2, make, failed), likely; would probably fail again`.

    How likely it is, to the word, however exact the figure looks; what is not known is not said.
    """
    again = () if failure.is_transient is None else (_AGAIN[failure.is_transient],)
    sure = "; ".join((*_how_sure(failure), *again))
    return f"{failure.words}, {sure}" if sure else failure.words


def _how_sure(failure: Failure) -> tuple[str, ...]:
    """Nothing of what GitHub says itself, nor of what nobody knows."""
    kinds = [sign.kind for sign in failure.evidence if sign.category == failure.category]
    if failure.category == UNKNOWN or kinds[:1] == [_BY_GITHUB]:
        return ()
    return ("likely",) if failure.confidence >= LIKELY_CONFIDENCE else ("possible",)


def _failed_step(used: JobUsage) -> Optional[StepUsage]:
    """The first that failed; of a job that ran out of time, the one that was cut short."""
    cut_short = {"cancelled"} if used.job.conclusion == "timed_out" else set()
    for words in (FAILED, cut_short):
        for each in used.steps:
            if each.step.conclusion in words:
                return each
    return None


def _signs(kind: str, signs: Iterable[Sign]) -> Iterator[Sign]:
    return (sign._replace(kind=kind) for sign in signs)


def _best_of_each(signs: Iterable[Sign]) -> tuple[Sign, ...]:
    """For each category the best of each kind, the best of all first."""
    best: dict[tuple[str, str], Sign] = {}
    for sign in sorted(signs, key=lambda sign: -sign.confidence):
        best.setdefault((sign.category, sign.kind), sign)
    return tuple(best.values())


def _recorded(recorded: Optional[Recorded]) -> Iterable[Sign]:
    if recorded is None:
        return ()
    if recorded.category in CATEGORIES:
        why = f"recorded: {recorded.reason or recorded.category}"
        return (Sign(recorded.category, RECORDED_CONFIDENCE, why),)
    from .failure_reasons import SIGNS_BY_REASON  # noqa: PLC0415 -- most jobs record nothing

    return _told_by(f"{recorded.category} {recorded.reason}", SIGNS_BY_REASON + SIGNS_BY_STEP)


def _found(diagnosis: Diagnosis) -> Iterator[Sign]:
    for finding in diagnosis.findings:
        yield from SIGNS_BY_FINDING.get(finding.rule, ())


def _found_elsewhere(of_job: Diagnosis, of_step: Diagnosis) -> Iterator[Sign]:
    """What happened in the job beside the step that failed: a weaker sign."""
    near = {finding.rule for finding in of_step.findings}
    for finding in of_job.findings:
        for sign in SIGNS_BY_FINDING.get(finding.rule, ()) if finding.rule not in near else ():
            yield sign._replace(
                confidence=sign.confidence * ELSEWHERE, why=f"{sign.why}, elsewhere"
            )


def _concluded(job: Job, step: Optional[StepUsage]) -> Iterable[Sign]:
    words = (job.conclusion, step.step.conclusion if step else None)
    known = next((word for word in words if word in SIGNS_BY_CONCLUSION), None)
    return SIGNS_BY_CONCLUSION[known] if known else ()


def _named(step: Optional[StepUsage]) -> Iterable[Sign]:
    """By the step's name and by its owner, which for an action tells the action's."""
    return _told_by(f"{step.step.name} {step.owner or ''}") if step else ()


def _told_by(text: str, rows: Iterable[StepSign] = SIGNS_BY_STEP) -> Iterator[Sign]:
    words = _words(text)
    for row in rows:
        if any(_words(mark) in words for mark in row.marks):
            yield Sign(row.category, row.confidence, row.why)


def _words(text: str) -> str:
    """` run actions checkout v4 `: lower-case words, each between spaces."""
    kept = "".join(c if c.isalnum() or c == "+" else " " for c in text.lower())
    return f" {' '.join(kept.split())} "


def _failure(step: Optional[StepUsage], evidence: tuple[Sign, ...]) -> Failure:
    confidence = _confidence(evidence)
    category = max(confidence, key=lambda name: confidence[name], default=UNKNOWN)
    known = CATEGORIES[category]
    nothing = Sign(UNKNOWN, 0.0, "only the log can tell")
    best = next((sign for sign in evidence if sign.category == category), nothing)
    return Failure(
        category,
        round(confidence.get(category, 0.0), 2),
        known.is_transient if best.is_transient is None else best.is_transient,
        f"{category}: {best.why} ({_where(step)})",
        best.advice or known.advice,
        evidence,
        step.step.number if step else None,
    )


def _where(step: Optional[StepUsage]) -> str:
    if step is None:
        return "no step failed"
    ended = "failed" if step.step.conclusion in FAILED else "was cut short"
    return f"step {step.step.number}, {step.step.name}, {ended}"


def _confidence(evidence: Iterable[Sign]) -> dict[str, float]:
    """By category, each kind of evidence taken as independent of the others."""
    doubt: dict[str, float] = {}
    for sign in evidence:
        doubt[sign.category] = doubt.get(sign.category, 1.0) * (1 - sign.confidence)
    return {category: 1 - left for category, left in doubt.items()}
