"""Batches on their way."""

from random import Random

from src.model.samples import Batch, Host
from src.simulate.disorder import disordered

HOST = Host(cpus=1, memory_total_kb=1)
BATCHES = [
    Batch(sampler="s", sequence=number, host=HOST, time_ms=[number], uptime_ms=[number])
    for number in range(200)
]


def sequences(**shares: float) -> list[int]:
    rng = Random(1)  # noqa: S311
    usual = {"late_share": 0.0, "doubled_share": 0.0, "missing_share": 0.0}
    return [batch.sequence for batch in disordered(rng, BATCHES, **(usual | shares))]


def test_nothing_happens_to_them_unless_asked():
    assert sequences() == list(range(200))


def test_late_ones_come_last_and_all_the_same():
    late = sequences(late_share=0.2)
    assert sorted(late) == list(range(200))
    assert late != sorted(late)


def test_doubled_ones_come_twice():
    doubled = sequences(doubled_share=0.2)
    assert set(doubled) == set(range(200))
    assert 20 < len(doubled) - 200 < 60


def test_missing_ones_never_come():
    assert 140 < len(sequences(missing_share=0.2)) < 180
