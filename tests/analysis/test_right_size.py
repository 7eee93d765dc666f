from __future__ import annotations

import pytest

from src.analysis.right_size import LARGER, RIGHT, SMALLER, UNKNOWN, is_mostly_idle, right_size
from src.analysis.usage import NONE, Machine
from tests.analysis.used import GIB, MACHINE, used

SIXTEEN = Machine(16, 16.0, 64 * GIB, 64 * GIB)


def load(
    cpu_mean: float, cpu_max: float, memory_mean: float, memory_max: float
) -> dict[str, float]:
    """Percent of `MACHINE`."""
    return {
        "cpu_percent_mean": cpu_mean,
        "cpu_percent_max": cpu_max,
        "memory_mean_bytes": memory_mean / 100 * 16 * GIB,
        "memory_max_bytes": memory_max / 100 * 16 * GIB,
    }


@pytest.mark.parametrize(
    ("percents", "verdict"),
    [
        ((90, 100, 20, 30), LARGER),
        ((89.9, 100, 20, 30), RIGHT),
        ((10, 20, 90, 95), LARGER),
        ((30, 35, 30, 35), SMALLER),
        ((30, 70, 30, 70), RIGHT),
        ((30.1, 70, 30, 70), RIGHT),
        ((30, 70, 30.1, 70), RIGHT),
        ((30, 70.1, 30, 70), RIGHT),
        ((30, 70, 30, 70.1), RIGHT),
        ((60, 100, 50, 60), RIGHT),
        ((0, 0, 0, 0), SMALLER),
    ],
)
def test_the_verdict_follows_means_and_peaks(percents: tuple[float, ...], verdict: str):
    assert right_size(used(**load(*percents)), MACHINE).verdict == verdict


@pytest.mark.parametrize(("peak", "is_spare"), [(70.0, True), (70.1, False)])
def test_whoever_was_ever_busy_has_no_room_to_spare(peak: float, *, is_spare: bool):
    words = right_size(used(**load(20, peak, 20, 40)), MACHINE).words
    assert ("room to spare" in words) == is_spare


def test_a_runner_that_is_hardly_used_is_halved_until_its_peaks_fit():
    usage = used(
        cpu_percent_mean=5.0,
        cpu_percent_max=12.5,
        memory_mean_bytes=2 * GIB,
        memory_max_bytes=round(3.1 * GIB),
    )
    size = right_size(usage, SIXTEEN)

    assert size.verdict == SMALLER
    assert size.words == (
        "2 of 16 cores and 3.1 GiB of 64 GiB were ever used: a runner a quarter its size would do"
    )
    assert (size.cores, size.memory_bytes) == (4.0, 16 * GIB)


@pytest.mark.parametrize(
    ("cpu_max", "memory_max", "cores"),
    [
        (35.0, 10.0, 2.0),  # at 70 % of half of it
        (36.0, 10.0, None),
        (10.0, 36.0, None),
        (17.5, 17.5, 1.0),
        (1.0, 1.0, 1.0),  # never less than a core
    ],
)
def test_the_smaller_size_holds_the_peaks_at_70_percent(
    cpu_max: float, memory_max: float, cores: float | None
):
    size = right_size(used(**load(cpu_max / 4, cpu_max, memory_max / 4, memory_max)), MACHINE)
    assert (size.verdict, size.cores) == (SMALLER if cores else RIGHT, cores)


def test_no_size_is_named_where_half_would_be_short_at_the_peaks():
    size = right_size(used(**load(20, 60, 20, 30)), MACHINE)
    assert size.words == (
        "2.4 of 4 cores and 4.8 GiB of 16 GiB were ever used: there is room to spare, but not half"
        " of it"
    )
    assert size.verdict == RIGHT


def test_who_ran_short_of_memory_should_have_more_whatever_the_average():
    size = right_size(used(**load(40, 60, 50, 97)), MACHINE, is_short_of_memory=True)
    assert (size.verdict, size.cores, size.memory_bytes) == (LARGER, 4.0, 32 * GIB)
    assert size.words.endswith("at most 60 % and 97 %: memory ran short")


def test_a_job_that_ran_out_of_memory_is_judged_however_short_it_was():
    killed = used(
        seconds=12.0, covered_seconds=12.0, out_of_memory_kills=1, memory_max_bytes=14 * GIB
    )
    assert right_size(killed, MACHINE).verdict == LARGER


@pytest.mark.parametrize(
    ("percents", "cores", "memory_bytes"),
    [
        ((94, 100, 41, 60), 8.0, 16 * GIB),
        ((41, 60, 94, 99), 4.0, 32 * GIB),
        ((94, 100, 94, 99), 8.0, 32 * GIB),
    ],
)
def test_what_is_full_is_doubled(percents: tuple[float, ...], cores: float, memory_bytes: int):
    size = right_size(used(**load(*percents)), MACHINE)
    assert (size.verdict, size.cores, size.memory_bytes) == (LARGER, cores, memory_bytes)


def test_a_full_runner_is_told_in_figures():
    size = right_size(used(**load(94, 100, 41, 60)), MACHINE)
    assert size.words == (
        "on average 94 % of 4 cores and 41 % of 16 GiB were used, at most 100 % and 60 %"
    )


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"samples": NONE, "covered_seconds": 0.0}, "too little was seen: 0 s of 2 min"),
        ({"covered_seconds": 50.0}, "too little was seen: 50 s of 2 min"),
        ({"seconds": 20.0, "covered_seconds": 20.0}, "the job took under 30 s"),
        ({"seconds": None, "covered_seconds": 20.0}, "the job is not over, as far as is known"),
        ({"cpu_percent_max": None}, "CPU or memory of the job is unknown"),
    ],
)
def test_too_little_is_said_not_judged(figures: dict[str, object], words: str):
    size = right_size(used(**figures), MACHINE)
    assert (size.verdict, size.words, size.cores) == (UNKNOWN, words, None)


def test_without_a_machine_there_is_no_size():
    assert right_size(used(), None).verdict == UNKNOWN


def test_half_a_minute_is_enough():
    assert right_size(used(seconds=30.0, covered_seconds=30.0), MACHINE).verdict == RIGHT
    assert right_size(used(seconds=60.0, covered_seconds=30.0), MACHINE).verdict == RIGHT
    assert right_size(used(seconds=30.0, covered_seconds=27.0), MACHINE).verdict == RIGHT


def test_a_kill_with_memory_to_spare_is_no_reason_for_a_larger_runner():
    killed = used(out_of_memory_kills=1, memory_mean_bytes=3 * GIB, memory_max_bytes=4 * GIB)
    assert right_size(killed, MACHINE).verdict == RIGHT


@pytest.mark.parametrize(
    ("percents", "machine", "is_idle"),
    [
        ((17, 100, 20, 30), MACHINE, True),
        ((31, 100, 20, 30), MACHINE, False),
        ((17, 100, 31, 40), MACHINE, False),
        ((17, 100, 20, 30), MACHINE._replace(cores_allowed=1.0), False),
        ((17, 100, 20, 30), None, False),
    ],
)
def test_a_runner_may_be_mostly_idle(
    percents: tuple[float, ...], machine: Machine | None, *, is_idle: bool
):
    assert is_mostly_idle(used(**load(*percents)), machine) == is_idle
