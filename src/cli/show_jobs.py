"""A run's document in; its jobs with their verdicts and courses, as they are drawn, out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..analysis.curves import Course
from ..analysis.durations import RAN
from ..analysis.failure_signs import UNKNOWN
from ..analysis.job_document import FAILURE_ADVICE, FAILURE_CATEGORY, parse_course, parse_verdict
from ..analysis.step_words import HEALTHY, STOPPED, UNJUDGED, StepWord, ending, step_word
from ..analysis.timeline import FAILED
from ..analysis.usage import StepUsage
from ..analysis.verdict import Verdict
from ..model.document import DocumentError


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step; `used` is None where no sampler watched."""

    told: Mapping[str, Any]
    used: StepUsage | None
    word: StepWord


@dataclass(frozen=True, slots=True)
class ShownJob:
    """A job; `verdict` and `course` are None where no sampler watched."""

    told: Mapping[str, Any]
    verdict: Verdict | None
    course: Course | None
    steps: tuple[ShownStep, ...]

    @property
    def name(self) -> str:
        """As GitHub shows it."""
        return str(self.told["job_name"])

    @property
    def failure_in_words(self) -> str:
        """What kind of failure it was and what to do; empty where it did not fail."""
        if self.verdict:
            failure = self.verdict.failure
            return f"{failure.words}. {failure.advice}" if failure else ""
        category = self.told.get(FAILURE_CATEGORY, UNKNOWN)
        told = (category, self.told.get(FAILURE_ADVICE, ""))
        return ". ".join(filter(None, told)) if category != UNKNOWN else ""

    @property
    def is_timed(self) -> bool:
        """Whether it is known how long it ran."""
        return self.told["duration_seconds"] is not None

    @property
    def word(self) -> StepWord:
        """How it ended, or that it did not run."""
        conclusion, execution = self.told["conclusion"], self.told["execution"]
        if execution not in {None, RAN}:
            return StepWord(str(execution).replace("_", " "), UNJUDGED)
        return StepWord(ending(conclusion) or conclusion or "", _kind(conclusion))


def shown_jobs(document: Mapping[str, Any]) -> tuple[list[ShownJob], list[str]]:
    """The jobs, and what is wrong with them, in words."""
    complaints: list[str] = []
    jobs = [_job(told, complaints) for told in document["jobs"]]
    return jobs, [*document["complaints"], *complaints]


def _job(told: Mapping[str, Any], complaints: list[str]) -> ShownJob:
    verdict, course = None, None
    try:
        verdict, course = parse_verdict(told), parse_course(told)
    except DocumentError as exc:
        complaints.append(f"Of {told['job_name']} only its times are shown: {exc}")
    return ShownJob(told, verdict, course, tuple(_steps(told["steps"], verdict)))


def _steps(steps: Sequence[Mapping[str, Any]], verdict: Verdict | None) -> Iterator[ShownStep]:
    used = {each.step.number: each for each in verdict.usage.steps} if verdict else {}
    for told in steps:
        step = used.get(told["step_number"])
        if verdict and step:
            yield ShownStep(told, step, step_word(step, verdict.diagnoses[step.step.number]))
        else:
            yield ShownStep(told, None, _plain_word(told["step_conclusion"]))


def _plain_word(conclusion: str | None) -> StepWord:
    """Of a step that nobody watched only its end is known."""
    words = "" if conclusion in {None, "success"} else ending(conclusion) or str(conclusion)
    return StepWord(words, STOPPED if conclusion in FAILED else UNJUDGED)


def _kind(conclusion: str | None) -> str:
    if conclusion in FAILED:
        return STOPPED
    return HEALTHY if conclusion == "success" else UNJUDGED
