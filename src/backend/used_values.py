"""A verdict in; what rows say of the job's and of each step's use of the machine, by name, out.

Names are those of `semconv`. What is unknown is left out, never 0. Rows are paid for by the byte:
numbers have four digits that mean something, and of a step that was too short or too little seen
to be judged only what is sure is told.
"""

import json
from collections.abc import Iterable, Iterator

from ..analysis.diagnosis import Diagnosis
from ..analysis.failures import Failure
from ..analysis.leaders import leaders
from ..analysis.usage import Machine, StepUsage, Usage
from ..analysis.verdict import Verdict
from ..model.semconv import TERM_BY_NAME
from ..model.used_terms import USAGE_TERMS

Value = str | float | int
Pairs = Iterator[tuple[str, Value | None]]

DIGITS = 4
MOST_PROCESSES = 5
HEALTHY = "none"
"""The bottleneck of what was judged and was short of nothing; who was not judged has none."""

_ALWAYS = ("samples", "covered_seconds", "cpu_seconds", "memory_max_bytes")
_FIGURES = tuple(term.name for term in USAGE_TERMS if term.on)
_MIB = 1024 * 1024


def job_values(verdict: Verdict, identity: str) -> dict[str, Value]:
    """What the job's row says; `identity` is how its samples were known: token or declared."""
    usage, machine, size = verdict.usage.usage, verdict.usage.machine, verdict.right_size
    return _known(
        [
            ("samples_identity", identity),
            ("verdict", verdict.sentence),
            *_spent(usage, verdict.of_job),
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


def _of_step(verdict: Verdict, step: StepUsage) -> Pairs:
    yield from _spent(step.usage, verdict.diagnoses[step.step.number])
    failure = verdict.failure
    if failure and failure.step == step.step.number:
        yield from _failed(failure)


def _spent(usage: Usage, diagnosis: Diagnosis) -> Pairs:
    """What a span used and was short of."""
    names = _ALWAYS if diagnosis.unjudged else _FIGURES
    yield from ((name, getattr(usage, name)) for name in names)
    if diagnosis.findings:
        first = diagnosis.findings[0]
        yield "bottleneck", first.rule
        yield "bottleneck_strength", first.strength
        yield "diagnosis", "; ".join(finding.words for finding in diagnosis.findings)
        yield "advice", first.advice
    elif not diagnosis.unjudged:
        yield "bottleneck", HEALTHY
    if not diagnosis.unjudged:
        yield "top_processes", _processes(usage)


def _processes(usage: Usage) -> str | None:
    """`[["rustc",512.3,4300],["cargo",31.02,190]]`: name, CPU seconds, most memory in MiB."""
    told = [
        [use.name, _short(use.cpu_seconds), round(use.memory_max_bytes / _MIB)]
        for use in leaders(usage)[:MOST_PROCESSES]
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
