"""When something of a run was written in, the key of a mark out: look then whether it may go. Pure.

    sweep/YYYY-MM-DD/HOST/RUN

A run is marked once a day that it is heard of, so nobody ever lists all runs; what is there when
the day comes says what is due (`sweep`). The mark comes with a run's first fact, not with its end:
of many runs the end is never told.
"""

from datetime import datetime, timedelta

from ..shared.object_store import segment
from .arrivals import AnyArrival

MARKS = "sweep/"
SAMPLES_KEPT = timedelta(days=7)  # a job runs for five days at most
STATE_KEPT = timedelta(days=35)  # as long as a run may last, or be run again
_A_DAY = timedelta(days=1)


def mark_key(run: str, last_written: datetime, kept: timedelta) -> str:
    """The mark of the first day on which all that was written by then has been kept for so long.

    `run` is `HOST/RUN`, as in the keys of what is kept.
    """
    return f"{MARKS}{(last_written + kept + _A_DAY).date()}/{run}"


def run_mark(arrival: AnyArrival) -> str:
    """The first mark of the run that this is about."""
    run = f"{segment(arrival.subject.host)}/{arrival.subject.run_id}"
    return mark_key(run, arrival.event.received_at, SAMPLES_KEPT)
