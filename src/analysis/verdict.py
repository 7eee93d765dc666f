"""What a job used in; what is to be said of it, first of all one sentence, out."""

from __future__ import annotations

from typing import Iterator, Mapping, NamedTuple, Optional

from .amounts import say_seconds
from .diagnosis import EVENT, Diagnosis, Finding, diagnose
from .failures import Failure, Recorded, explain_failure
from .right_size import LARGER, RIGHT, SMALLER, UNKNOWN, RightSize, right_size
from .rules import RULE_BY_NAME, rules_with
from .usage import JobUsage, StepUsage

SIZE_WORDS = {
    LARGER: "too small",
    SMALLER: "larger than needed",
    RIGHT: "the right size",
    UNKNOWN: "of a size that is not judged",
}
"""What is said of the runner, by the verdict on its size."""


class Verdict(NamedTuple):
    """What is to be said of a job; `diagnoses` are of its steps, by number."""

    sentence: str
    usage: JobUsage
    diagnoses: Mapping[int, Diagnosis]
    of_job: Diagnosis
    right_size: RightSize
    failure: Optional[Failure]


def conclude(
    used: JobUsage,
    *,
    thresholds: Optional[Mapping[str, float]] = None,
    exit_code: Optional[int] = None,
    recorded: Optional[Recorded] = None,
) -> Verdict:
    """The verdict on what a job used.

    Raises:
        ThresholdError: `thresholds` names one that does not exist.
    """
    rules = rules_with(thresholds or {})
    diagnoses = {each.step.number: diagnose(each.usage, used.machine, rules) for each in used.steps}
    of_job = diagnose(used.usage, used.machine, rules)
    size = right_size(used.usage, used.machine)
    return Verdict(
        f"The runner is {SIZE_WORDS[size.verdict]}; {_peak(used, diagnoses, of_job)}.",
        used,
        diagnoses,
        of_job,
        size,
        explain_failure(used, diagnoses, of_job, exit_code=exit_code, recorded=recorded),
    )


def _peak(used: JobUsage, diagnoses: Mapping[int, Diagnosis], of_job: Diagnosis) -> str:
    """Which step peaks, and what it is short of."""
    found = list(_bottlenecks(used, diagnoses))
    if found:
        # What stopped work goes before what took long.
        step, finding = max(found, key=lambda each: (each[1].strength >= EVENT, _seconds(each[0])))
        return f"{_takes(step, used)} and {_is(finding)}"
    if of_job.findings:
        return f"no step stands out, but the job {_is(of_job.findings[0])}"
    longest = max(used.steps, key=_seconds, default=None)
    if longest is None or not _seconds(longest):
        return "nothing is known of its steps"
    unjudged = diagnoses[longest.step.number].unjudged
    said = f"is not judged: {unjudged}" if unjudged else "is short of nothing"
    return f"{_takes(longest, used)} and {said}"


def _bottlenecks(
    used: JobUsage, diagnoses: Mapping[int, Diagnosis]
) -> Iterator[tuple[StepUsage, Finding]]:
    """Each step that has one, with the one that it has first of all."""
    for each in used.steps:
        findings = diagnoses[each.step.number].findings
        if findings:
            yield each, findings[0]


def _seconds(step: StepUsage) -> float:
    return step.usage.seconds or 0.0


def _takes(step: StepUsage, used: JobUsage) -> str:
    whole = f" of {say_seconds(used.usage.seconds)}" if used.usage.seconds else ""
    return f"`{step.step.name}` takes {say_seconds(_seconds(step))}{whole}"


def _is(finding: Finding) -> str:
    return f"{RULE_BY_NAME[finding.rule].verb} {finding.words}"
