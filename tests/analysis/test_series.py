"""Batches to one series: counters that rise, the clock, gaps, samplers, and what lies between."""

import pytest

from src.analysis import gauges
from src.analysis.counters import counted
from src.analysis.series import Series, Span, machine_column, read_series
from src.model.samples import (
    MEMORY_USED_KB,
    MOST_DISKS,
    MOST_FILESYSTEMS,
    MOST_OWNERS,
    NETWORK_RECEIVED_BYTES,
    READ_SECTORS,
    Batch,
    Host,
)
from tests.analysis.made import HOST, UPTIME_AT_NOON_MS, batch, ms, owner

RECEIVED = machine_column(NETWORK_RECEIVED_BYTES)
MEMORY = machine_column(MEMORY_USED_KB)
TOP = 2**32


def series_of(*batches: Batch, skew_ms: int = 0) -> Series:
    series = read_series(batches, skew_ms)
    assert series
    return series


def received(at: list[float], told: list[int | None], **more: object) -> Batch:
    return batch(at, columns={NETWORK_RECEIVED_BYTES: told}, **more)  # type: ignore[arg-type]


def span(start: float, end: float) -> Span:
    return Span(ms(start), ms(end))


@pytest.mark.parametrize(
    ("told", "rises"),
    [
        pytest.param([5, 7, 7, 12], [0, 2, 2, 7], id="rising"),
        pytest.param([5, 3, 4, 9], [0, 0, 1, 6], id="a step back counts nothing"),
        pytest.param([900, 20, 30], [0, 0, 10], id="begun anew"),
        pytest.param([TOP - 10, 5, 8], [0, 15, 18], id="wrapped at 32 bits"),
        pytest.param([TOP - 10, None, 5], [0, 7, 15], id="wrapped in a hole"),
        pytest.param([TOP + 10, 5, 8], [0, 0, 3], id="too large for 32 bits"),
        pytest.param([TOP // 2 - 10, 5, 8], [0, 0, 3], id="too small to have wrapped"),
        pytest.param([TOP - 10, TOP // 2, TOP], [0, 0, TOP // 2], id="back, but not by a wrap"),
        pytest.param([5, None, None, 11], [0, 2, 4, 6], id="a hole"),
        pytest.param([None, 5, 6, None], [0, 0, 1, 1], id="unknown at its ends"),
        pytest.param([None, 5, None], [0, 0, 0], id="known once"),
    ],
)
def test_a_counter_rises(told: list[int | None], rises: list[int]):
    found = counted(told, range(0, 1000 * len(told), 1000), 6000)
    assert found
    assert [value - found.values[0] for value in found.values] == rises


def test_a_hole_is_bridged_by_time():
    found = counted([0, None, 100], [0, 900, 1000], 6000)
    assert found
    assert found.values == [0, 90, 100]


def test_a_counter_that_was_never_read_is_unknown():
    assert counted([None, None], [0, 1000], 6000) is None
    assert series_of(batch([0, 1])).counter(RECEIVED) is None


def test_a_counter_says_when_it_was_looked_at():
    counter = series_of(received([0, 1, 2, 3], [None, 5, 6, None])).counter(RECEIVED)
    assert counter
    assert counter.known == [span(1, 2)]


@pytest.mark.parametrize(
    ("last", "after", "looked"),
    [
        pytest.param(2, 8, [span(0, 19)], id="late"),
        pytest.param(2, 9, [span(0, 2), span(9, 19)], id="a hole"),
    ],
)
def test_a_hole_amid_readings_is_known_but_not_looked_at(last: int, after: int, looked: list[Span]):
    told = [None if last < at < after else 10 * at for at in range(20)]
    counter = series_of(received([*range(20)], told)).counter(RECEIVED)
    assert counter
    assert counter.values == [10 * at for at in range(20)]
    assert (counter.known, counter.looked) == ([span(0, 19)], looked)


def test_readings_at_samples_that_follow_one_another_have_no_hole_between_them():
    counter = series_of(received([0, 1, 60, 61], [0, 1, 60, None])).counter(RECEIVED)
    assert counter
    assert counter.looked == counter.known == [span(0, 60)]


def test_a_moment_lies_on_a_straight_line_between_samples():
    series = series_of(received([0, 1, 3], [0, 100, 200]))
    counter = series.counter(RECEIVED)
    assert counter
    moments = [ms(at) for at in (-5, 0, 0.5, 1, 2, 3, 9)]
    assert series.at_edges(counter.values, moments) == [0, 0, 50, 100, 150, 200, 200]


def test_one_sample_tells_nothing():
    assert read_series([batch([0])], 0) is None
    assert read_series([batch([])], 0) is None
    assert read_series([], 0) is None


def test_batches_may_come_in_any_order_and_twice():
    parts = [batch([at, at + 1], sequence=at) for at in (0, 2, 4)]
    told = [parts[2], parts[0], parts[2], parts[1]]
    assert series_of(*told).times_ms == [ms(at) for at in range(6)]


def test_of_two_batches_with_one_name_the_first_stands():
    counter = series_of(received([0, 1], [0, 10]), received([0, 1], [0, 99])).counter(RECEIVED)
    assert counter
    assert counter.values == [0, 10]


def test_samples_that_come_again_in_the_next_batch_count_once():
    series = series_of(
        received([0, 1, 2], [0, 10, 20]), received([1, 2, 3], [10, 20, 30], sequence=1)
    )
    assert series.times_ms == [ms(at) for at in range(4)]
    counter = series.counter(RECEIVED)
    assert counter
    assert counter.values == [0, 10, 20, 30]


def test_the_wall_clock_s_median_sets_the_monotonic_one():
    stepped = Batch(
        sampler="ab",
        sequence=0,
        host=HOST,
        time_ms=[ms(0), ms(-3600), ms(2.25)],
        uptime_ms=[UPTIME_AT_NOON_MS + at for at in (0, 1000, 2000)],
    )
    assert series_of(stepped).times_ms == [ms(0), ms(1), ms(2)]
    assert series_of(stepped, skew_ms=500).times_ms == [ms(0.5), ms(1.5), ms(2.5)]


@pytest.mark.parametrize(("sequence", "born"), [(0, 0.5), (1, -3599.5)], ids=["whole", "late"])
def test_a_birth_is_told_by_the_clock_of_the_first_sample(sequence: int, born: float):
    """Where that one is missing, nobody knows how it was set then."""
    set_early = Batch(
        sampler="ab",
        sequence=sequence,
        host=HOST,
        time_ms=[ms(-3600), ms(1), ms(2)],
        uptime_ms=[UPTIME_AT_NOON_MS + at for at in (0, 1000, 2000)],
        owners=[owner("a", -3599.5, [0, 1, 2])],
    )
    assert series_of(set_early).owner_births_ms() == {"a": ms(born)}
    assert series_of(set_early, skew_ms=500).owner_births_ms() == {"a": ms(born) + 500}


@pytest.mark.parametrize(
    ("interval_ms", "longest"), [(1000, 6), (250, 5.25), (10_000, 30)], ids=str
)
def test_an_interval_far_above_the_nominal_one_is_a_gap(interval_ms: int, longest: float):
    host = Host(cpus=1, memory_total_kb=1, interval_ms=interval_ms)
    for length, covered in ((longest, longest), (longest + 0.001, 0)):
        series = series_of(batch([0, length], host=host))
        assert series.covered_ms == [0, covered * 1000]
        assert series.counted_ms == [0, round(length * 1000)]


@pytest.mark.parametrize(
    ("other", "times"),
    [
        pytest.param([2, 3, 4], [0, 1, 2, 3, 4, 5], id="within"),
        pytest.param([4, 5, 6, 7], [0, 1, 2, 3, 4, 5, 6, 7], id="beyond the end"),
        pytest.param([-2, -1, 0], [-2, -1, 0, 1, 2, 3, 4, 5], id="before the start"),
        pytest.param([-3, -2, -1, 6], [-3, -2, -1, 0, 1, 2, 3, 4, 5], id="around: more before"),
        pytest.param([5, 6], [0, 1, 2, 3, 4, 5], id="one sample beyond is no interval"),
    ],
)
def test_of_samplers_at_once_the_one_that_covers_more_stands(other: list[float], times: list[int]):
    both = [batch([0, 1, 2, 3, 4, 5]), batch(other, sampler="cd")]
    for told in (both, both[::-1]):
        assert series_of(*told).times_ms == [ms(at) for at in times]


def test_between_samplers_nothing_is_counted():
    series = series_of(
        received([0, 1], [0, 10]), received([5, 6, 7], [500, 530, 560], sampler="cd")
    )
    counter = series.counter(RECEIVED)
    assert counter
    assert counter.values == [0, 10, 10, 40, 70]
    assert counter.known == [span(0, 1), span(5, 7)]
    assert series.counted_ms == series.covered_ms == [0, 1000, 1000, 2000, 3000]


def test_a_gauge_goes_in_straight_lines():
    held = series_of(batch([0, 1, 3], columns={MEMORY_USED_KB: [100, 200, 0]})).gauge(MEMORY)
    course = gauges.lines(held, [span(0.5, 2)])
    assert gauges.mean(course) == pytest.approx((175 * 0.5 + 150 * 1) / 1.5)
    assert gauges.highest(course) == 200
    assert gauges.lowest(course) == 100
    assert gauges.change(held, [span(0.5, 2)]) == -50


def test_a_gauge_is_unknown_in_a_gap():
    told = batch([0, 1, 11, 12], columns={MEMORY_USED_KB: [100, 200, 700, 800]})
    held = series_of(told).gauge(MEMORY)
    assert gauges.lines(held, [span(2, 10)]) == []
    assert gauges.mean([]) is gauges.highest([]) is gauges.lowest([]) is None
    assert gauges.change(held, [span(2, 10)]) is None
    assert gauges.mean(gauges.lines(held, [span(0, 12)])) == pytest.approx((150 + 750) / 2)
    assert gauges.change(held, [span(0, 12)]) == 700


@pytest.mark.parametrize("at", [[*range(20)], [*range(8), *range(10, 20)]], ids=["", "and gap"])
def test_a_gauge_is_unknown_in_a_hole(at: list[int]):
    told = batch(at, columns={MEMORY_USED_KB: [None if 5 < each < 15 else each for each in at]})
    held = series_of(told).gauge(MEMORY)
    assert gauges.lines(held, [span(6, 14)]) == []
    assert [line.values for line in gauges.lines(held, [span(4, 16)])] == [[4, 5], [15, 16]]


def test_at_a_moment_a_gauge_has_a_value():
    held = series_of(batch([0, 1], columns={MEMORY_USED_KB: [100, 200]})).gauge(MEMORY)
    course = gauges.lines(held, [span(0.25, 0.25)])
    assert gauges.mean(course) == gauges.highest(course) == gauges.lowest(course) == 125


def test_an_owner_s_counter_that_falls_says_the_same_however_it_is_cut():
    used = [0, 5, 3, 7]
    whole = series_of(batch([0, 1, 2, 3], owners=[owner("a", 0, used)]))
    cut = series_of(
        batch([0, 1], owners=[owner("a", 0, used[:2])]),
        batch([2, 3], owners=[owner("a", 0, used[2:])], sequence=1),
    )

    for series in (whole, cut):
        assert sum(sum(rises) for _, rises in series.owner_ticks("a")) == 700


def test_who_looked_on_in_another_s_gap_leaves_both_its_halves():
    early, late, between = [*range(11)], [*range(200, 211)], [*range(50, 100)]
    parts = [
        received(early, early),
        received(late, late, sequence=1),
        received(between, between, sampler="cd"),
    ]
    series = series_of(*parts)

    assert series.times_ms == [ms(at) for at in (*early, *between, *late)]
    counter = series.counter(RECEIVED)
    assert counter
    assert counter.values[-1] == 10 + 49 + 10


# --- what is made up ----------------------------------------------------------------------------


def test_new_names_in_each_batch_are_read_up_to_what_one_batch_may_tell():
    """Else few bytes of each batch would have a job judged for hours."""
    made_up = [
        batch(
            [2 * number, 2 * number + 1],
            sequence=number,
            owners=[owner(f"{number}-{each}", 0, [0, 0]) for each in range(50)],
            disks={f"d{number}": {READ_SECTORS: [0, 0]}},
            filesystems={f"m{number}": [0, 0]},  # type: ignore[dict-item]
        )
        for number in range(2 * MOST_DISKS)
    ]
    series = series_of(*made_up)

    assert len(series.owner_births_ms()) == MOST_OWNERS
    assert (len(series.disks()), len(series.filesystems())) == (MOST_DISKS, MOST_FILESYSTEMS)
    assert (series.disks()[0], series.filesystems()[0]) == ("d0", "m0")
