"""An amount and its unit in, what a reader wants to read out: `98 %`, `3.1 GiB`, `12 min 5 s`.

Units are UCUM codes; `{thing}` counts things, and names them.
"""

from __future__ import annotations

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB")
_STEP = 1024
_EXACT_BELOW = 10  # from here on a decimal tells nothing


def say(value: float, unit: str) -> str:
    """The amount in words; a unit that needs none of its own is written as it is."""
    if unit == "s":
        return say_seconds(value)
    if unit in {"By", "By/s"}:
        return say_bytes(value) + unit[2:]
    thing, brace, rest = unit.strip("{").partition("}")
    if brace:
        return f"{number(value)} {thing if number(value) == '1' else thing + 's'}{rest}"
    return number(value) if unit == "1" else f"{number(value)} {unit}"


def number(value: float) -> str:
    """`98`, `3.1`, `0.25`: as exact as one reads it."""
    if abs(value) >= _EXACT_BELOW:
        return f"{value:.0f}"
    return f"{value:.{1 if abs(value) >= 1 else 2}f}".rstrip("0").rstrip(".")


def say_seconds(seconds: float) -> str:
    """`0.4 s`, `45 s`, `12 min 5 s`, `3 h 7 min`, `2 h`: two parts at most."""
    whole = round(seconds)
    if whole < _EXACT_BELOW:
        return f"{number(seconds)} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "h"), (minutes, "min"), (0 if hours else rest, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def say_clock(seconds: float) -> str:
    """`0:45`, `12:05`, `3:07:20`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def say_bytes(count: float) -> str:
    """`512 B`, `3.1 GiB`."""
    power = 0
    while abs(count) >= _STEP and power < len(_BINARY) - 1:
        count /= _STEP
        power += 1
    shown = f"{count:.1f}" if abs(count) < _STEP / 10 else f"{count:.0f}"
    return f"{shown.removesuffix('.0')} {_BINARY[power]}"
