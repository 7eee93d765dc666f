"""When deliveries came in; what two frontends and a backend tell of two good days, out.

The backend is scaled to zero where nothing comes: then the frontends alone say how the queue is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from src.model.semconv import (
    EMITTED,
    ENQUEUED,
    LAG,
    OLDEST_AGE,
    POISONED,
    PROCESSED,
    QUEUE_DEPTH,
    RECEIVED,
    REFUSED,
)
from tests.kql.both_scopes import Point

FRONTEND, BACKEND = "github-telemetry-frontend", "github-telemetry-backend"
REPLICAS = ("frontend-1", "frontend-2")
MINUTE = timedelta(minutes=1)
MINUTES = 2 * 24 * 60
STRANGER_EVERY = 45  # minutes: somebody who has no secret knocks


def quiet_minutes(arrivals: Iterable[datetime], end: datetime) -> Iterator[Point]:
    """Each minute of the two days before `end`, whose last one tells of `end` itself."""
    came = Counter(at.replace(second=0, microsecond=0) for at in arrivals)
    for number in range(MINUTES):
        at = end - number * MINUTE
        count = came[at - MINUTE]
        yield from _frontends(at, number, count)
        if count:
            yield from _backend(at, count)


def _frontends(at: datetime, number: int, count: int) -> Iterator[Point]:
    for place, replica in enumerate(REPLICAS):
        share = float(count // 2 + (count % 2) * place)
        yield Point(at, FRONTEND, replica, QUEUE_DEPTH, float(count))
        yield Point(at, FRONTEND, replica, RECEIVED, share)
        yield Point(at, FRONTEND, replica, ENQUEUED, share)
        if count:  # a job that is over waits for its last samples, two minutes at most
            yield Point(at, FRONTEND, replica, OLDEST_AGE, float(number * 37 % 120))
    if number % STRANGER_EVERY == 0:
        yield Point(at, FRONTEND, REPLICAS[0], REFUSED, 1.0, properties={"reason": "unsigned"})


def _backend(at: datetime, count: int) -> Iterator[Point]:
    yield Point(at, BACKEND, "backend-1", PROCESSED, float(count))
    yield Point(at, BACKEND, "backend-1", POISONED, 0.0)
    yield Point(at, BACKEND, "backend-1", LAG, 0.5 * count, count, (0.25, 0.75))
    sink = {"sink": "application_insights"}
    yield Point(at, BACKEND, "backend-1", EMITTED, 5.0 * count, properties=sink)
