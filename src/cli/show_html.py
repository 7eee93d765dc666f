"""A run's document in; a page of it, one file that asks for nothing from anywhere, out."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..analysis.amounts import say_clock, say_seconds
from ..analysis.step_words import HEALTHY, SHORT, STOPPED, UNJUDGED
from ..charts.markup import element, shortened, text
from ..charts.panel import Tick
from ..charts.scales import clock_ticks
from ..charts.timeline import Bar, time_axis, timeline
from ..model.printable import printable
from ..sampler.html import html_page, job_report
from ..sampler.report.moments import sign
from ..sampler.report.phrases import UNKNOWN
from ..sampler.report.tables import name, table
from .show_axis import Axis, axis_of, times_of
from .show_drawing import run_facts, run_title, run_url
from .show_jobs import ShownJob, ShownStep, shown_jobs
from .show_waiting import began_at, run_waiting, waiting_in_words

_SHADES = {STOPPED: "wrong", SHORT: "orange", HEALTHY: "blue", UNJUDGED: "grey"}
_WAITING = "grey"
_LONGEST_NAME = 80
_STEPS = {"#": "", "Step": "name", "Time": "", "": "left"}


def run_page(document: Mapping[str, Any], *, is_whole: bool = True) -> str:
    """Its text, to be written in UTF-8; `is_whole`: all of the run's jobs are in it."""
    jobs, complaints = shown_jobs(document)
    title = run_title(document)
    lines = (*map(text, run_facts(document)), _link(run_url(document)))
    facts = [element("p", {"class": "faint"}, line) for line in lines if line]
    waiting = run_waiting(document["run"], document["jobs"]) if is_whole else ()
    facts += (element("p", {"class": "verdict"}, text(line)) for line in waiting)
    notes = (element("p", {"class": "note"}, text(words)) for words in complaints)
    sections = (element("h1", {}, text(title)), *facts, *notes, *_jobs(document["run"], jobs))
    return html_page(title, sections, has_course=any(job.course for job in jobs))


def _link(url: str) -> str:
    """Nothing where it leads to no page."""
    if not url.startswith("https://"):
        return ""
    return element("a", {"href": url, "rel": "noreferrer"}, text(url))


def _jobs(run: Mapping[str, Any] | None, jobs: Sequence[ShownJob]) -> Iterator[str]:
    """All on one axis of time; then what is known of each, one by one."""
    axis = axis_of(run, [job.told for job in jobs])
    if axis:
        yield _timeline(jobs, axis)
    ran = [job for job in jobs if job.is_timed]
    for job in jobs:
        # What is long is folded away; of a single job there is nothing to choose.
        attributes = {"class": "job", "open": "open" if ran == [job] else None}
        summary = element("summary", {}, *_summary(job))
        yield element("details", attributes, summary, _about(job))


def _timeline(jobs: Sequence[ShownJob], axis: Axis) -> str:
    moments = clock_ticks(axis.seconds)
    labels = [Tick(moment / axis.seconds, say_clock(moment)) for moment in moments]
    bars = [bar for job in jobs for bar in _bars(job, axis)]
    drawn = timeline(bars, "The jobs over time; said in words below", [x.share for x in labels])
    return element("div", {}, drawn, time_axis(labels))


def _bars(job: ShownJob, axis: Axis) -> Iterator[Bar]:
    """Its waiting, where that takes room, and its running."""
    created, started, completed = times_of(job.told)
    began = began_at(job.told)
    if created and began and (waited := waiting_in_words(job.told)):
        told = f"{job.name} · {waited}"
        yield Bar(axis.share(created), axis.share(began), f"waiting: {job.name}", told, _WAITING)
    if started and completed and job.is_timed:
        told = " · ".join(_said(job))
        shade = _SHADES[job.word.kind]
        yield Bar(axis.share(started), axis.share(completed), job.name, told, shade)


def _summary(job: ShownJob) -> Iterator[str]:
    whose, *said = _said(job)
    yield element("strong", {}, text(shortened(printable(whose), _LONGEST_NAME)))
    yield text("".join(f" · {words}" for words in said))
    if job.verdict:
        yield element("div", {"class": "faint"}, text(job.verdict.sentence))


def _said(job: ShownJob) -> Iterator[str]:
    yield job.name
    if job.word.words:
        yield job.word.words
    if job.is_timed:
        yield say_seconds(job.told["duration_seconds"])
    if waited := waiting_in_words(job.told):
        yield waited


def _about(job: ShownJob) -> str:
    link = _link(job.told["job_url"] or "")
    page = element("p", {"class": "faint"}, link) if link else ""
    if job.verdict:
        return page + job_report(job.verdict, job.course)
    note = element("p", {"class": "faint"}, "No sampler watched this job: there are times only.")
    why = element("p", {}, text(job.failure_in_words)) if job.failure_in_words else ""
    return (
        page
        + why
        + note
        + (table("Steps", _STEPS, map(_plain_row, job.steps)) if job.steps else "")
    )


def _plain_row(step: ShownStep) -> Sequence[str]:
    told, word = step.told, step.word
    seconds = told["duration_seconds"]
    return (
        str(told["step_number"]),
        name(told["step_name"]),
        UNKNOWN if seconds is None else say_clock(seconds),
        element("span", {"class": word.kind}, text(sign(word))),
    )
