from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.model.times import format_time, parse_time, seconds_between

MOMENT = datetime(2025, 1, 22, 19, 1, 2, tzinfo=UTC)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 -- the strategy adds the zone


@pytest.mark.parametrize(
    "text",
    [
        "2025-01-22T19:01:02Z",
        "2025-01-22T19:01:02z",
        "2025-01-22T19:01:02.000Z",
        "2025-01-22T19:01:02+00:00",
        "2025-01-23T03:01:02+08:00",
        "2025-01-23T03:01:02.000+08:00",
        "2025-01-22T14:01:02-05:00",
        "2025-01-22T19:01:02",
    ],
)
def test_each_way_in_which_github_writes_a_time(text: str):
    parsed = parse_time(text)

    assert parsed == MOMENT
    assert parsed.tzinfo is UTC


def test_fractions_are_kept():
    assert parse_time("2025-01-22T19:01:02.250Z") == MOMENT + timedelta(milliseconds=250)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "Z",
        "null",
        "yesterday",
        "2025-13-01T00:00:00Z",
        "2025-01-22T25:00:00Z",
        "2025-01-22T19:01:02ZZ",
        "0001-01-01T00:00:00+08:00",  # before the first moment there is
    ],
)
def test_what_names_no_time_is_unknown(text: str | None):
    assert parse_time(text) is None


@given(st.text())
def test_no_text_is_an_error(text: str):
    parsed = parse_time(text)

    assert parsed is None or parsed.tzinfo is UTC


@given(MOMENTS)
def test_a_time_survives_being_written_and_read(moment: datetime):
    text = format_time(moment)

    assert text.endswith("Z")
    assert parse_time(text) == moment


@given(MOMENTS)
def test_the_zone_in_which_it_is_written_does_not_matter(moment: datetime):
    assert parse_time(moment.isoformat()) == moment
    assert format_time(moment) == format_time(moment.astimezone(UTC))


def test_the_canonical_text_has_a_fraction_only_where_there_is_one():
    assert format_time(MOMENT) == "2025-01-22T19:01:02Z"
    assert format_time(MOMENT + timedelta(milliseconds=5)) == "2025-01-22T19:01:02.005000Z"


@given(MOMENTS, MOMENTS)
def test_seconds_are_negative_where_the_end_comes_first(start: datetime, end: datetime):
    seconds = seconds_between(start, end)

    assert seconds == -seconds_between(end, start)
    assert (seconds < 0) == (end < start)
    assert abs(start + timedelta(seconds=seconds) - end) <= timedelta(microseconds=1)


@pytest.mark.parametrize(("start", "end"), [(None, MOMENT), (MOMENT, None), (None, None)])
def test_seconds_to_or_from_the_unknown_are_unknown(start: datetime | None, end: datetime | None):
    assert seconds_between(start, end) is None
