"""A session's marks and batches in; what each of its steps and stages used, and the job, out."""

from __future__ import annotations

from ..analysis.measure import measure
from ..analysis.timeline import FAILED, Job
from ..model.batches import BatchError, decode
from ..model.named_tuples import NamedTuple
from .at_once import machine_usages
from .marks import FAILURE, FINAL, INIT, SAMPLE, Mark
from .spans import OF_STAGE, STEP, Span, kind_of_rows, moment_ms, spans_of, steps_of
from .stored import boot_id, clock_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

    from ..analysis.timeline import Step
    from ..analysis.usage import JobUsage, Usage
    from ..model.samples import Batch


class Measured(NamedTuple):
    """`usages` are those of `spans`, by place; `init`, `failure` and `final` the last such `marks`.

    `batches` are what all of it rests on: a sampler's, or else the marks' own.
    """

    job: JobUsage
    batches: Sequence[Batch]
    spans: Sequence[Span]
    steps: Sequence[Step]
    usages: Sequence[Usage]
    init: Optional[Mark]
    failure: Optional[Mark]
    final: Optional[Mark]
    marks: Sequence[Mark] = ()

    @property
    def rows(self) -> list[tuple[Step, Usage]]:
        """What tables have rows of, in the order of their starts; what was never begun has none."""
        return self._of(kind_of_rows(self.spans))

    @property
    def stages_apart(self) -> list[tuple[Step, Usage]]:
        """The stages, where the rows are steps."""
        return self._of(OF_STAGE) if kind_of_rows(self.spans) == STEP else []

    def _of(self, kind: str) -> list[tuple[Step, Usage]]:
        found = zip(self.spans, self.steps, self.usages)
        return [(step, usage) for span, step, usage in found if span.start and span.kind == kind]


def measured(name: str, marks: Sequence[Mark], batches: Sequence[Batch], now_ms: int) -> Measured:
    """A job of which only marks are known; it lasts until it was finalized, or else until now.

    Whose processes used what does not matter here: within a step it is the machine that is told of.
    """
    spans = spans_of(marks)
    own = [_own_batches(span) for span in spans]
    batches = batches or [batch for pair in own for batch in pair]
    for batch in batches:
        batch.owners = ()
    job = marked_job(name, marks, spans, batches, now_ms)
    used = measure(job, batches)
    init, failure, final = (_last(marks, kind) for kind in (INIT, FAILURE, FINAL))
    usages = [
        _alone(step, own[place]) if own[place] else usage
        for place, (step, usage) in enumerate(zip(job.steps, machine_usages(used, batches)))
    ]
    return Measured(used, batches, spans, job.steps, usages, init, failure, final, marks)


def marked_job(
    name: str,
    marks: Sequence[Mark],
    spans: Sequence[Span],
    batches: Sequence[Batch],
    now_ms: Optional[int] = None,
) -> Job:
    """The job that was marked, with a step for each of these spans.

    `name` is what it is called if not by `init`; it lasts until now where nothing else is known.
    """
    clock, boot = clock_ms(batches), boot_id(batches)
    steps = steps_of(spans, clock, boot)
    begun = [mark for mark in marks if mark.kind == INIT]
    names = [mark.name for mark in begun[-1:] if mark.name]
    has_failed = _last(marks, FAILURE) or any(step.conclusion in FAILED for step in steps)
    known_ms = [ms for step in steps for ms in (step.start_ms, step.end_ms) if ms is not None]
    seen_ms = [ms for batch in batches for ms in (*batch.time_ms[:1], *batch.time_ms[-1:])]
    start_ms = moment_ms(begun[0], clock, boot) if begun else None
    return Job(
        [*names, name][0],
        start_ms or min([*known_ms, *seen_ms], default=None),
        moment_ms(_last(marks, FINAL), clock, boot) or max([*known_ms, *seen_ms], default=now_ms),
        steps,
        "failure" if has_failed else None,
    )


def _own_batches(span: Span) -> list[Batch]:
    """Where no sampler ran, its marks have a sample each; one alone tells nothing."""
    found = [mark.more.get(SAMPLE) for mark in (span.start, span.end) if mark]
    try:
        batches = [decode(text) for text in found if isinstance(text, str)]
    except BatchError:
        return []
    if len(batches) < 2:  # noqa: PLR2004 -- one of each end
        return []
    for batch in batches:
        batch.host.interval_ms = max(1, batches[-1].uptime_ms[-1] - batches[0].uptime_ms[0])
    return batches


def _alone(step: Step, batches: Sequence[Batch]) -> Usage:
    """What a step used, as its own samples have it."""
    return measure(Job(step.name, step.start_ms, step.end_ms, (step,)), batches).steps[0].usage


def _last(marks: Sequence[Mark], kind: str) -> Optional[Mark]:
    return next((mark for mark in reversed(marks) if mark.kind == kind), None)
