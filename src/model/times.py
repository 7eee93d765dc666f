"""Times: GitHub's text in, aware UTC datetimes out, and back to one canonical text.

GitHub writes `2025-01-22T19:01:02Z`, `2025-01-22T19:01:02.000Z` and, from some servers,
`2025-01-23T03:01:02+08:00`; all occur in real deliveries.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Optional

UTC = timezone.utc

# Beyond them lie zero times (year 1) and ends of time (9999), which no sum of times survives.
PLAUSIBLE_YEARS = range(1000, 5000)


def parse_time(text: Optional[str]) -> Optional[datetime]:
    """The instant that `text` names, or None where it names none: null, empty, unreadable, absurd.

    A time without a zone is taken as UTC, which is what GitHub means.
    """
    if not text:
        return None
    try:
        # fromisoformat learned "Z" only in Python 3.11; this module runs on 3.9.
        parsed = datetime.fromisoformat(text[:-1] + "+00:00" if text[-1] in "Zz" else text)
        moment = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in PLAUSIBLE_YEARS else None


def format_time(moment: datetime) -> str:
    """`2025-01-22T19:01:02Z`, with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def seconds_between(start: Optional[datetime], end: Optional[datetime]) -> Optional[float]:
    """Seconds from start to end, negative where end comes first; None if either is unknown."""
    if start is None or end is None:
        return None
    return (end - start).total_seconds()
