"""Frontend, workers and queue killed, stopped and paused at random: nothing is lost or doubled.

Ten thousand deliveries each time, as many a second as the workers can follow, harmed as they are.
So what comes right after the storm is in the tables within ten seconds, behind all that waits by
then: of more than ten seconds' work nobody could demand that.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from src.simulate.days import simulate_day
from tests.faults.azurite_service import running_azurite_service, storage_at
from tests.faults.storm import Storm
from tests.faults.town import Town, running
from tests.integration.processes import Service

pytestmark = pytest.mark.slow

END = datetime(2026, 1, 1, tzinfo=UTC)
RUNS_OF_TEN_THOUSAND = 715
MOST_A_SECOND = 250.0
MOST_WAITING = 500  # messages: a few seconds' work


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
    """Harm everybody while ten thousand deliveries come; then all is well, and soon."""
    day = simulate_day(seed, END, RUNS_OF_TEN_THOUSAND)
    assert len(day.deliveries) > 10_000
    sender = town.considerate_sender(MOST_A_SECOND, MOST_WAITING)
    with Storm(seed, town.frontend, *town.workers, frail=frail) as storm:
        town.send(day, sender)
    assert storm.has_spared_nobody, storm.harms
    assert sender.answers.total() > len(day.deliveries), "nobody had to send again"
    town.await_frontend()
    town.recover()
    town.settle()
