"""A run's jobs in; they and their steps as a tree, each with its bar of time, out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from ..analysis.amounts import say_clock
from ..analysis.curves import Values
from ..analysis.durations import NOT_STARTED
from ..analysis.step_words import HEALTHY, SHORT, STOPPED, UNJUDGED, StepWord
from ..analysis.usage import Usage
from ..analysis.verdict import Verdict
from ..charts.spark import spark
from .analyse_texts import columns, text
from .show_axis import Axis, axis_of, times_of
from .show_jobs import ShownJob, ShownStep
from .show_waiting import waited_seconds

BAR_WIDTH, SPARK_LENGTH = 28, 16
MOST_ROWS = 300
_RUNNING, _WAITING = "█", "░"
_STYLES = {STOPPED: "red", SHORT: "yellow", HEALTHY: "green", UNJUDGED: "dim"}
_NAME, _WAITED, _SPARK = "Job and its steps", "Waited", "CPU over time"


def tree(run: Mapping[str, Any] | None, jobs: Sequence[ShownJob], width: int) -> Table:
    """A row for each job, and one for each of its `shown_steps`."""
    axis = axis_of(run, [job.told for job in jobs])
    lasted = f"{say_clock(axis.seconds)} of the run" if axis else "The run"
    over_time = f"{lasted}: {_WAITING} waited"
    rows = [row for job in jobs for row in _rows(job, shown_steps(job, jobs), axis)]
    headings = (_NAME, _WAITED, "Time", over_time, "CPU", _SPARK, "Verdict")
    left = {_NAME, over_time, _SPARK, "Verdict"}
    return columns(headings, rows, width, left=left, spare=(_SPARK, "CPU", over_time, _WAITED))


def shown_steps(job: ShownJob, jobs: Sequence[ShownJob]) -> list[ShownStep]:
    """All of one that ran; where all of the run's jobs together have too many, those with a say."""
    if not job.is_timed:
        return []
    if sum(1 + len(each.steps) for each in jobs) <= MOST_ROWS:
        return list(job.steps)
    return [step for step in job.steps if step.word.kind in {STOPPED, SHORT}]


def _rows(job: ShownJob, steps: Sequence[ShownStep], axis: Axis | None) -> Iterator[Sequence[Text]]:
    usage = job.verdict.usage.usage if job.verdict else None
    cores = job.course.curves(SPARK_LENGTH).cpu_cores if job.course else ()
    cpu = _percent(usage), _line(cores, job.verdict)
    yield _row(text(job.name, "bold"), job.told, job.word, axis, *cpu)
    for index, step in enumerate(steps, 1):
        used = step.used
        cores = job.course.step_cores(used, SPARK_LENGTH) if job.course and used else ()
        cpu = _percent(used.usage if used else None), _line(cores, job.verdict)
        name = _leaf(step, is_last=index == len(steps))
        yield _row(name, step.told, step.word, axis, *cpu)


def _leaf(step: ShownStep, *, is_last: bool) -> Text:
    branch = Text(f" {'└' if is_last else '├'} {step.told['step_number']} ", "dim")
    return Text.assemble(branch, text(step.told["step_name"]))


def _row(
    name: Text, told: Mapping[str, Any], word: StepWord, axis: Axis | None, *cpu: Text
) -> Sequence[Text]:
    seconds, style = told["duration_seconds"], _STYLES[word.kind]
    clock = Text("" if seconds is None else say_clock(seconds))
    return name, _waited(told), clock, _bar(told, axis, style), *cpu, text(word.words, style)


def _waited(told: Mapping[str, Any]) -> Text:
    """Steps wait for nobody but the step before."""
    seconds = waited_seconds(told) if "job_id" in told else None
    return Text("" if seconds is None else say_clock(seconds))


def _percent(usage: Usage | None) -> Text:
    mean = usage.cpu_percent_mean if usage else None
    return Text("" if mean is None else f"{mean:.0f} %")


def _line(cores: Values, verdict: Verdict | None) -> Text:
    """Full height is all cores."""
    machine = verdict.usage.machine if verdict else None
    if machine is None or all(value is None for value in cores):
        return Text("")
    return Text(spark(cores, machine.cores_allowed))


def _bar(told: Mapping[str, Any], axis: Axis | None, style: str) -> Text:
    """From its start to its end; a job's waiting before it, or in vain, is lighter."""
    created, started, completed = times_of(told)
    if axis is None or completed is None:
        return Text("")
    if told.get("execution") == NOT_STARTED and created:
        start, end = _place(axis, created), _place(axis, completed)
        return Text(" " * start + _WAITING * (end - start), "dim")
    if started is None or told["duration_seconds"] is None:
        return Text("")
    start, end = _place(axis, started), _place(axis, completed)
    start = min(start, BAR_WIDTH - 1)
    end = max(end, start + 1)  # what took no time to speak of is there all the same
    waited = min(_place(axis, created), start) if created else start
    bar = Text(" " * waited)
    bar.append(_WAITING * (start - waited), "dim")
    bar.append(_RUNNING * (end - start), style)
    return bar


def _place(axis: Axis, moment: datetime) -> int:
    return round(axis.share(moment) * BAR_WIDTH)
