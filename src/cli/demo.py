"""A running stack in, a simulated day in its tables out: once a day, through the real frontend.

The day's end is kept before its first delivery is posted: a day that was interrupted is posted
again with the same ids, and so it is no second day but duplicates, which the product folds.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic, sleep

import click
import httpx

from ..model.times import format_time, parse_time
from ..shared.http_client import client_for
from ..simulate.days import Day, simulate_day
from ..simulate.deliveries import Delivery
from ..simulate.organisation import DEVICE_TESTS, ENGINE_BUILD, STOREFRONT_CI
from ..simulate.plan import Run
from ..simulate.pushes import IN_TIME, in_order, pushes
from ..simulate.sampled_jobs import SampledJob, sampled_jobs
from ..simulate.sampling import Sampler
from .ahead import ahead
from .deliver import Reply, Target, deliver
from .sampler_keys import known_keys
from .stack import Stack, StackError
from .stack_settings import StackSettings, webhook_secret

DEMO_SEED = 7
DEMO_LASTS = timedelta(hours=24)
# The pools' own machines, and one workflow on GitHub's: as where somebody has only begun with it.
SAMPLED_WORKFLOWS = (ENGINE_BUILD, DEVICE_TESTS, STOREFRONT_CI)
SAMPLER = Sampler(interval_ms=2500)  # fewer batches; a longer one may not judge 30 s of a step
STARTED = "demo-started"
PLAYED = "demo-played"
DRAIN_SECONDS = 30.0
DRAIN_POLL_SECONDS = 0.03
READY_SECONDS = 5.0


def play_demo(settings: StackSettings, stack: Stack, now: datetime) -> None:
    """Post a simulated day, unless the last 24 hours have one, and wait for its rows.

    Raises:
        StackError: a part ended, or the frontend refused a delivery or samples.
    """
    if _kept(settings.home / PLAYED, now):
        return
    end = _kept(settings.home / STARTED, now) or now
    day = simulate_day(DEMO_SEED, end)  # while the parts start
    stack.wait_until_up(settings.ready_url, settings.insights_health_url)
    (settings.home / STARTED).write_text(format_time(end))
    target = Target(settings.webhook_url, webhook_secret(settings).encode(), known_keys(settings))
    refused = [reply for reply in _post(day, target) if reply.status != 202]  # noqa: PLR2004 -- HTTP's own
    if refused:
        raise StackError(f"the demo day was not taken: {refused[0].said}")
    if not drain(settings.ready_url, stack.require_alive, DRAIN_SECONDS):
        click.echo("Its rows are still coming; what follows may not show them all.")
    (settings.home / PLAYED).write_text(format_time(end))


def _post(day: Day, target: Target) -> Iterator[Reply]:
    """Deliveries and samples, as they came on that day; a bar shows how many of the former."""
    deliveries = finished(day)
    # A batch that came after its job's completion would have the worker wait for it.
    sent = pushes(demo_samples(day), IN_TIME)
    with click.progressbar(length=len(deliveries), label="Playing a day") as shown:
        for reply in deliver(ahead(in_order(deliveries, sent)), target):
            yield reply
            shown.update(isinstance(reply.delivery, Delivery))


def demo_samples(day: Day) -> Iterator[SampledJob]:
    """The jobs of that day that have samples."""
    runs = finished_runs(day)
    watched = [run for run in runs if run.origin.card.workflow in SAMPLED_WORKFLOWS]
    return sampled_jobs(watched, SAMPLER)


def finished(day: Day) -> list[Delivery]:
    """Without the runs that are still open at the day's end: here they would stay so for ever."""
    played = {run.origin.run_id for run in finished_runs(day)}
    return [delivery for delivery in day.deliveries if run_id(delivery) in played]


def finished_runs(day: Day) -> list[Run]:
    """The attempts of runs none of whose attempts is still open."""
    still_open = {run.origin.run_id for run in day.planned if run.conclusion is None}
    return [run for run in day.planned if run.origin.run_id not in still_open]


def run_id(delivery: Delivery) -> int:
    """The run that a delivery is about."""
    content = json.loads(delivery.body)
    job: dict[str, int] | None = content.get("workflow_job")
    return job["run_id"] if job else int(content["workflow_run"]["id"])


def holds_demo(home: Path, now: datetime) -> bool:
    """Whether the last 24 hours have simulated deliveries in them, be it only part of a day."""
    return _kept(home / STARTED, now) is not None


def drain(ready_url: str, require_alive: Callable[[], None], seconds: float) -> bool:
    """Wait until the queue is empty: a message leaves it only when its rows are in the tables.

    False where it is not empty after so many seconds: real deliveries may never pause.
    """
    deadline = monotonic() + seconds
    with client_for(ready_url, READY_SECONDS) as client:
        while _depth(client, ready_url) != 0:
            require_alive()
            if monotonic() > deadline:
                return False
            sleep(DRAIN_POLL_SECONDS)
    return True


def _depth(client: httpx.Client, ready_url: str) -> int | None:
    """How many messages wait; None where nobody can tell at the moment."""
    try:
        depth: int | None = client.get(ready_url).json().get("queue_depth")
    except (httpx.HTTPError, ValueError):
        return None
    return depth


def _kept(file: Path, now: datetime) -> datetime | None:
    """The end of a day that is kept in the file, while that day is not over for us."""
    end = parse_time(file.read_text()) if file.exists() else None
    return end if end and now - end < DEMO_LASTS else None
