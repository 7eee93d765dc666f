"""A verdict and the batches it rests on in; a job's summary in GitHub's Markdown, out.

One sentence, a table, what was short and what to do; diagrams are folded away, and nothing is told
by them alone. However many steps a job has and whatever they are called, it stays within what
GitHub takes. https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from typing import Iterable, Iterator, Optional, Sequence

from ..analysis.amounts import say_seconds
from ..analysis.curves import Course, course_of
from ..analysis.diagnosis import Finding
from ..analysis.leaders import TITLE
from ..analysis.remarks import remarks
from ..analysis.usage import StepUsage
from ..analysis.verdict import Verdict, findings
from ..model.samples import Batch
from .report import diagrams, markdown
from .report.phrases import (
    about,
    failed,
    most_used,
    sentence,
    size,
    step_name,
)
from .report.stages import Stage
from .report.step_table import step_table

MOST_BYTES = 1 << 20
"""What GitHub takes of one step's summary."""

_MOST_FOUND = 30  # steps
_MOST_STAGES = 100


def summary(
    verdict: Verdict,
    batches: Iterable[Batch],
    *,
    skew_ms: int = 0,
    stages: Sequence[Stage] = (),
    complaints: Iterable[str] = (),
    has_diagrams: bool = True,
) -> str:
    """The Markdown, at most MOST_BYTES of it in UTF-8.

    `batches` and `skew_ms` are what the verdict was made of, `stages` what a user named inside the
    job, `complaints` what was wrong with the samples, in words.
    """
    course = course_of(verdict.usage.job, batches, skew_ms=skew_ms)
    blocks = [
        *_blocks(verdict, course, stages, complaints),
        *(_diagrams(verdict, course) if has_diagrams else ()),
        _processes(verdict),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _blocks(
    verdict: Verdict,
    course: Optional[Course],
    stages: Sequence[Stage],
    complaints: Iterable[str],
) -> Iterator[str]:
    used = verdict.usage
    yield f"### {markdown.name(used.job.name)}"
    yield f"**{_sentence(verdict)}**"
    yield markdown.words(about(verdict))
    if used.steps:
        yield step_table(verdict, course)
    yield from _notes(verdict, complaints)
    yield from filter(None, (_failure(verdict), _shortages(verdict), _stages(verdict, stages)))


def _diagrams(verdict: Verdict, course: Optional[Course]) -> Iterator[Optional[str]]:
    if course:
        yield diagrams.charts(verdict, course)
    yield diagrams.timeline(verdict, course)


def _sentence(verdict: Verdict) -> str:
    return "".join(
        markdown.name(piece.words) if piece.is_name else markdown.words(piece.words)
        for piece in sentence(verdict)
    )


def _notes(verdict: Verdict, complaints: Iterable[str]) -> Iterator[str]:
    """What has to be known to read the figures right."""
    said = [*complaints, *remarks(verdict.usage)]
    if said:
        yield "\n".join(f"> {markdown.words(note)}<br>" for note in said[:_MOST_FOUND])


def _failure(verdict: Verdict) -> Optional[str]:
    if verdict.failure is None:
        return None
    return f"#### Why it failed\n\n{markdown.words(failed(verdict.failure))}"


def _shortages(verdict: Verdict) -> Optional[str]:
    """Each step's, with figures, and what to do."""
    found = list(findings(verdict))
    if not found:
        return None
    lines = [line for step, of_step in found[:_MOST_FOUND] for line in _found(step, of_step)]
    if len(found) > _MOST_FOUND:
        lines.append(f"- And of {len(found) - _MOST_FOUND} more steps.")
    return "\n".join(["#### Bottlenecks", "", *lines])


def _found(step: Optional[StepUsage], of_step: Iterable[Finding]) -> Iterator[str]:
    yield f"- {markdown.name(step_name(step)) if step else 'The job as a whole'}"
    for finding in of_step:
        yield f"  - {markdown.words(finding.words)}. {markdown.words(finding.advice)}"


def _stages(verdict: Verdict, stages: Sequence[Stage]) -> Optional[str]:
    """When each began, from the beginning of the job."""
    start_ms = verdict.usage.job.start_ms
    if not stages or start_ms is None:
        return None
    rows = [
        [say_seconds(max(stage.time_ms - start_ms, 0) / 1000), markdown.name(stage.name)]
        for stage in stages[:_MOST_STAGES]
    ]
    return markdown.folded("Stages", markdown.table(("After", "Stage"), {"Stage"}, rows))


def _processes(verdict: Verdict) -> Optional[str]:
    most = most_used(verdict.usage.usage)
    if not most:
        return None
    rows = [
        [
            markdown.name(process.name),
            str(process.seen),
            say_seconds(process.cpu_seconds),
            *map(size, (process.memory_max_bytes, process.read_bytes, process.written_bytes)),
        ]
        for process in most
    ]
    headings = ("Process", "Seen", "CPU time", "Memory", "Read", "Written")
    return markdown.folded(TITLE, markdown.table(headings, {"Process"}, rows))
