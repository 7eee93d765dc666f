"""Frontend and workers killed, stopped and paused at random: nothing is lost or doubled."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from src.simulate.days import simulate_day
from tests.faults.storm import Storm
from tests.faults.town import Town, running

pytestmark = pytest.mark.slow

END = datetime(2026, 1, 1, tzinfo=UTC)
RUNS_OF_TEN_THOUSAND = 715  # make 10,166 deliveries
RUNS_OF_A_THOUSAND = 80


def test_ten_thousand_deliveries_through_a_storm(tmp_path: Path):
    day = simulate_day(1, END, RUNS_OF_TEN_THOUSAND)
    assert len(day.deliveries) > 10_000
    with running(Town(tmp_path)) as town:
        with Storm(1, town.frontend, *town.workers) as storm:
            sender = town.sender(per_second=250)
            town.send(day, sender)
        assert all(set(harms) == {"kill", "pause", "stop"} for harms in storm.harms)
        assert sender.answers.total() > len(day.deliveries), "nobody had to send again"
        town.await_frontend()
        town.settle()


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_in_a_storm(tmp_path: Path, workers: int):
    day = simulate_day(workers, END, RUNS_OF_A_THOUSAND)
    with running(Town(tmp_path, workers)) as town:
        with Storm(workers, town.frontend, *town.workers) as storm:
            town.send(day, town.sender(per_second=120))
        assert all(storm.harms), "somebody was spared"
        town.await_frontend()
        town.settle()
        town.recover()
