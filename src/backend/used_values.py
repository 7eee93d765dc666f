"""A verdict in; what rows say of the job's and of each step's use of the machine, by name, out.

Names are those of `used_terms`. What is unknown is left out, never 0. Rows are paid for by the
byte: real numbers have four digits that mean something, and beside those in JOB_FIGURES,
STEP_FIGURES or SHORT_STEP_FIGURES a figure is told only where a finding rests on it.
"""

import json
from collections.abc import Iterable, Iterator

from ..analysis.diagnosis import Diagnosis
from ..analysis.failures import Failure
from ..analysis.leaders import leaders
from ..analysis.usage import Machine, StepUsage, Usage
from ..analysis.verdict import Verdict
from ..model.semconv import TERM_BY_NAME
from ..model.used_terms import JOB_FIGURES, SHORT_STEP_FIGURES, STEP_FIGURES

Value = str | float | int
Pairs = Iterator[tuple[str, Value | None]]

DIGITS = 4
NOTABLE_SHARE = 0.1  # of a step's CPU time, that was shared out by time
MOST_PROCESSES_OF_JOB, MOST_PROCESSES_OF_STEP = 5, 2
HEALTHY = "none"
"""The bottleneck of what was judged and was short of nothing; who was not judged has none."""

_MIB = 1024 * 1024


def job_values(verdict: Verdict, identity: str) -> dict[str, Value]:
    """What the job's row says; `identity` is how its samples were known: token or declared."""
    usage, machine, size = verdict.usage.usage, verdict.usage.machine, verdict.right_size
    return _known(
        [
            ("samples_identity", identity),
            ("verdict", verdict.sentence),
            *_spent(usage, verdict.of_job, JOB_FIGURES),
            *_lacked(verdict.of_job),
            ("top_processes", _processes(usage, MOST_PROCESSES_OF_JOB)),
            *_allowed(machine),
            ("wasted_core_seconds", _wasted_core_seconds(usage, machine)),
            ("right_size", size.verdict),
            ("right_size_reason", size.words),
            ("right_size_cores", size.cores),
            ("right_size_memory_bytes", size.memory_bytes),
            *_failed(verdict.failure),
        ]
    )


def step_values(verdict: Verdict, step_number: int) -> dict[str, Value]:
    """What the row of the step with this number says; nothing where the verdict has no such."""
    step = next((s for s in verdict.usage.steps if s.step.number == step_number), None)
    return _known(_of_step(verdict, step)) if step else {}


def failure_values(verdict: Verdict, step_number: int | None = None) -> dict[str, Value]:
    """Why a job failed, for its row, or for the row of the step that did."""
    failure = verdict.failure
    if failure is None or (step_number is not None and failure.step != step_number):
        return {}
    return _known(_failed(failure))


def _of_step(verdict: Verdict, step: StepUsage) -> Pairs:
    usage, diagnosis = step.usage, verdict.diagnoses[step.step.number]
    names = SHORT_STEP_FIGURES if diagnosis.unjudged else STEP_FIGURES
    yield from _spent(usage, diagnosis, names)
    if (usage.cpu_seconds_by_time or 0) > NOTABLE_SHARE * (usage.cpu_seconds or 0):
        yield "cpu_seconds_by_time", usage.cpu_seconds_by_time
    yield from _lacked(diagnosis)
    if not diagnosis.unjudged:
        yield "top_processes", _processes(usage, MOST_PROCESSES_OF_STEP)
    failure = verdict.failure
    if failure and failure.step == step.step.number:
        yield from _failed(failure)


def _spent(usage: Usage, diagnosis: Diagnosis, names: Iterable[str]) -> Pairs:
    """These figures, and those that the findings rest on."""
    evidence = (each.name for finding in diagnosis.findings for each in finding.evidence)
    own = (name for name in evidence if name in usage._fields)
    yield from ((name, getattr(usage, name)) for name in dict.fromkeys((*names, *own)))


def _lacked(diagnosis: Diagnosis) -> Pairs:
    """What a span was short of."""
    if diagnosis.findings:
        first = diagnosis.findings[0]
        yield "bottleneck", first.rule
        yield "bottleneck_strength", first.strength
        yield "diagnosis", "; ".join(finding.words for finding in diagnosis.findings)
        yield "advice", first.advice
    elif not diagnosis.unjudged:
        yield "bottleneck", HEALTHY


def _processes(usage: Usage, most: int) -> str | None:
    """`[["rustc",512.3,4300],["cargo",31.02,190]]`: name, CPU seconds, most memory in MiB."""
    told = [
        [use.name, _short(use.cpu_seconds), round(use.memory_max_bytes / _MIB)]
        for use in leaders(usage)[:most]
    ]
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False) if told else None


def _allowed(machine: Machine | None) -> Pairs:
    if machine:
        yield "cores_allowed", machine.cores_allowed
        yield "memory_allowed_bytes", machine.memory_allowed_bytes


def _wasted_core_seconds(usage: Usage, machine: Machine | None) -> float | None:
    """Of the time that was seen: what is not known is not called waste."""
    if machine is None or usage.cpu_percent_mean is None:
        return None
    idle_share = 1 - usage.cpu_percent_mean / 100
    return machine.cores_allowed * usage.covered_seconds * idle_share


def _failed(failure: Failure | None) -> Pairs:
    if failure:
        transient = failure.is_transient
        yield "failure_category", failure.category
        yield "failure_confidence", failure.confidence
        yield "is_transient", None if transient is None else str(transient).lower()
        yield "failure_advice", failure.advice


def _known(pairs: Iterable[tuple[str, Value | None]]) -> dict[str, Value]:
    return {name: _told(name, value) for name, value in pairs if value is not None}


def _told(name: str, value: Value) -> Value:
    if isinstance(value, str):
        return value
    return round(value) if TERM_BY_NAME[name].type == "long" else _short(value)


def _short(value: float) -> float | int:
    """Four significant digits; whole numbers without a point."""
    rounded = float(f"{value:.{DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded
