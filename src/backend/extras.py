"""What goes out beside the rows of what is over; each may be left out, for rows cost money."""

from dataclasses import dataclass, replace

from ..model.records import PHASE_COMPLETED
from .batch import Planned
from .decide import Emission
from .sinks.archive import Archive
from .sinks.base import SpanRow


@dataclass(frozen=True, slots=True)
class Extras:
    """What is wanted.

    Attributes:
        archive: keeps what is over, with its samples' curves.
        host_metrics: what runners did, each minute.
        traces: a span for each run, job and step.
        transitions: what is queued or in progress.
    """

    archive: Archive | None = None
    host_metrics: bool = True
    traces: bool = True
    transitions: bool = True

    def trimmed(self, planned: Planned) -> Planned:
        """The same, without rows that are not wanted."""
        if not self.transitions and _is_transition(planned):
            return replace(planned, rows=())
        if self.traces:
            return planned
        return replace(planned, rows=[r for r in planned.rows if not isinstance(r, SpanRow)])


def _is_transition(planned: Planned) -> bool:
    emission = planned.emission
    return isinstance(emission, Emission) and emission.interpretation.phase != PHASE_COMPLETED


ALL = Extras()
