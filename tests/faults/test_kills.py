"""Frontend, workers and queue killed, stopped and paused at random: nothing is lost or doubled.

Three thousand deliveries each time, with samples of some jobs among them, as many a second as the
workers can follow, harmed as they are. So what comes right after the storm is in the tables soon,
behind all that waits by then: of more than some seconds' work nobody could demand that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.azurite_service import running_azurite_service, storage_at
from tests.faults.samplers import sampled_day
from tests.faults.storm import Storm
from tests.faults.town import Town, running
from tests.integration.processes import Service

pytestmark = pytest.mark.slow

END = datetime(2026, 1, 1, tzinfo=UTC)
RUNS, RUNS_APART = 220, 12  # a good three thousand deliveries, hundreds of batches
# As a rule each service has had each of its harms by then.
SECONDS_AT_LEAST, SECONDS_FOR_EACH = 10.0, 6.0
MOST_WAITING = 200  # messages: a second's work, or a few on a busy machine


@pytest.mark.parametrize("workers", [1, 2])
def test_a_storm_over_frontend_and_workers(tmp_path: Path, workers: int):
    with running(Town(tmp_path, workers)) as town:
        storm_over(town, seed=workers)


def test_a_storm_over_four_workers_and_azures_queue(tmp_path: Path):
    """Azurite is paused, not killed: it writes late, and loses by itself what it had taken last.

    The state lies in a folder. With each object that Azurite has, the next one costs it more; with
    those of ten thousand deliveries it would be Azurite's patience that is tried.
    """
    azurite_home = tmp_path / "azurite"
    azurite_home.mkdir()
    town = Town(tmp_path / "town", workers=4)
    with running_azurite_service(azurite_home) as azurite:
        storage = storage_at(azurite.blob_url, azurite.queue_url)
        town.keep_messages_in(storage | {"OBJECT_STORE_URL": str(tmp_path / "objects")})
        with running(town):
            storm_over(town, seed=4, frail=[azurite])


def storm_over(town: Town, seed: int, frail: Sequence[Service] = ()) -> None:
    """Harm everybody while thousands of deliveries come; then all is well, and soon."""
    day = sampled_day(seed, END, RUNS, RUNS_APART)
    assert len(day.deliveries) - day.push_count > 3_000
    assert day.push_count > 300
    harmed = town.frontend, *town.workers
    seconds = SECONDS_AT_LEAST + SECONDS_FOR_EACH * len((*harmed, *frail))
    sender = town.considerate_sender(len(day.deliveries) / seconds, MOST_WAITING)
    with Storm(seed, *harmed, frail=frail) as storm:
        town.send(day, sender)
        storm.await_all()
    assert sender.answers.total() > len(day.deliveries), "nobody had to send again"
    town.await_frontend()
    town.recover()
    town.settle()
