"""A verdict and the batches it rests on in; a report of the job as one HTML file, out.

It asks for nothing from anywhere and runs no script but its own, whatever names it shows: its
policy says so to the browser. Its size is bounded, however long the job and however many its steps.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Iterable, Iterator, Optional, Sequence

from ..analysis.curves import Course, Curves, course_of, step_span
from ..analysis.leaders import TITLE
from ..analysis.series import Span
from ..analysis.timeline import Job
from ..analysis.usage import StepUsage
from ..analysis.verdict import Verdict
from ..charts.markup import element, prose, shortened, text
from ..model.printable import printable
from ..model.samples import Batch
from .report.longest import longest
from .report.moments import MOST_PARTS, Axis, axis_of, curves_drawn, readings, steps_drawn
from .report.phrases import about, step_name
from .report.script import SCRIPT
from .report.sections import cards, failure, notes, shortages, stage_list, verdict_line
from .report.stages import Stage
from .report.style import page_style
from .report.tables import cpu_by_step, processes_table, steps_table

MOST_STEPS = 300
_LONGEST_NAME, _LONGEST_TITLE = 80, 100


def html_report(
    verdict: Verdict,
    batches: Iterable[Batch],
    *,
    skew_ms: int = 0,
    stages: Sequence[Stage] = (),
    complaints: Iterable[str] = (),
) -> str:
    """The file's text, to be written in UTF-8; the arguments are those of `summary`."""
    job = verdict.usage.job
    course = course_of(job, batches, skew_ms=skew_ms)
    heading = element("h1", {}, job_name(job))
    told = job_report(verdict, course, stages=stages, complaints=complaints)
    return html_page(f"{job.name}: what it used", [heading, told], has_course=course is not None)


def html_page(title: str, sections: Iterable[str], *, has_course: bool) -> str:
    """A page of its own of these sections, which are markup already; whether any has a course."""
    style = page_style()
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style)}">',
        '<meta name="viewport" content="width=device-width">',
        element("title", {}, text(shortened(printable(title), _LONGEST_TITLE))),
        element("style", {}, style),
    )
    script = element("script", {}, SCRIPT) if has_course else ""
    body = (element("main", {}, *sections), script)
    return (
        '<!doctype html>\n<html lang="en">'
        f"{element('head', {}, *head)}{element('body', {}, *body)}</html>\n"
    )


def job_report(
    verdict: Verdict,
    course: Optional[Course],
    *,
    stages: Sequence[Stage] = (),
    complaints: Iterable[str] = (),
) -> str:
    """All about one job, but for its name, as sections of a page."""
    return "".join(_sections(verdict, course, stages, complaints))


def job_name(job: Job) -> str:
    """As a heading has room for it."""
    return text(shortened(printable(job.name), _LONGEST_NAME))


def _policy(style: str) -> str:
    """Nothing but this style and this script."""
    allowed = f"style-src 'sha256-{_hash(style)}'; script-src 'sha256-{_hash(SCRIPT)}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _hash(content: str) -> str:
    return b64encode(sha256(content.encode()).digest()).decode()


def _sections(
    verdict: Verdict,
    course: Optional[Course],
    stages: Sequence[Stage],
    complaints: Iterable[str],
) -> Iterator[str]:
    used = verdict.usage
    steps = longest(used.steps, MOST_STEPS)
    yield verdict_line(verdict)
    yield element("p", {"class": "faint"}, prose(about(verdict)))
    yield cards(verdict)
    yield notes(verdict, complaints)
    span = course.span if course else _told_span(verdict)
    if span:
        yield _course(verdict, steps, course, axis_of(span, stages))
    yield failure(verdict)
    yield shortages(verdict)
    yield _titled("Steps", steps_table(verdict, steps, course))
    yield _titled(TITLE, processes_table(verdict))
    yield _titled("CPU time of the steps", cpu_by_step(verdict))
    if span:
        yield stage_list(stages, span)


def _told_span(verdict: Verdict) -> Optional[Span]:
    """The job's time, where it is told and is one."""
    start_ms, end_ms = verdict.usage.job.start_ms, verdict.usage.job.end_ms
    if start_ms is None or end_ms is None or end_ms <= start_ms:
        return None
    return Span(start_ms, end_ms)


def _titled(title: str, content: str) -> str:
    return element("h2", {}, text(title)) + content if content else ""


def _course(
    verdict: Verdict, steps: Sequence[StepUsage], course: Optional[Course], axis: Axis
) -> str:
    """The pictures, and beside them as data what is told under a pointer."""
    drawn = steps_drawn(verdict, steps, axis)
    if course is None:
        return element("div", {}, drawn)
    curves = course.curves(MOST_PARTS)
    shown = "".join(curves_drawn(curves, verdict.usage.machine, axis))
    data = _moments(curves, steps)
    return (
        element("div", {"class": "course"}, drawn, shown)
        + f'<script type="application/json">{data}</script>'
    )


def _moments(curves: Curves, steps: Sequence[StepUsage]) -> str:
    """As JSON in which nothing ends an element."""
    span = curves.span
    told = {
        "seconds": curves.seconds,
        "parts": len(curves.cpu_cores),
        "readings": readings(curves),
        "steps": [
            [
                shortened(printable(step_name(step)), _LONGEST_NAME),
                (lived.start_ms - span.start_ms) / 1000,
                (lived.end_ms - span.start_ms) / 1000,
            ]
            for step, lived in ((step, step_span(step.step, span.end_ms)) for step in steps)
            if lived
        ],
    }
    return json.dumps(told, separators=(",", ":")).replace("<", "\\u003c")
