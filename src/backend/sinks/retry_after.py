"""A `Retry-After` header in, seconds out."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def retry_after_seconds(text: str | None, now: datetime) -> float | None:
    """Seconds, or the time until one of HTTP's dates; None where it is neither.

    https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    """
    if text is None:
        return None
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max((at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds(), 0.0)
