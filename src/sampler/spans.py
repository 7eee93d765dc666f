"""Marks in; the steps and stages that they mark, as spans of time, out. Pure."""

from __future__ import annotations

from ..analysis.timeline import Step
from ..model.named_tuples import NamedTuple
from .marks import DONE, END, FAILURE, STAGE, START, Mark

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Optional

STEP, OF_STAGE = "step", "stage"
SUCCESS, FAILED = "success", "failure"
_BEGINS = {START: STEP, STAGE: OF_STAGE}
_ENDS = {END: STEP, DONE: OF_STAGE, FAILURE: OF_STAGE}


class Span(NamedTuple):
    """A step or a stage; None is what has not happened, or was not said.

    `start` and `end` are its marks, which may bring samples of their own.
    """

    kind: str
    name: str
    start: Optional[Mark]
    end: Optional[Mark] = None

    @property
    def status(self) -> Optional[str]:
        """What was said at its end: success, failure, warning."""
        if self.end is None:
            return None
        usual = FAILED if self.end.kind == FAILURE else SUCCESS
        return str(self.end.more.get("status", usual))

    def is_ended_by(self, kind: str, name: str) -> bool:
        """Whether a mark of this kind and name ends it; a failure is an end until one is told."""
        is_open = self.end is None or (self.end.kind, kind) == (FAILURE, DONE)
        return is_open and (self.kind, self.name) == (_ENDS[kind], name)


def spans_of(marks: Iterable[Mark]) -> list[Span]:
    """In the order of their starts; the last of that name that is open is the one that ends."""
    spans: list[Span] = []
    for mark in marks:
        if mark.kind in _BEGINS:
            spans.append(Span(_BEGINS[mark.kind], mark.name, mark))
        elif mark.kind in _ENDS:
            _end(spans, mark)
    return spans


def kind_of_rows(spans: Iterable[Span]) -> str:
    """What tables have rows of: steps; stages where no step was begun."""
    has_steps = any(span.start and span.kind == STEP for span in spans)
    return STEP if has_steps else OF_STAGE


def steps_of(spans: Iterable[Span], clock_ms: Optional[int], boot_id: str) -> tuple[Step, ...]:
    """Steps as the judge knows them, each for the span in its place.

    `clock_ms` is the wall clock less the uptime, as the samples have it, None without samples: a
    clock that was set meanwhile moves no mark of this boot.
    """
    return tuple(
        Step(
            number,
            span.name,
            moment_ms(span.start, clock_ms, boot_id),
            moment_ms(span.end, clock_ms, boot_id),
            FAILED if span.status == FAILED else span.end and SUCCESS,
        )
        for number, span in enumerate(spans, 1)
    )


def moment_ms(mark: Optional[Mark], clock_ms: Optional[int], boot_id: str) -> Optional[int]:
    """When it was, on the samples' clock."""
    if mark is None:
        return None
    return (
        mark.time_ms if clock_ms is None or mark.boot_id != boot_id else mark.uptime_ms + clock_ms
    )


def _end(spans: list[Span], mark: Mark) -> None:
    """A stage may be told of only when it is over; then it has no start. A step is none then."""
    for place in range(len(spans) - 1, -1, -1):
        if spans[place].is_ended_by(mark.kind, mark.name):
            spans[place] = spans[place]._replace(end=mark)
            return
    if mark.kind == DONE:
        spans.append(Span(OF_STAGE, mark.name, None, mark))
