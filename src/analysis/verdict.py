"""What a job used in; what is to be said of it, first of all one sentence, out."""

from __future__ import annotations

from ..model.named_tuples import NamedTuple
from .amounts import say_seconds
from .diagnosis import EVENT, Diagnosis, Finding, diagnose
from .figures import is_beside_others
from .right_size import (
    LARGER,
    RIGHT,
    SMALLER,
    UNKNOWN,
    RightSize,
    is_mostly_idle,
    right_size,
)
from .rule import CORES, MEMORY, Rule
from .rules import RULE_BY_NAME, rules_with
from .timeline import FAILED, has_failed, is_under_way
from .usage import NONE, JobUsage, StepUsage, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Mapping, Optional

    from .failures import Failure, Recorded

SIZES = {
    LARGER: "The runner is too small",
    SMALLER: "The runner is larger than needed",
    RIGHT: "The runner is the right size",
    UNKNOWN: "The runner's size is not judged",
}
"""What is said of the runner, by the verdict on its size."""

FITS = "The runner fits, though a larger one would be faster"
"""What is said of one of the right size on which a step is short of cores."""

PEAKS = "The runner is mostly idle, but half of it would not hold its peaks"
"""What is said of one of the right size that is hardly used on average."""

TRANSFERS = frozenset({"download_heavy", "upload_heavy"})
NOTABLE_SHARE = 0.1
"""Of a job's time: a step that takes less of it is not what the job's sentence is about."""


class Verdict(NamedTuple):
    """What is to be said of a job; `diagnoses` are of its steps, by number.

    `of_size` says of the runner's size what `sentence` begins with.
    """

    sentence: str
    of_size: str
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
    diagnoses = dict(_diagnoses(used, rules))
    whole = _without_own_kills(used.usage, diagnoses)
    of_job = diagnose(
        whole,
        used.machine,
        rules,
        has_failed=has_failed(used.job),
        cpu_others_percent=used.cpu_others_percent,
    )
    lacking = _lacking(used, diagnoses, of_job)
    size = right_size(whole, used.machine, is_short_of_memory=MEMORY in lacking)
    of_size = _of_right_size(whole, used, lacking) if size.verdict == RIGHT else SIZES[size.verdict]
    failure = None
    if has_failed(used.job):
        # Most jobs do not fail, and on a runner each module that is loaded costs.
        from .failures import explain_failure  # noqa: PLC0415

        failure = explain_failure(used, diagnoses, of_job, exit_code=exit_code, recorded=recorded)
    sentence = f"{of_size}; {_peak(used, diagnoses, of_job)}."
    return Verdict(sentence, of_size, used, diagnoses, of_job, size, failure)


def _of_right_size(whole: Usage, used: JobUsage, lacking: set[str]) -> str:
    if CORES in lacking:
        return FITS
    return PEAKS if is_mostly_idle(whole, used.machine) else SIZES[RIGHT]


def findings(verdict: Verdict) -> Iterator[tuple[Optional[StepUsage], tuple[Finding, ...]]]:
    """Each step that has some, with them; at last, without a step, what only the job shows."""
    told = set()
    for each in verdict.usage.steps:
        of_step = verdict.diagnoses[each.step.number].findings
        told |= {finding.rule for finding in of_step}
        if of_step:
            yield each, of_step
    rest = tuple(finding for finding in verdict.of_job.findings if finding.rule not in told)
    if rest:
        yield None, rest


def _diagnoses(used: JobUsage, rules: tuple[Rule, ...]) -> Iterator[tuple[int, Diagnosis]]:
    """Each step's, by number, without what an earlier step left behind and did not hurt it."""
    left: set[str] = set()
    for each in sorted(used.steps, key=lambda each: each.step.start_ms or 0):
        is_failed = each.step.conclusion in FAILED
        diagnosis = diagnose(
            each.usage,
            used.machine,
            rules,
            has_failed=is_failed,
            is_under_way=is_under_way(each.step, used.job),
            cpu_others_percent=used.cpu_others_percent,
        )
        if each.usage.samples != NONE:
            lasting = {f.rule for f in diagnosis.findings if RULE_BY_NAME[f.rule].lasts}
            inherited = set() if is_failed else left & lasting
            own = tuple(f for f in diagnosis.findings if f.rule not in inherited)
            diagnosis, left = diagnosis._replace(findings=own), lasting
        yield each.step.number, diagnosis


def _without_own_kills(usage: Usage, diagnoses: Mapping[int, Diagnosis]) -> Usage:
    """The job's usage; kills at limits of a step's own say nothing of the machine."""
    rules = {finding.rule for each in diagnoses.values() for finding in each.findings}
    is_own = "own_memory_limit" in rules and "out_of_memory" not in rules
    return usage._replace(out_of_memory_kills=0) if is_own else usage


def _lacking(used: JobUsage, diagnoses: Mapping[int, Diagnosis], of_job: Diagnosis) -> set[str]:
    """What a larger runner would have more of, for what the job's sentence may be about."""
    found = (finding for _, finding in _bottlenecks(used, diagnoses))
    firsts = (*found, *_of_the_whole(used, diagnoses, of_job))
    return {RULE_BY_NAME[finding.rule].lacks for finding in firsts}


def _peak(used: JobUsage, diagnoses: Mapping[int, Diagnosis], of_job: Diagnosis) -> str:
    """Which step peaks, and what it is short of."""
    found = list(_bottlenecks(used, diagnoses))
    if found:
        # What stopped work goes before what took long.
        step, finding = max(found, key=lambda each: (each[1].strength >= EVENT, _seconds(each[0])))
        return f"{_takes(step, used)} and {_is(finding)}"
    beside = [f"; the job as a whole {_is(f)}" for f in _of_the_whole(used, diagnoses, of_job)]
    whole = "".join(beside[:1])
    longest = max(used.steps, key=_seconds, default=None)
    if longest is None or not _seconds(longest):
        return f"nothing is known of its steps{whole}"
    said = _said_of(longest, diagnoses[longest.step.number])
    return f"{_takes(longest, used)} and {said}{whole}"


def _said_of(step: StepUsage, diagnosis: Diagnosis) -> str:
    """Of one without a finding; what only the whole machine tells may yet be its doing."""
    if diagnosis.unjudged:
        return f"is not judged: {diagnosis.unjudged}"
    return "ran beside others" if is_beside_others(step.usage) else "is short of nothing"


def _of_the_whole(
    used: JobUsage, diagnoses: Mapping[int, Diagnosis], of_job: Diagnosis
) -> Iterator[Finding]:
    """What only the job as a whole is short of: nothing where a step is, be it for a moment."""
    if any(diagnosis.findings for diagnosis in diagnoses.values()):
        return
    for finding in of_job.findings:
        is_transfer = finding.rule in TRANSFERS
        if not is_transfer or _transfer_seconds(used, finding.rule) >= _notable_seconds(used):
            yield finding


def _transfer_seconds(used: JobUsage, name: str) -> float:
    """How long steps took that received, or sent, as fast as a step must to be told of it."""
    limits = RULE_BY_NAME[name].limits
    [least] = (limit for limit in limits if limit.figure.endswith("_bytes_per_second"))
    return sum(
        _seconds(step) for step in used.steps if least.holds(getattr(step.usage, least.figure))
    )


def _bottlenecks(
    used: JobUsage, diagnoses: Mapping[int, Diagnosis]
) -> Iterator[tuple[StepUsage, Finding]]:
    """Each step that has one worth telling, with the one that it has first of all."""
    for each in used.steps:
        for first in diagnoses[each.step.number].findings[:1]:
            if first.strength >= EVENT or _seconds(each) >= _notable_seconds(used):
                yield each, first


def _notable_seconds(used: JobUsage) -> float:
    return NOTABLE_SHARE * (used.usage.seconds or 0.0)


def _seconds(step: StepUsage) -> float:
    return step.usage.seconds or 0.0


def _takes(step: StepUsage, used: JobUsage) -> str:
    whole = f" of {say_seconds(used.usage.seconds)}" if used.usage.seconds else ""
    return f"`{step.step.name}` takes {say_seconds(_seconds(step))}{whole}"


def _is(finding: Finding) -> str:
    return f"{RULE_BY_NAME[finding.rule].verb} {finding.words}"
