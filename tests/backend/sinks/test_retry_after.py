from datetime import UTC, datetime

import pytest

from src.backend.sinks.retry_after import retry_after_seconds

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("17", 17.0),
        ("0", 0.0),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_seconds_or_a_date(text: str | None, seconds: float | None):
    assert retry_after_seconds(text, NOW) == seconds
