"""Which runs come, when, and how they will go: a day and a number in, the origins of runs out.

The day is told backwards from its end, so that it looks the same at whatever hour one asks: two
rush hours behind, in the first of which the monorepo's builds come all at once, and a few pushes
in the last minutes, so that something is queued and running at the end.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain, cycle, islice
from random import Random

from .blueprints import Card, Fate
from .organisation import (
    AUDIT,
    DEPLOY,
    DEVICE_TESTS,
    DOCS,
    DRIFT,
    ENGINE,
    ENGINE_BUILD,
    FIELD_AGENT,
    ORDERS,
    ORDERS_CI,
    PEOPLE,
    PLATFORM,
    STOREFRONT,
    STOREFRONT_CI,
)
from .plan import Origin

_HOUR, _MINUTE = 3600, 60
BUILD_RUSH_SECONDS, SECOND_RUSH_SECONDS = 7 * _HOUR, 3.5 * _HOUR  # before the day's end
CANCELLED_SECONDS = BUILD_RUSH_SECONDS - 40 * _MINUTE
SETTLED_SECONDS, EARLIEST_SECONDS = 80 * _MINUTE, 23.5 * _HOUR  # when ordinary runs begin
LATE_JITTER_SECONDS = 15
RUNS_PER_LATE_RUN = 10
RUSH_SHARE = 0.75
RUN_NUMBERS_EVERY_SECONDS = 1200  # how fast run numbers rise from day to day

_ORDERS_PUSH = Card(ORDERS, ORDERS_CI, "push")
_ORDERS_CHANGE = Card(ORDERS, ORDERS_CI, "pull_request")
_STOREFRONT_CHANGE = Card(STOREFRONT, STOREFRONT_CI, "pull_request")
_ENGINE_PUSH = Card(ENGINE, ENGINE_BUILD, "push")
_ENGINE_CHANGE = Card(ENGINE, ENGINE_BUILD, "pull_request")
_DEPLOY = Card(PLATFORM, DEPLOY, "push")
_DRIFT = Card(PLATFORM, DRIFT, "schedule")
_AUDIT = Card(ORDERS, AUDIT, "schedule")
_DOCS = Card(STOREFRONT, DOCS, "push")
_DEVICE = Card(FIELD_AGENT, DEVICE_TESTS, "workflow_dispatch")

_QUIET = (
    _ORDERS_CHANGE,
    _ENGINE_PUSH,
    _STOREFRONT_CHANGE,
    _DEPLOY,
    _ENGINE_CHANGE,
    _ORDERS_PUSH,
    _DRIFT,
    _STOREFRONT_CHANGE,
    _DEVICE,
    _ENGINE_CHANGE,
    _ORDERS_CHANGE,
    _AUDIT,
    _DOCS,
    _DEPLOY,
    _ORDERS_CHANGE,
    _ENGINE_PUSH,
)
# Dealt in this order, so that even a small day has one of everything and about one run in
# eight goes wrong.
DECK = (
    Card(ORDERS, ORDERS_CI, "pull_request", Fate.RERUN),
    Card(ENGINE, ENGINE_BUILD, "pull_request", Fate.CANCELLED),
    *_QUIET,
    Card(STOREFRONT, STOREFRONT_CI, "pull_request", Fate.TIMED_OUT),
    Card(ORDERS, ORDERS_CI, "push", Fate.RERUN),
    Card(PLATFORM, DEPLOY, "push", Fate.FAILURE),
    *_QUIET,
)
# With the seconds before the day's end: builds that fill their pool and queue, tests that run, a
# deployment that has come as far as its approval.
LATE = ((_ENGINE_CHANGE, 95), (_ENGINE_PUSH, 210), (_ORDERS_CHANGE, 60), (_DEPLOY, 390))


def arrivals(rng: Random, end: datetime, runs: int, ids: Iterator[int]) -> Iterator[Origin]:
    """`runs` origins in the order of their creation, within the 24 h that end at `end`."""
    late = LATE[: runs // RUNS_PER_LATE_RUN]
    settled = islice(cycle(DECK), runs - len(late))
    timed = chain(
        ((card, _settled_seconds(rng, card)) for card in settled),
        ((card, seconds + rng.randint(0, LATE_JITTER_SECONDS)) for card, seconds in late),
    )
    first_number = int(end.timestamp()) // RUN_NUMBERS_EVERY_SECONDS % 100_000
    oldest_first = sorted(timed, key=lambda pair: -pair[1])
    for number, (card, seconds) in enumerate(oldest_first, first_number):
        yield _origin(rng, card, end - timedelta(seconds=seconds), next(ids), number)


def _settled_seconds(rng: Random, card: Card) -> int:
    """How long before the day's end the run is created."""
    if card.fate is Fate.CANCELLED:  # given up in the thick of the rush, much of it still queued
        return CANCELLED_SECONDS + rng.randint(0, 5 * _MINUTE)
    if card.repository is ENGINE:
        seconds = rng.gauss(BUILD_RUSH_SECONDS, 20 * _MINUTE)
    elif rng.random() < RUSH_SHARE:
        seconds = rng.gauss(rng.choice((BUILD_RUSH_SECONDS, SECOND_RUSH_SECONDS)), 45 * _MINUTE)
    else:
        seconds = rng.uniform(SETTLED_SECONDS, EARLIEST_SECONDS)
    return round(min(max(seconds, SETTLED_SECONDS), EARLIEST_SECONDS))


def _origin(rng: Random, card: Card, created_at: datetime, run_id: int, run_number: int) -> Origin:
    title = rng.choice(card.repository.titles)
    from_branch = card.event == "pull_request"
    return Origin(
        run_id=run_id,
        run_number=run_number,
        card=card,
        created_at=created_at,
        actor=rng.choice(tuple(PEOPLE)),
        title=title,
        branch=title.lower().replace(" ", "-") if from_branch else "main",
        commit_sha=f"{rng.getrandbits(160):040x}",
        pull_request_number=rng.randint(100, 999) if from_branch else None,
        lag_seconds=rng.randint(0, 2),
    )
