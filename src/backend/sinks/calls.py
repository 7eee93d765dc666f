"""Rows in; what goes into one call of a remote sink each, and the times it writes, out. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from .base import EventRow, MetricRow, Row, SpanRow

ITEMS_PER_CALL = 500
SCOPE = "github-telemetry"
"""Who tells it all, as OpenTelemetry calls that."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def calls(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Rows of one kind together, no more than services take at once."""
    for kind in (EventRow, SpanRow, MetricRow):
        alike = [row for row in rows if isinstance(row, kind)]
        yield from (alike[i : i + ITEMS_PER_CALL] for i in range(0, len(alike), ITEMS_PER_CALL))


def nanoseconds(moment: datetime) -> int:
    """Since 1970, exactly; a time before it, which neither protocol can say, is 1970."""
    since = moment - _EPOCH
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return max(microseconds, 0) * 1000
