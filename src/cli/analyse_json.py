"""A verdict in; all of it as JSON, names as the judge has them, out."""

import json
from typing import Any

from ..analysis.build_metrics import build_metrics
from ..analysis.diagnosis import Diagnosis
from ..analysis.plain import plain
from ..analysis.usage import StepUsage, Usage
from ..analysis.verdict import Verdict


def verdict_json(verdict: Verdict, complaints: list[str]) -> str:
    """An object, indented; unknown is null."""
    used = verdict.usage
    told = {
        "sentence": verdict.sentence,
        "job": {**plain(used.job._replace(steps=())), **plain(verdict.of_job)},
        "machine": plain(used.machine),
        "usage": _usage(used.usage),
        "right_size": plain(verdict.right_size),
        "failure": plain(verdict.failure),
        "steps": [_step(step, verdict.diagnoses[step.step.number]) for step in used.steps],
        "between": _usage(used.between),
        "complaints": complaints,
    }
    del told["job"]["steps"]
    return json.dumps(told, indent=2, ensure_ascii=False)


def _step(step: StepUsage, diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        **plain(step.step),
        "owner": step.owner,
        "usage": _usage(step.usage),
        **plain(diagnosis),
    }


def _usage(usage: Usage) -> dict[str, Any]:
    return {**plain(usage), "build_metrics": build_metrics(usage)}
