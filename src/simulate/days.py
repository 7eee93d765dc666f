"""A seed and an end in, a simulated day out: its deliveries and the truth about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random

from .arrivals import arrivals
from .course import Course
from .deliveries import Delivery
from .plan import Run
from .timeline import deliver
from .truth import Truth, tell_truth

DEFAULT_RUNS = 40
DAY = timedelta(days=1)
# What happens at the last moment must still arrive within the day.
LAST_MOMENT = timedelta(seconds=10)
IDS_PER_DAY = 1 << 22


@dataclass(frozen=True, slots=True)
class Day:
    """A day's deliveries in the order of their arrival, and what the tables must say of it.

    Both follow from `planned`, the attempts of its runs.
    """

    deliveries: list[Delivery]
    truth: Truth
    planned: tuple[Run, ...]


def simulate_day(seed: int, end: datetime, runs: int = DEFAULT_RUNS) -> Day:
    """A day of `runs` runs, re-runs not counted, within the 24 h that end at `end`.

    The same seed, end and number give the same bytes on every machine. `end` is an aware
    datetime, taken to the second. Ids of different seeds or ends do not meet.
    """
    planned = _plan_day(seed, end, runs)
    deliveries = list(deliver(_rng("ids", seed, end), planned))
    return Day(deliveries, tell_truth(planned, _whole(end)), planned)


def simulate_deliveries(
    seed: int, end: datetime, days: int, runs: int = DEFAULT_RUNS
) -> Iterator[Delivery]:
    """The deliveries of `days` days, the last of which ends at `end`, one by one for load tests.

    Only one day's plan is in memory at a time, and no more than one body.
    """
    for days_before in range(days - 1, -1, -1):
        day_end = end - days_before * DAY
        yield from deliver(_rng("ids", seed, day_end), _plan_day(seed, day_end, runs))


def _plan_day(seed: int, end: datetime, runs: int) -> tuple[Run, ...]:
    rng, ids = _rng("plan", seed, end), count(_first_id(seed, end))
    whole_end = _whole(end)
    origins = list(arrivals(rng, whole_end, runs, ids))
    return Course(rng, runs, ids).run(origins, whole_end - LAST_MOMENT)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _name(seed: int, end: datetime) -> str:
    return f"{seed}/{_whole(end).isoformat()}"


def _rng(purpose: str, seed: int, end: datetime) -> Random:
    return Random(f"{purpose}/{_name(seed, end)}")  # noqa: S311 -- a simulation, no secret


def _first_id(seed: int, end: datetime) -> int:
    # 30 bits of a hash, then room for a day: below 2**53, where JSON readers lose digits.
    hashed = int.from_bytes(sha256(_name(seed, end).encode()).digest()[:4], "big") >> 2
    return (hashed + 1) * IDS_PER_DAY
