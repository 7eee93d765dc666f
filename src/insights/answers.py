"""A query's table in, what travels as JSON out; the same over HTTP and from the file."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from ..model.times import format_time
from ..shared.errors import TelemetryError


class NoAnswerError(TelemetryError):
    """Nobody could be asked, or the query is wrong; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of JSON values: times and time spans are text, as Kusto writes them."""

    columns: list[str]
    rows: list[list[Any]]


def json_value(value: object) -> object:
    """One value of a `Table` as JSON can say it; a number that is none becomes null."""
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, timedelta):
        return format_time_span(value)
    if isinstance(value, list):
        return [json_value(one) for one in value]
    if isinstance(value, float) and not isfinite(value):
        return None
    return value


def format_time_span(span: timedelta) -> str:
    """`[-][D.]HH:MM:SS[.ffffff]`, Kusto's text for a timespan."""
    sign, span = ("-", -span) if span < timedelta(0) else ("", span)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}." if span.days else ""
    fraction = f".{span.microseconds:06d}" if span.microseconds else ""
    return f"{sign}{days}{hours:02d}:{minutes:02d}:{seconds:02d}{fraction}"
