"""A column's name in; its unit and its heading, out. Names carry their units, so these follow."""

from dataclasses import dataclass
from enum import Enum

GOOD_PERCENT, FAIR_PERCENT = 95, 80  # of runs that succeed


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
    "usd": Unit.USD,
    "conclusion": Unit.RESULT,
    "step_conclusion": Unit.RESULT,
    "record_id": Unit.KEY,
}
_BY_WORD = {"seconds": Unit.SECONDS, "percent": Unit.PERCENT, "bytes": Unit.BYTES}
_BY_LAST_WORD = {"at": Unit.TIME, "url": Unit.LINK}
_SPOKEN = {
    "at": "Time",
    "before_seconds": "When",
    "busy_percent": "Share busy",
    "covered_percent": "Share covered",
    "cpu_hours": "CPU hours",
    "cpu_percent": "CPU",
    "cpu_percent_mean": "CPU, mean",
    "cpu_seconds": "CPU time",
    "duration_seconds": "Lasted",
    "failure_percent": "Share failed",
    "flaky_percent": "Share flaky",
    "longest_seconds": "Longest",
    "memory_mib": "Memory (MiB)",
    "name": "Job or step",
    "most_memory_mib": "Most memory (MiB)",
    "p50_cpu_seconds": "CPU time, median",
    "p50_seconds": "Median",
    "p95_seconds": "95th percentile",
    "part": "For",
    "queue_p95_seconds": "Queue, 95th percentile",
    "repository_full_name": "Repository",
    "run_attempt": "Attempt",
    "run_number": "Run",
    "runner_seconds": "Runners' time",
    "seconds": "Time",
    "step_conclusion": "Conclusion",
    "usd": "USD",
    "wasted_percent": "Share wasted",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an answer: as the query calls it, as people do, and what its values are."""

    name: str
    heading: str
    unit: Unit


def column(name: str) -> Column:
    """What follows from its name."""
    words = name.split("_")
    told = [_BY_WORD[word] for word in words if word in _BY_WORD]
    unit = _BY_NAME.get(name) or _BY_LAST_WORD.get(words[-1]) or next(iter(told), Unit.PLAIN)
    return Column(name, _SPOKEN.get(name, _heading(words)), unit)


def _heading(words: list[str]) -> str:
    """Without what the unit says and what every name is."""
    said = {*_BY_WORD, *_BY_LAST_WORD, "name"}
    heading = " ".join(word for word in words if word not in said)
    return f"{heading[:1].upper()}{heading[1:]}"
