"""A file of batches in; the job's summary in Markdown and its report in HTML, out.

    summarize --input-file FILE --generate-chart true --github-summary OUT.md --html OUT.html

FILE is batches.jsonl, or the lines of samples beside it.
"""

from __future__ import annotations

import os

from ..analysis.judge import judge
from ..model.batches import BatchError, decode
from .own_steps import own_steps
from .summary import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Optional

    from ..model.samples import Batch

OWN_ACTION = "TELEMETRY_OWN_ACTION"
"""The keys of our own steps, with spaces between them: they are no steps of the job's."""

_JOB = "GITHUB_JOB"
_BATCHES = "batches.jsonl"


class NothingToTellError(Exception):
    """There is no sample; the message says where."""


def summarize(
    samples: str,
    environment: Mapping[str, str],
    *,
    markdown: Optional[str],
    html: Optional[str],
    has_diagrams: bool = True,
) -> None:
    """Write what is asked for.

    Raises:
        NothingToTellError: there is nothing to tell of.
        OSError: a file cannot be written.
    """
    batches, complaints = _read(samples)
    own = environment.get(OWN_ACTION, "").split()
    job = own_steps(environment.get(_JOB) or "job", batches, without=own)
    if job is None:
        raise NothingToTellError(f"nothing was sampled: {samples} has no samples")
    verdict = judge(job, batches)
    if markdown:
        told = summary(verdict, batches, complaints=complaints, has_diagrams=has_diagrams)
        _write(markdown, told)
    if html:
        from .html import html_report

        _write(html, html_report(verdict, batches, complaints=complaints))


def _read(path: str) -> tuple[list[Batch], list[str]]:
    """What can be read, and what was wrong with the rest."""
    batches = []
    broken = 0
    for line in _lines(path):
        try:
            batches.append(decode(line))
        except BatchError:
            broken += 1
    if not batches and os.path.basename(path) != _BATCHES:
        beside = os.path.join(os.path.dirname(path), _BATCHES)
        return _read(beside)
    batches.sort(key=lambda batch: (batch.time_ms[0] if batch.time_ms else 0, batch.sequence))
    complaints = []
    if broken:
        complaints.append(f"{broken} batches could not be read, as when a sampler is killed")
    if batches and not batches[-1].final:
        complaints.append("the sampler did not see the end: it was stopped before")
    return batches, complaints


def _lines(path: str) -> list[bytes]:
    try:
        with open(path, "rb") as file:
            return [line for line in file if line.strip()]
    except OSError as exc:
        raise NothingToTellError(f"nothing was sampled: {exc}") from exc


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
