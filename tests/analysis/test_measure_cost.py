"""What measuring costs, beside a floor of the same run: absolute figures move with the machine."""

import json
import time
import tracemalloc
from collections.abc import Callable

import pytest

from bench.hour import GROUPS, STEPS, hour_batches, hour_job
from src.analysis.matching import match
from src.analysis.measure import measure
from src.analysis.roster import roster_of
from src.analysis.series import Span
from src.model.batches import decode, encode
from tests.analysis.made import job, ms, step

ROUNDS = 5
MOST_FOR_TEN = 13  # times the cost
MOST_FLOORS = 5  # it is about 3.4; the rest is noise
MOST_MIB = 40


def least_cpu_seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(ROUNDS))


@pytest.mark.timed
def test_the_cost_is_linear_in_samples():
    """Four times the samples cost four times as much at most; squares would be sixteen times."""
    ratio = measuring_seconds(3600, STEPS, GROUPS) / measuring_seconds(900, STEPS, GROUPS)
    assert ratio < 8


@pytest.mark.timed
@pytest.mark.parametrize(
    ("few", "many"),
    [
        pytest.param((900, 30, 60), (900, 300, 60), id="steps"),
        pytest.param((900, 30, 100), (900, 30, 1000), id="groups"),
    ],
)
def test_ten_times_as_much_costs_about_ten_times_as_much(
    few: tuple[int, int, int], many: tuple[int, int, int]
):
    """Squares would cost a hundred times as much."""
    ratio = measuring_seconds(*many) / measuring_seconds(*few)
    assert ratio < MOST_FOR_TEN


def measuring_seconds(length: int, steps: int, groups: int) -> float:
    job, batches = hour_job(length, steps), hour_batches(length, steps, groups)
    return least_cpu_seconds(lambda: measure(job, batches))


@pytest.mark.timed
def test_thousands_of_steps_are_matched_in_their_own_time():
    """It is about 12 times for ten times as many: there is a logarithm in it; the rest is noise."""
    assert matching_seconds(3000) / matching_seconds(300) < 20


def matching_seconds(count: int) -> float:
    """Of so many steps in turn, beside one that lasts for all the time; half of them are named."""
    names = (f"Run step {at}" if at % 2 else f"step {at}" for at in range(count))
    steps = [step(at, name, 2 * at, 2 * at + 2) for at, name in enumerate(names, 1)]
    steps.append(step(count + 1, "all along", 0, 2 * count))
    births_ms = {f"__run_{at}" if at % 2 else f"key{at}": ms(2 * at) for at in range(1, count + 1)}
    seen = Span(ms(0), ms(2 * count + 2))
    lives = roster_of(job(*steps, end=2 * count + 2), seen).lives
    assert len(match(births_ms, steps, lives, seen, 1000)) == count
    return least_cpu_seconds(lambda: match(births_ms, steps, lives, seen, 1000))


@pytest.mark.timed
def test_an_hour_costs_a_few_times_what_reading_its_json_does():
    texts = [encode(batch) for batch in hour_batches()]
    batches = [decode(text) for text in texts]
    floor = least_cpu_seconds(lambda: [json.loads(text) for text in texts])
    assert least_cpu_seconds(lambda: measure(hour_job(), batches)) < MOST_FLOORS * floor


def test_an_hour_fits_into_little_memory():
    texts = [encode(batch) for batch in hour_batches()]
    tracemalloc.start()
    try:
        measure(hour_job(), [decode(text) for text in texts])
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak_bytes < MOST_MIB * 2**20
