"""What a sink takes, and what it promises, whatever it writes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

Properties = dict[str, str]
Measurements = dict[str, float]


@dataclass(frozen=True, slots=True)
class EventRow:
    """A custom event; `parent_span_id` is the span of the thing itself."""

    name: str
    at: datetime
    trace_id: int
    parent_span_id: int
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
class Rows:
    """What one call of a sink takes."""

    events: list[EventRow]
    spans: list[SpanRow]


class Sink(Protocol):
    """Somewhere that rows go."""

    async def emit(self, rows: Rows) -> None:
        """Return when the sink has every row; the same rows may come again.

        Raises:
            SinkUnavailableError: it does not have all of them; send all again later.
            SinkRefusedError: it does not have all of them, and never will.
        """

    async def close(self) -> None:
        """Let go of connections and files."""
