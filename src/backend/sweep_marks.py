"""Arrivals in, marks in the store out: on which day to look at a run, whose objects may then go.

    sweep/YYYY-MM-DD/HOST/RUN

A run is marked once a day that it is heard of, so nobody ever lists all runs; what is there when
the day comes says what is due (`sweep`). The mark comes with a run's first fact, not with its end:
of many runs the end is never told.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from ..shared.object_store import ObjectStore, segment
from .arrivals import AnyArrival
from .pauses import all_of

MARKS = "sweep/"
SAMPLES_KEPT = timedelta(days=7)  # a job runs for five days at most
STATE_KEPT = timedelta(days=35)  # as long as a run may last, or be run again
MOST_IN_MIND = 10_000
_A_DAY = timedelta(days=1)


def mark_key(run: str, last_written: datetime, kept: timedelta) -> str:
    """The mark of the first day on which all that was written by then has been kept for so long.

    `run` is `HOST/RUN`, as in the keys of what is kept.
    """
    return f"{MARKS}{(last_written + kept + _A_DAY).date()}/{run}"


def run_of(arrival: AnyArrival) -> str:
    """`HOST/RUN`."""
    return f"{segment(arrival.subject.host)}/{arrival.subject.run_id}"


class Marks:
    """Leaves marks, each once."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._left: dict[str, None] = {}

    async def leave(self, arrivals: Iterable[AnyArrival]) -> None:
        """Mark the runs that these are of."""
        wanted = {mark_key(run_of(a), a.event.received_at, SAMPLES_KEPT): None for a in arrivals}
        new = [key for key in wanted if key not in self._left]
        await all_of(self._store.create(key, b"") for key in new)
        self._left.update(dict.fromkeys(new))
        while len(self._left) > MOST_IN_MIND:
            del self._left[next(iter(self._left))]
