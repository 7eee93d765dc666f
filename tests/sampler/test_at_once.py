"""What the machine did while a step ran, whatever else was marked meanwhile."""

import pytest

from src.analysis.measure import measure
from src.analysis.timeline import Job, Step
from src.model import samples
from src.model.samples import Batch, Host
from src.sampler.at_once import machine_usages

START_MS = 1_769_256_000_000


def batch() -> Batch:
    """Twenty seconds on two cores: all busy in the first ten, then idle."""
    busy = [min(n, 10) for n in range(21)]
    return Batch(
        sampler="ab",
        sequence=0,
        host=Host(cpus=2, memory_total_kb=2**20),
        time_ms=[START_MS + 1000 * n for n in range(21)],
        uptime_ms=[1000 * n for n in range(21)],
        columns={
            samples.CPU_USER: [200 * n for n in busy],
            samples.CPU_SYSTEM: [0] * 21,
            samples.CPU_IDLE: [200 * (n - b) for n, b in enumerate(busy)],
            samples.MEMORY_USED_KB: [1024] * 21,
        },
    )


def cpu_percent(*spans: tuple[int | None, int | None]) -> list[float | None]:
    """By the seconds in which steps begin and end."""
    steps = tuple(
        Step(number, "x", *(None if at is None else START_MS + 1000 * at for at in span))
        for number, span in enumerate(spans, 1)
    )
    job = Job("j", START_MS, START_MS + 20_000, steps)
    usages = machine_usages(measure(job, [batch()]), [batch()])
    return [usage.cpu_percent_mean for usage in usages]


@pytest.mark.parametrize(
    ("spans", "percent"),
    [
        pytest.param([(0, 10), (10, 20)], [100, 0], id="one after another"),
        pytest.param([(0, 20), (0, 10)], [50, 100], id="one within another"),
        pytest.param([(0, 10)] * 5, [100] * 5, id="all at once"),
        pytest.param([(5, None), (0, 10)], [100 / 3, 100], id="one that is not over"),
        pytest.param([(None, 10), (0, 10)], [None, 100], id="one that was never begun"),
    ],
)
def test_a_step_has_all_of_the_machine(
    spans: list[tuple[int | None, int | None]], percent: list[float | None]
):
    assert cpu_percent(*spans) == [each and pytest.approx(each) for each in percent]


def test_none_is_none():
    assert cpu_percent() == []
