"""Each alert over a good week, in which it must not fire, and over weeks with trouble planted.

The rules, their thresholds and dimensions are those of infra/modules/alerts.bicep.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from src.kql.scopes import SCOPES, WORKSPACE, Scope
from src.model.records import PHASE_COMPLETED, PHASE_QUEUED, revision
from src.model.semconv import OLDEST_AGE, POISONED, REFUSED
from src.model.terms import JOB_EVENT, RUN_EVENT
from tests.kql.alert_rules import alert_rules
from tests.kql.both_scopes import BothScopes, Point, Told, both_scopes, event
from tests.kql.health_minutes import BACKEND, FRONTEND, REPLICAS
from tests.kql.week import END

pytestmark = pytest.mark.slow

RULES = alert_rules()
REPOSITORY = "octo/app"
ALL = ()  # the one value of no dimensions


def ago(hours: float = 0, minutes: float = 0) -> datetime:
    return END - timedelta(hours=hours, minutes=minutes)


def run(number: int, conclusion: str, ended: datetime, **values: Any) -> Told:
    known = {"repository_full_name": REPOSITORY, "conclusion": conclusion, "completed_at": ended}
    return event(RUN_EVENT, f"github.com/runs/{number}/attempts/1", ended, **known | values)


def runs(hours_ago: float = 1, **counts: int) -> list[Told]:
    """So many of each conclusion."""
    said = [word for word, count in counts.items() for _ in range(count)]
    return [
        run(number, word, ago(hours_ago), workflow_name=f"workflow {number}")
        for number, word in enumerate(said)
    ]


def job(number: int, at: datetime, **values: Any) -> Told:
    known = {
        "repository_full_name": REPOSITORY,
        "workflow_name": "CI",
        "job_name": "build",
        "labels": "self-hosted,gpu",
    }
    return event(JOB_EVENT, f"github.com/jobs/{number}", at, **known | values)


def queued(minutes_ago: float, **values: Any) -> Told:
    """GitHub gives such a job a start too, which is none."""
    at = ago(minutes=minutes_ago)
    waiting = {
        "status": "queued",
        "created_at": at,
        "started_at": at,
        "revision": revision(PHASE_QUEUED),
    }
    return job(1, at, **waiting | values)


def ran(started_minutes_ago: float, number: int = 1, **values: Any) -> Told:
    """A job of five minutes."""
    started = ago(minutes=started_minutes_ago)
    over = {
        "status": "completed",
        "execution": "ran",
        "started_at": started,
        "completed_at": started + timedelta(minutes=5),
        "revision": revision(PHASE_COMPLETED),
    }
    return job(number, started + timedelta(minutes=5), **over | values)


def waits(seconds: float, count: int) -> list[Told]:
    """So many of twenty jobs waited for so long, the others hardly."""
    return [ran(30, number, queue_seconds=seconds if number < count else 5) for number in range(20)]


def age(minutes_ago: float, seconds: float, instance: str = "frontend-3") -> Told:
    service = FRONTEND if instance.startswith("frontend") else BACKEND
    return Point(ago(minutes=minutes_ago), service, instance, OLDEST_AGE, seconds)


def poisoned(minutes_ago: float, number: float) -> Told:
    return Point(ago(minutes=minutes_ago), BACKEND, "backend-1", POISONED, number)


def refused(reason: str, number: float, at: datetime) -> Told:
    properties = {"reason": reason}
    return Point(at, FRONTEND, REPLICAS[0], REFUSED, number, properties=properties)


LATER = END + timedelta(hours=3)  # nothing more has come since the good week's end

FIRES: dict[str, tuple[str, list[Told], datetime, set[tuple[str, ...]]]] = {
    "five runs of a repository fail": (
        *("failure-rate", runs(failure=3, timed_out=1, startup_failure=1), END, {(REPOSITORY,)}),
    ),
    "more fail than succeed": (
        *("failure-rate", runs(failure=4, success=3, cancelled=9), END, {(REPOSITORY,)}),
    ),
    "a job waits for a runner": ("queue-time", [queued(20)], END, {("self-hosted,gpu",)}),
    "a job waits for a pool": ("queue-time", [queued(20, pool_name="big")], END, {("big",)}),
    "a job waited before it ran": (
        *("queue-time", [ran(30, queue_seconds=1200)], END, {("self-hosted,gpu",)}),
    ),
    "a tenth of the jobs waited": ("queue-time", waits(1200, 2), END, {("self-hosted,gpu",)}),
    "the frontend sees an old message": ("stuck-queue", [age(2, 1200)], END, {ALL}),
    "the backend cannot finish one": ("stuck-queue", [age(2, 1200, "backend-9")], END, {ALL}),
    "a delivery was put aside": ("poison-messages", [poisoned(50, 1)], END, {ALL}),
    "the queue was unavailable": (
        *("lost-deliveries", [refused("unavailable", 1, ago(minutes=50))], END, {ALL}),
    ),
    "all that comes has another signature": (
        *("lost-deliveries", [refused("unsigned", 40, LATER)], LATER + timedelta(minutes=2)),
        {ALL},
    ),
    "no job is told of for a day": ("no-data", [], END + timedelta(hours=25), {ALL}),
    "the frontend says nothing": ("frontend-silent", [], END + timedelta(minutes=16), {ALL}),
    "the backend alone says something": (
        "frontend-silent",
        [Point(END + timedelta(minutes=15), BACKEND, "backend-1", POISONED, 0)],
        END + timedelta(minutes=16),
        {ALL},
    ),
    "a job runs out of memory": (
        *("out-of-memory", [ran(60, out_of_memory_kills=2)], END, {(REPOSITORY, "CI", "build")}),
    ),
}

QUIET: dict[str, tuple[str, list[Told], datetime]] = {
    "four runs fail": ("failure-rate", runs(failure=4), END),
    "as many fail as succeed": ("failure-rate", runs(failure=5, success=5), END),
    "cancelled ones are no failures": ("failure-rate", runs(cancelled=5, skipped=5), END),
    "they failed long ago": ("failure-rate", runs(hours_ago=6.1, failure=9), END),
    "what failed is corrected": (
        "failure-rate",
        runs(failure=5) + [run(n, "success", ago(1), revision=3_000_001) for n in range(5)],
        END,
    ),
    "a job waits for a moment": ("queue-time", [queued(10)], END),
    "it has been done since": ("queue-time", [queued(20), ran(15, queue_seconds=300)], END),
    "it waits for an approval": ("queue-time", [queued(300, status="waiting")], END),
    "it waited long ago": ("queue-time", [ran(70, queue_seconds=1200)], END),
    "one of twenty waited": ("queue-time", waits(1200, 1), END),
    "its end was lost": ("queue-time", [queued(25 * 60)], END),
    "a message is not that old": ("stuck-queue", [age(2, 900)], END),
    "the old message is done": ("stuck-queue", [age(5, 1200), age(3, 20)], END),
    "a replica said so that is gone": ("stuck-queue", [age(11, 1200, "backend-9")], END),
    "nothing was put aside": ("poison-messages", [poisoned(5, 0)], END),
    "it was put aside long ago": ("poison-messages", [poisoned(61, 3)], END),
    "strangers knock while deliveries come": (
        *("lost-deliveries", [refused("unsigned", 40, ago(minutes=5))], END),
    ),
    "what is no delivery is refused": (
        *("lost-deliveries", [refused("malformed", 40, ago(minutes=5))], END),
    ),
    "a night without jobs": ("no-data", [], END + timedelta(hours=23)),
    "the frontend spoke a moment ago": ("frontend-silent", [], END + timedelta(minutes=14)),
    "a job's processes were let live": ("out-of-memory", [ran(60, out_of_memory_kills=0)], END),
    "a job had no sampler": ("out-of-memory", [ran(60)], END),
    "a job ran out of it long ago": ("out-of-memory", [ran(366, out_of_memory_kills=2)], END),
}

EMPTY = {"no-data", "frontend-silent"}
"""What fires where there is nothing at all: nobody has set the webhook yet, or nothing runs."""


@pytest.fixture(scope="module")
def nothing() -> Iterator[BothScopes]:
    with both_scopes() as scopes:
        yield scopes


def told(scopes: BothScopes, alert: str, now: datetime, scope: Scope) -> set[tuple[str, ...]]:
    return RULES[alert].told_by(scopes.ask(RULES[alert].text, now, scope))


@pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)
@pytest.mark.parametrize("alert", RULES)
def test_a_good_week_is_quiet(told_week: BothScopes, alert: str, scope: Scope):
    assert told(told_week, alert, END, scope) == set()


@pytest.mark.parametrize("case", FIRES)
def test_fires_when(told_week: BothScopes, case: str):
    alert, planted, now, expected = FIRES[case]

    with told_week.planted(*planted):
        assert told(told_week, alert, now, WORKSPACE) == expected


@pytest.mark.parametrize("case", QUIET)
def test_does_not_fire_when(told_week: BothScopes, case: str):
    alert, planted, now = QUIET[case]

    with told_week.planted(*planted):
        assert told(told_week, alert, now, WORKSPACE) == set()


@pytest.mark.parametrize("alert", RULES)
def test_where_there_is_nothing_silence_alone_is_told(nothing: BothScopes, alert: str):
    expected = {ALL} if alert in EMPTY else set()

    assert told(nothing, alert, END, WORKSPACE) == expected


def test_each_alert_has_weeks_with_and_without_its_trouble():
    for cases in (FIRES, QUIET):
        assert {alert for alert, *_ in cases.values()} == RULES.keys()


@pytest.mark.parametrize("alert", RULES)
def test_two_days_of_rows_are_enough(told_week: BothScopes, alert: str):
    """A log alert sees no row whose own time is more than two days back."""
    rule = RULES[alert]
    whole = told_week.ask(rule.text, END, WORKSPACE)
    with told_week.planted():
        told_week.forget_before(ago(48))
        assert told_week.ask(rule.text, END, WORKSPACE) == whole
