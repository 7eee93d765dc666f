"""The truth about a day: the plan in, its rows, its totals and their JSON out."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from ..model.times import format_time
from .plan import Run
from .rows import JobTruth, RunTruth, StepTruth, job_truth, run_truth, step_truths
from .totals import Totals, add_up
from .usage import UsageTruth


@dataclass(frozen=True, slots=True)
class Truth:
    """What the tables must say once every delivery of the day has been taken in."""

    end: datetime
    runs: tuple[RunTruth, ...]
    jobs: tuple[JobTruth, ...]
    steps: tuple[StepTruth, ...]
    totals: Totals


def tell_truth(planned: Iterable[Run], end: datetime) -> Truth:
    """The truth about these attempts as they stand at `end`."""
    attempts = tuple(planned)
    pairs = [(run, job) for run in attempts for job in run.jobs]
    runs = tuple(run_truth(run) for run in attempts)
    jobs = tuple(job_truth(run, job) for run, job in pairs)
    steps = tuple(step for run, job in pairs for step in step_truths(run, job))
    return Truth(end, runs, jobs, steps, add_up(runs, jobs, steps))


def truth_json(truth: Truth, usage: Iterable[UsageTruth] | None = None) -> str:
    """The truth as JSON; times as GitHub writes them, fields named as in the dataclasses.

    With it, where it was sampled, what the steps used.
    """
    told = asdict(truth)
    if usage is not None:
        told["usage"] = [asdict(row) for row in usage]
    return json.dumps(told, default=_as_text, indent=1, ensure_ascii=False) + "\n"


def _as_text(value: datetime) -> str:
    return format_time(value)
