from datetime import UTC, datetime, timedelta

import pytest

from src.insights.answers import json_value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "00:00:00"),
        (timedelta(seconds=1, microseconds=500_000), "00:00:01.500000"),
        (timedelta(days=35, hours=23, minutes=59), "35.23:59:00"),
        (-timedelta(minutes=90), "-01:30:00"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        ([timedelta(hours=1), None], ["01:00:00", None]),
        (float("nan"), None),
        (float("-inf"), None),
        (0.0, 0.0),
        ({"a": 1}, {"a": 1}),
    ],
)
def test_values_travel_as_kusto_writes_them(value: object, text: object):
    assert json_value(value) == text
