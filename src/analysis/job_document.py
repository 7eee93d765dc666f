"""Records of a run or of a job with what its samples say in; its document, out; and back.

`model/document.py` says what documents are for and what else is in them. Names are those of the
records, of `Usage`, of `Finding`, `RightSize` and `Failure`; times of the judge are epoch
milliseconds.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Iterable, Mapping, Optional

from ..model.document import JOB, RUN, DocumentError, document
from ..model.records import JobRecord, RunRecord, StepRecord
from .curves import Course
from .diagnosis import Diagnosis, Evidence, Finding
from .failure_signs import Sign
from .failures import Failure
from .kept_curves import KeptCourse, kept_course, kept_curves, kept_step_cores
from .plain import made, plain, several
from .right_size import RightSize
from .timeline import Job, Step
from .usage import JobUsage, Machine, ProcessUse, StepUsage, Usage
from .verdict import Verdict

IDENTITY = "samples_identity"
"""How the samples were known to be the job's, as `semconv` has it."""

FAILURE_CATEGORY, FAILURE_ADVICE = "failure_category", "failure_advice"
"""Why a job failed, as `semconv` has it: known also where no sampler watched."""

_KEPT = (IDENTITY, FAILURE_CATEGORY, FAILURE_ADVICE)
_PROCESSES = several(partial(made, ProcessUse))
_USAGE = {"top_by_cpu": _PROCESSES, "top_by_memory": _PROCESSES}


def run_document(run: RunRecord) -> dict[str, Any]:
    """Of a run attempt."""
    return {**document(RUN, run), "used": dict(run.used)}


def job_document(
    job: JobRecord,
    steps: Iterable[StepRecord],
    verdict: Optional[Verdict] = None,
    course: Optional[Course] = None,
) -> dict[str, Any]:
    """Of a job with its steps; without a verdict there were no samples."""
    used = {each.step.number: each for each in verdict.usage.steps} if verdict else {}
    told = [
        {**document(None, step), **_step(verdict, used.get(step.step_number), course)}
        for step in steps
    ]
    judged = _judged(verdict, course) if verdict else {}
    kept = {name: job.used[name] for name in _KEPT if name in job.used}
    return {**document(JOB, job), **kept, **judged, "steps": told}


def parse_verdict(told: Mapping[str, Any]) -> Optional[Verdict]:
    """The verdict on the job that `job_document` told of; None where there were no samples.

    Raises:
        DocumentError: it is not as told.
    """
    if "usage" not in told:
        return None
    try:
        return _verdict(told)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise DocumentError(f"its verdict cannot be read: {exc!r}") from exc


def parse_course(told: Mapping[str, Any]) -> Optional[KeptCourse]:
    """The job's course; None where nothing of it was seen.

    Raises:
        DocumentError: it is not as told.
    """
    if told.get("curves") is None:
        return None
    try:
        cores = {step["step_number"]: step.get("cpu_cores", ()) for step in told["steps"]}
        return kept_course(told["curves"], cores)
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise DocumentError(f"its curves cannot be read: {exc!r}") from exc


def _judged(verdict: Verdict, course: Optional[Course]) -> dict[str, Any]:
    used = verdict.usage
    return {
        "start_ms": used.job.start_ms,
        "end_ms": used.job.end_ms,
        "sentence": verdict.sentence,
        "of_size": verdict.of_size,
        "machine": plain(used.machine),
        "usage": plain(used.usage),
        "between": plain(used.between),
        **plain(verdict.of_job),
        "right_size": plain(verdict.right_size),
        "failure": plain(verdict.failure),
        "curves": kept_curves(course) if course else None,
    }


def _step(
    verdict: Optional[Verdict], used: Optional[StepUsage], course: Optional[Course]
) -> dict[str, Any]:
    if verdict is None or used is None:
        return {}
    return {
        "start_ms": used.step.start_ms,
        "end_ms": used.step.end_ms,
        "owner": used.owner,
        "usage": plain(used.usage),
        **plain(verdict.diagnoses[used.step.number]),
        "cpu_cores": kept_step_cores(course, used) if course else [],
    }


def _verdict(told: Mapping[str, Any]) -> Verdict:
    steps = [step for step in told["steps"] if "usage" in step]
    used = JobUsage(
        Job(
            told["job_name"],
            told["start_ms"],
            told["end_ms"],
            tuple(map(_timed, steps)),
            told["conclusion"],
        ),
        None if told["machine"] is None else made(Machine, told["machine"]),
        _usage(told["usage"]),
        tuple(StepUsage(_timed(step), _usage(step["usage"]), step["owner"]) for step in steps),
        _usage(told["between"]),
    )
    return Verdict(
        told["sentence"],
        told["of_size"],
        used,
        {step["step_number"]: _diagnosis(step) for step in steps},
        _diagnosis(told),
        made(RightSize, told["right_size"]),
        None if told["failure"] is None else _failure(told["failure"]),
    )


def _timed(told: Mapping[str, Any]) -> Step:
    return Step(
        told["step_number"],
        told["step_name"],
        told["start_ms"],
        told["end_ms"],
        told["step_conclusion"],
    )


def _usage(told: Mapping[str, Any]) -> Usage:
    return made(Usage, told, **_USAGE)


def _diagnosis(told: Mapping[str, Any]) -> Diagnosis:
    return made(Diagnosis, told, findings=several(_finding))


def _finding(told: Mapping[str, Any]) -> Finding:
    return made(Finding, told, evidence=several(partial(made, Evidence)))


def _failure(told: Mapping[str, Any]) -> Failure:
    return made(Failure, told, evidence=several(partial(made, Sign)))
