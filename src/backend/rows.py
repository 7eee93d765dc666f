"""Emissions in, rows for any sink out: events carry the numbers, spans the shape. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .decide import Emission
from .event_rows import event_row
from .sinks.base import Rows
from .span_rows import span_rows

OLDEST_ROW = timedelta(hours=47)  # the service refuses what is older than 48


def rows_of(emissions: Iterable[Emission], now: datetime) -> Rows:
    """All rows of these emissions, as of now."""
    rows = Rows([], [])
    oldest = now - OLDEST_ROW
    for emission in emissions:
        records = (emission.interpretation.subject, *emission.interpretation.steps)
        rows.events.extend(event_row(r, emission.received_at, oldest, now) for r in records)
        if emission.spans:
            rows.spans.extend(span_rows(records, oldest))
    return rows
