"""What measuring costs, beside a floor of the same run: absolute figures move with the machine."""

import json
import time
import tracemalloc
from collections.abc import Callable

from bench.hour import hour_batches, hour_job
from src.analysis.measure import measure
from src.model.batches import decode, encode

ROUNDS = 5
MOST_FLOORS = 6  # it is about 4; the rest is noise
MOST_MIB = 40


def least_cpu_seconds(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return min(once() for _ in range(ROUNDS))


def test_the_cost_is_linear_in_samples():
    """Four times the samples cost four times as much at most; squares would be sixteen times."""
    long, short = ((hour_job(length), hour_batches(length)) for length in (3600, 900))
    ratio = least_cpu_seconds(lambda: measure(*long)) / least_cpu_seconds(lambda: measure(*short))
    assert ratio < 8


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
