"""What a service counts of itself: single facts come in, totals and levels go out.

Counting costs well under a microsecond and knows no exporter: whoever reports (`health_log`,
`health_export`) reads the totals when its time comes. The names are those of `METRICS` in
`model/semconv.py`.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ..model.semconv import OLDEST_AGE, QUEUE_DEPTH


@dataclass(slots=True)
class Durations:
    """How often something took time, how long altogether, and how long at most."""

    count: int = 0
    seconds: float = 0.0
    longest_seconds: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.count += 1
        self.seconds += seconds
        self.longest_seconds = max(self.longest_seconds, seconds)


@dataclass(slots=True)
class Health:
    """One service's figures since its start.

    Attributes:
        counts: by the name of a counter and the value of its attribute; "" where it has none.
        durations: by the name of a histogram, since somebody took them last.
        queue_depth: messages on the queue, None while that is not known.
        oldest_waiting_at: when the oldest message came that waits in the queue, None while none
            does, or that is not known.
        oldest_enqueued_at: of the oldest message that was received and not dealt with yet; set by
            the worker, None while it has none.
        listeners: told of each single duration, since a histogram is more than a total.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    durations: dict[str, Durations] = field(default_factory=dict)
    queue_depth: int | None = None
    oldest_waiting_at: datetime | None = None
    oldest_enqueued_at: datetime | None = None
    listeners: list[Callable[[str, float, str], None]] = field(default_factory=list)

    def count(self, name: str, number: int = 1, value: str = "") -> None:
        """So many more of this; `value` is the counter's one attribute, of few distinct values."""
        self.counts[name, value] += number

    def lasted(self, name: str, seconds: float, value: str = "") -> None:
        """One more of this, and how long it took; `value` is the histogram's one attribute."""
        self.durations.setdefault(name, Durations()).add(seconds)
        for listener in self.listeners:
            listener(name, seconds, value)

    def take_durations(self) -> dict[str, Durations]:
        """The durations so far; from here they are counted anew."""
        taken, self.durations = self.durations, {}
        return taken

    def levels(self, now: datetime) -> dict[str, float]:
        """What stands at this moment, by name; what is not known is not in it."""
        levels: dict[str, float] = {}
        if self.queue_depth is not None:
            levels[QUEUE_DEPTH] = self.queue_depth
        if known := [at for at in (self.oldest_waiting_at, self.oldest_enqueued_at) if at]:
            levels[OLDEST_AGE] = max(0.0, (now - min(known)).total_seconds())
        return levels
