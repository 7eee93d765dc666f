"""A session's files in; the job's summary in Markdown and its report in HTML, out.

    summarize --input-file FILE --generate-chart true --github-summary OUT.md --html OUT.html

FILE is batches.jsonl, or the lines of samples beside it.
"""

from __future__ import annotations

import os

from ..analysis.judge import judge
from . import marks
from .stored import session_batches
from .summary import summary
from .told_job import told_job

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .folder import Folder
    from .options import SummaryOptions

_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"  # a file that a step adds to, as others of its commands do


class NothingToTellError(Exception):
    """There is no sample; the message says where."""


def summarize(folder: Folder, environment: Mapping[str, str], options: SummaryOptions) -> None:
    """Write what is asked for, of what is in this folder.

    Raises:
        NothingToTellError: there is nothing to tell of.
        OSError: a file cannot be written.
    """
    batches = session_batches(folder)
    told = told_job(batches, marks.read(folder), environment)
    if told is None:
        raise NothingToTellError(f"nothing to tell: there are no samples in {folder.path}")
    job, stages, notes = told
    verdict = judge(job, batches)
    complaints = [*notes, *([] if options.file else _regressions(folder, environment))]
    if not batches[-1].final:
        complaints.append("Its end was not seen: the sampler had ended.")
    if options.markdown:
        has_diagrams = options.has_diagrams
        text = summary(
            verdict, batches, stages=stages, complaints=complaints, has_diagrams=has_diagrams
        )
        is_github_s = options.markdown == environment.get(_STEP_SUMMARY)
        _write(options.markdown, text, mode="a" if is_github_s else "w")
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


def _write(path: str, text: str, mode: str = "w") -> None:
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, mode, encoding="utf-8", errors="replace") as file:
        file.write(text)
