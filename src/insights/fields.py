"""One field of an item in, what its column holds out; or why the service refuses it. Pure.

Texts are cut and keys dropped as the service does it:
https://learn.microsoft.com/azure/azure-monitor/app/data-model-complete
"""

import re
from collections.abc import Mapping

from msgspec.json import encode

from .envelope import Level, Text

MAX_KEY_LENGTH = 150
MAX_VALUE_LENGTH = 8_192
MAX_NAME_LENGTH = 1_024
MAX_MESSAGE_LENGTH = 32_768

_LEVELS = {"verbose": 0, "information": 1, "warning": 2, "error": 3, "critical": 4}
_TIME_SPAN = re.compile(
    r"(?:([0-9]{1,8})\.)?([01]?[0-9]|2[0-3]):([0-5]?[0-9]):([0-5]?[0-9](?:\.[0-9]{1,9})?)"
)


class BadItemError(ValueError):
    """An item that the service would not take; the message says which field and why."""


def required(type_name: str, field: str, value: Text) -> str:
    """The value, unless it is missing or empty.

    Raises:
        BadItemError: in the service's words.
    """
    if value:
        return value
    raise BadItemError(
        f"109: Field '{field}' on type '{type_name}' is required but missing or empty."
        " Expected: string, Actual: undefined"
    )


def parse_duration_milliseconds(text: str) -> float:
    """Milliseconds of a .NET time span: `D.HH:MM:SS.fffffff`, days and fraction optional.

    Raises:
        BadItemError: it is none.
    """
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise BadItemError(
            "102: Field 'duration' is not a valid time span."
            f" Expected: D.HH:MM:SS, Actual: {text[:50]}"
        )
    days, hours, minutes, seconds = match.groups()
    whole_minutes = (int(days or 0) * 24 + int(hours)) * 60 + int(minutes)
    return whole_minutes * 60_000 + float(seconds) * 1000


def severity(level: Level) -> int | None:
    """SDKs write a number or the level's name."""
    if not isinstance(level, str):
        return level
    if level.lower() not in _LEVELS:
        raise BadItemError(f"102: Field 'severityLevel' is not a valid level. Actual: {level[:50]}")
    return _LEVELS[level.lower()]


def cut(text: Text, length: int = MAX_NAME_LENGTH) -> Text:
    """The text's first `length` characters, as the service keeps them."""
    return text[:length] if text else text


def dimensions(properties: Mapping[str, Text] | None) -> str:
    """JSON of the properties: values are cut, those under too long a key dropped."""
    return dynamic(
        {
            key: cut(value, MAX_VALUE_LENGTH)
            for key, value in (properties or {}).items()
            if len(key) <= MAX_KEY_LENGTH
        }
    )


def measurements(numbers: Mapping[str, float | None] | None) -> str:
    """JSON of the measurements, those under too long a key dropped."""
    return dynamic({k: v for k, v in (numbers or {}).items() if len(k) <= MAX_KEY_LENGTH})


def dynamic(value: object) -> str:
    """A dynamic column's content: JSON text."""
    return encode(value).decode()
