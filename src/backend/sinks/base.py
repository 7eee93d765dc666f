"""What a sink takes, and what it promises, whatever it writes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Properties = dict[str, str]
Measurements = dict[str, float]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A custom event, within the span of the thing that it is about."""

    name: str
    at: datetime
    trace_id: int
    span_id: int
    operation: str
    role: str
    properties: Properties
    measurements: Measurements


@dataclass(frozen=True, slots=True)
class SpanRow:
    """A span; without a parent it is the run, which becomes a request."""

    name: str
    trace_id: int
    span_id: int
    parent_span_id: int | None
    started_at: datetime
    ended_at: datetime
    failed: bool
    role: str
    attributes: Properties


@dataclass(frozen=True, slots=True)
class MetricRow:
    """What a runner's samples said of one figure within a minute.

    Attributes:
        name, unit: OpenTelemetry's.
        started_at, ended_at: the minute; moved as one where it would be refused.
        count: how many samples knew the figure; a point that is told again has more of them.
        sum, min, max: over them. `sum / count` is the mean of a level; of what flows, `sum` is the
            whole amount.
        record_id: the point's, however often it is told.
        role: the repository.
        properties: whose it is, and what OpenTelemetry tells the figure's parts apart by.
    """

    name: str
    unit: str
    started_at: datetime
    ended_at: datetime
    count: int
    sum: float
    min: float
    max: float
    record_id: str
    role: str
    properties: Properties


Row = EventRow | SpanRow | MetricRow


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the rows of one call; those it does not name were taken.

    Attributes:
        missing: not taken, or not known to be; sending them again may help.
        refused: will never be taken.
        complaint: why, in one line.
        retry_after_seconds: when to ask again, where the sink says so.
    """

    missing: Sequence[Row] = ()
    refused: Sequence[Row] = ()
    complaint: str = ""
    retry_after_seconds: float | None = None


class Sink(Protocol):
    """Somewhere that rows go."""

    async def emit(self, rows: Sequence[Row]) -> Receipt:
        """Return when the sink has every row, or has said which it has not; never raise for those.

        The same rows may come again.
        """

    async def close(self) -> None:
        """Let go of connections and files."""
