"""A column's name in; its unit and its heading, out. Names carry their units, so these follow."""

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    """What a column's values are."""

    SECONDS = "seconds"
    PERCENT = "percent"
    BYTES = "bytes"
    USD = "usd"
    TIME = "time"
    LINK = "link"
    RESULT = "result"
    """A conclusion in GitHub's words."""
    KEY = "key"
    """What a chosen row hands on; nobody reads it."""
    PLAIN = "plain"
    """Text, or a number that counts."""


_BY_NAME = {
    "at": Unit.TIME,
    "usd": Unit.USD,
    "seconds": Unit.SECONDS,
    "conclusion": Unit.RESULT,
    "step_conclusion": Unit.RESULT,
    "record_id": Unit.KEY,
}
_BY_ENDING = {
    "_seconds": Unit.SECONDS,
    "_percent": Unit.PERCENT,
    "_bytes": Unit.BYTES,
    "_at": Unit.TIME,
    "_url": Unit.LINK,
}
_SPOKEN = {
    "at": "Time",
    "duration_seconds": "Lasted",
    "event": "By",
    "longest_seconds": "Longest",
    "memory_mib": "Memory (MiB)",
    "most_memory_mib": "Most memory (MiB)",
    "p50_seconds": "Median",
    "p95_seconds": "95th percentile",
    "queue_p95_seconds": "Queue, 95th percentile",
    "p50_cpu_seconds": "CPU time, median",
    "cpu_hours": "CPU hours",
    "cpu_seconds": "CPU time",
    "cpu_percent": "CPU",
    "cpu_percent_mean": "CPU, mean",
    "repository_full_name": "Repository",
    "step_conclusion": "Conclusion",
    "usd": "USD",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer: as the query calls it, as people do, and what its values are."""

    name: str
    heading: str
    unit: Unit


def column(name: str) -> Column:
    """What follows from its name."""
    ending = next((ending for ending in _BY_ENDING if name.endswith(ending)), "")
    unit = _BY_NAME.get(name, _BY_ENDING.get(ending, Unit.PLAIN))
    return Column(name, _SPOKEN.get(name, _words(name, ending)), unit)


def _words(name: str, ending: str) -> str:
    words = name.removesuffix(ending).removesuffix("_name").replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}"
