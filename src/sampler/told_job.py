"""A session's batches and marks in; the job that a summary is to tell of, with its steps, out."""

from __future__ import annotations

from typing import NamedTuple

from .marks import of_last_job
from .measured import marked_job
from .own_steps import own_steps
from .report.stages import Stage
from .spans import kind_of_rows, moment_ms, spans_of
from .stored import boot_id, clock_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Optional

    from ..analysis.timeline import Job
    from ..model.samples import Batch
    from .marks import Mark
    from .spans import Span

OWN_ACTION = "TELEMETRY_OWN_ACTION"
"""The keys of our own steps, with spaces between them: they are no steps of the job's."""

_JOB = "GITHUB_JOB"
_USUAL_NAME = "build"
_WHOSE = (
    "The steps' figures are the whole machine's while they ran, whoever used it;"
    " steps that ran at once share them."
)


class ToldJob(NamedTuple):
    """`stages` are what was marked and is no step; `notes` what has to be known of the figures."""

    job: Job
    stages: Sequence[Stage]
    notes: Sequence[str] = ()


def told_job(
    batches: Sequence[Batch], marked: Sequence[Mark], environment: Mapping[str, str]
) -> Optional[ToldJob]:
    """A runner's job has its steps by their processes; else what was marked are the steps.

    Outside of a runner's job, processes with a step's key may be anybody's: they are steps only
    where nothing at all was marked. None where there is no sample.
    """
    name = environment.get(_JOB) or _USUAL_NAME
    own = environment.get(OWN_ACTION, "").split()
    seen = own_steps(name, batches, without=own)
    if seen is None:
        return None
    is_runner_s = seen.steps and any(batch.job for batch in batches)
    if is_runner_s or not marked:
        return ToldJob(seen, _stages(spans_of(marked), batches))
    return _marked(name, of_last_job(marked), batches)


def _marked(name: str, marked: Sequence[Mark], batches: Sequence[Batch]) -> ToldJob:
    for batch in batches:
        batch.owners = ()
    spans = spans_of(marked)
    kind = kind_of_rows(spans)
    rows = [span for span in spans if span.start and span.kind == kind]
    job = marked_job(name, marked, rows, batches)
    return ToldJob(job, _stages((span for span in spans if span.kind != kind), batches), (_WHOSE,))


def _stages(spans: Iterable[Span], batches: Sequence[Batch]) -> list[Stage]:
    clock, boot = clock_ms(batches), boot_id(batches)
    starts = [(moment_ms(span.start, clock, boot), span.name) for span in spans]
    return [Stage(ms, name) for ms, name in starts if ms is not None]
