"""An emission in, rows for any sink out: events carry the numbers, spans the shape. Pure."""

from datetime import datetime, timedelta

from .decide import Emission
from .event_rows import event_row
from .sinks.base import Row
from .span_rows import span_rows

OLDEST_ROW = timedelta(hours=47)  # the service refuses what is older than 48


def rows_of(emission: Emission, now: datetime) -> list[Row]:
    """All rows of the emission, as of now."""
    oldest = now - OLDEST_ROW
    records = (emission.interpretation.subject, *emission.interpretation.steps)
    rows: list[Row] = [event_row(r, emission.received_at, oldest, now) for r in records]
    if emission.spans:
        rows += span_rows(records, oldest, now)
    return rows
