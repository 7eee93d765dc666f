"""A session's files in; the job's summary in Markdown and its report in HTML, out.

    summarize --input-file FILE --generate-chart true --github-summary OUT.md --html OUT.html

FILE is batches.jsonl, or the lines of samples beside it.
"""

from __future__ import annotations

import os

from ..analysis.judge import judge
from . import marks
from .own_steps import own_steps
from .report.stages import Stage
from .spans import moment_ms, spans_of, steps_of
from .stored import boot_id, clock_ms, session_batches
from .summary import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Optional

    from ..analysis.timeline import Job
    from ..model.samples import Batch
    from .folder import Folder
    from .options import SummaryOptions
    from .spans import Span

OWN_ACTION = "TELEMETRY_OWN_ACTION"
"""The keys of our own steps, with spaces between them: they are no steps of the job's."""

_JOB = "GITHUB_JOB"
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"  # a file that a step adds to, as others of its commands do
_USUAL_NAME = "build"


class NothingToTellError(Exception):
    """There is no sample; the message says where."""


def summarize(folder: Folder, environment: Mapping[str, str], options: SummaryOptions) -> None:
    """Write what is asked for, of what is in this folder.

    Raises:
        NothingToTellError: there is nothing to tell of.
        OSError: a file cannot be written.
    """
    batches = session_batches(folder)
    spans = spans_of(marks.read(folder))
    job = _job(batches, spans, environment)
    if job is None:
        raise NothingToTellError(f"nothing to tell: there are no samples in {folder.path}")
    verdict = judge(job, batches)
    stages = _stages(spans, batches)
    complaints = [] if options.file else _regressions(folder, environment)
    if not batches[-1].final:
        complaints.append("Its end was not seen: the sampler had ended.")
    if options.markdown:
        has_diagrams = options.has_diagrams
        told = summary(
            verdict, batches, stages=stages, complaints=complaints, has_diagrams=has_diagrams
        )
        is_github_s = options.markdown == environment.get(_STEP_SUMMARY)
        _write(options.markdown, told, mode="a" if is_github_s else "w")
    if options.html:
        from .html import html_report

        _write(options.html, html_report(verdict, batches, stages=stages, complaints=complaints))


def _regressions(folder: Folder, environment: Mapping[str, str]) -> list[str]:
    """What is worse than when the baseline was saved, if any was."""
    if not os.path.exists(folder.baseline):
        return []
    from .conclusion import conclude_session

    comparison = conclude_session(folder, environment).comparison
    return [f"{regression} since the baseline." for regression in comparison.regressions]


def _job(
    batches: Sequence[Batch], spans: Sequence[Span], environment: Mapping[str, str]
) -> Optional[Job]:
    """By its processes; where no runner started those, by what users marked."""
    own = environment.get(OWN_ACTION, "").split()
    job = own_steps(environment.get(_JOB) or _USUAL_NAME, batches, without=own)
    if job is None or job.steps:
        return job
    return job._replace(steps=steps_of(spans, clock_ms(batches), boot_id(batches)))


def _stages(spans: Sequence[Span], batches: Sequence[Batch]) -> list[Stage]:
    clock, boot = clock_ms(batches), boot_id(batches)
    starts = [(moment_ms(span.start, clock, boot), span.name) for span in spans]
    return [Stage(ms, name) for ms, name in starts if ms is not None]


def _write(path: str, text: str, mode: str = "w") -> None:
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, mode, encoding="utf-8", errors="replace") as file:
        file.write(text)
