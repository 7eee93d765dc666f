"""`NAME=VALUE` as a user writes it in; the threshold's name and its number in its unit, out."""

from difflib import get_close_matches
from math import isfinite

from ..analysis.figures import UNITS
from ..analysis.rule import Limit
from ..analysis.rules import thresholds

_PERCENT, _WHOLE_PERCENT = "%", 100.0
_FACTORS = {
    "By": {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
    | {"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40},
    "s": {"s": 1, "min": 60, "h": 3600},
    "ms": {"ms": 1, "s": 1000},
    _PERCENT: {"%": 1},
}
"""What may stand behind a number of each unit, and what it makes of it."""


class BadThresholdError(ValueError):
    """A text that is no threshold; the message says why, and what may have been meant."""


def parse_threshold(text: str) -> tuple[str, float]:
    """`cpu_bound=95`, `disk_full=1GiB`.

    Raises:
        BadThresholdError: there is no such threshold, or it makes no sense.
    """
    name, _, amount = text.partition("=")
    if not amount:
        raise BadThresholdError(f"{text!r} is not NAME=VALUE")
    limit = thresholds().get(name)
    if limit is None:
        raise BadThresholdError(f"there is no threshold {name!r}{_meant(name)}")
    value = _number(amount, UNITS[limit.figure])
    if value is None:
        raise BadThresholdError(f"{text!r} is not a number of {_unit(limit)}")
    _check(text, value, limit)
    return name, value


def _meant(name: str) -> str:
    near = get_close_matches(name, thresholds())
    listed = "docs/telemetry.md lists them"
    return f"; did you mean {' or '.join(near)}?" if near else f"; {listed}"


def _number(amount: str, unit: str) -> float | None:
    digits = amount.strip().rstrip("%abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/ ")
    suffix = amount.strip()[len(digits) :].strip().lower().removesuffix("/s")
    factor = _FACTORS.get(unit.removesuffix("/s"), {}).get(suffix, None if suffix else 1)
    try:
        value = float(digits)
    except ValueError:
        return None
    return value * factor if factor and isfinite(value) else None


def _check(text: str, value: float, limit: Limit) -> None:
    if value < 0:
        raise BadThresholdError(f"{text!r} is below zero")
    if UNITS[limit.figure] != _PERCENT:
        return
    if value > _WHOLE_PERCENT:
        raise BadThresholdError(f"{text!r} is over 100 %")
    # 0.8 is what somebody writes who means 80 %; where the figure is to be low, it may be meant.
    if 0 < value < 1 and not limit.at_most:
        raise BadThresholdError(f"{text!r} is under 1 %; did you mean {100 * value:g}?")


def _unit(limit: Limit) -> str:
    unit = UNITS[limit.figure]
    return {"By": "bytes", "By/s": "bytes a second", "s": "seconds", _PERCENT: "percent"}.get(
        unit, unit.strip("{}").replace("}", "s")
    )
