"""Which minutes are told when; and that any order of batches ends in the same points."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.backend.batch_facts import BatchFact
from src.backend.host_points import HostIdentity, host_points
from src.backend.minutes import DueMinutes, minutes_due, minutes_left
from src.backend.sinks.base import MetricRow
from src.model.samples import Batch, Host
from tests.backend.made_facts import BOOTED_MS, at_ms, fact, fact_of

WHO = HostIdentity("github.com", 7, "acme/rocket", 11, 13, "runner-1")
NOW = datetime.fromtimestamp(BOOTED_MS / 1000, UTC) + timedelta(hours=1)


def due(arrived: BatchFact, *known: BatchFact) -> list[int]:
    """The minutes, counted from that whole one."""
    times_ms = [ms for ms in (arrived.first_ms, arrived.last_ms) if ms is not None]
    return minutes_of(minutes_due(arrived, times_ms, known))


def minutes_of(due: DueMinutes) -> list[int]:
    return [(start_ms - BOOTED_MS) // 60_000 for start_ms in due.starts_ms]


# --- when ---------------------------------------------------------------------------------------

FIRST, SECOND, THIRD, FOURTH = fact(0, 10, 24), fact(1, 25, 39), fact(2, 40, 59), fact(3, 60, 75)


@pytest.mark.parametrize(
    ("arrived", "known", "expected"),
    [
        (FIRST, (), []),
        (SECOND, (FIRST,), []),
        (FOURTH, (FIRST, SECOND, THIRD), [0]),
        (fact(4, 76, 90), (FIRST, SECOND, THIRD, FOURTH), []),
        (fact(4, 76, 90, is_final=True), (FIRST, SECOND, THIRD, FOURTH), [1]),
        (fact(4, is_final=True), (FIRST, SECOND, THIRD, FOURTH), [1]),
        (fact(0, is_final=True), (), []),
        (FOURTH, (FIRST, SECOND), [0]),
        (THIRD, (FIRST, SECOND, FOURTH), [0]),
        (FIRST, (SECOND, THIRD, FOURTH), [0]),
        (SECOND, (FIRST, fact(2, 40, 50, is_final=True)), [0]),
        (fact(1, 70, 110), (fact(0, 10, 50), fact(2, 130, 140)), [0, 1]),
        (fact(9, 190, 200), (FIRST, fact(5, 70, 80)), [1]),
        (FIRST, (FIRST, SECOND, THIRD, FOURTH), [0]),
        (fact(2, is_final=True), (fact(0, 10, 130), fact(1, 20, 50)), [0, 2]),
        (fact(1, 70, 80), (fact(0, 10, 20, sampler="bb"),), []),
    ],
    ids=[
        "the first",
        "within a minute",
        "a minute is over",
        "was told before",
        "the last",
        "the last, empty",
        "all empty",
        "over, with a hole",
        "a hole is filled",
        "late",
        "late, after the last",
        "both ends",
        "after a long hole, its beginning",
        "again",
        "the last, after the clock was set back",
        "another sampler's",
    ],
)
def test_a_minute_is_told_when_it_is_over_and_when_it_is_corrected(
    arrived: BatchFact, known: tuple[BatchFact, ...], expected: list[int]
):
    assert due(arrived, *known) == expected


def test_in_order_each_minute_is_told_once():
    facts = [fact(n, 15 * n, 15 * n + 14, is_final=n == 20) for n in range(21)]
    told = [minute for n, arrived in enumerate(facts) for minute in due(arrived, *facts[:n])]

    assert told == [*range(6)]


def test_it_takes_the_batches_of_the_minute_and_the_one_before():
    facts = [fact(n, 15 * n, 15 * n + 14) for n in range(21)]
    arrived = facts[12]  # from 180 s

    found = minutes_due(arrived, [at_ms(180), at_ms(194)], facts[:12])

    assert minutes_of(found) == [2]
    assert [fact.sequence for fact in found.facts] == [7, 8, 9, 10, 11]


def test_a_batch_that_was_sent_twice_is_taken_once():
    twice = [fact(0, 10, 50, received_ms=ms) for ms in (1, 2)]
    found = minutes_due(fact(1, 60, 70), [at_ms(60), at_ms(70)], twice)

    assert found.facts == (twice[1],)


def test_a_clock_that_was_set_back_hides_no_samples():
    arrived = fact(0, 65, 5, is_final=True)

    assert minutes_of(minutes_due(arrived, [at_ms(65), at_ms(70), at_ms(5)], [])) == [0, 1]


def test_the_last_minute_of_who_stopped_without_a_word_is_left():
    stopped = [fact(0, 10, 50), fact(1, 51, 70)]
    finished = [fact(0, 10, 50, sampler="bb"), fact(1, 51, 70, sampler="bb", is_final=True)]
    unseen = [fact(0, sampler="cc")]

    [left] = minutes_left([*stopped, *finished, *unseen])

    assert minutes_of(left) == [1]
    assert left.facts == tuple(stopped)


# --- that it ends in the same points ------------------------------------------------------------


def sampled(rng: Random) -> list[Batch]:
    """A few minutes of a sampler, with all that goes wrong: holes, wraps, gaps, a clock set."""
    host = Host(
        cpus=rng.choice([1, 4]),
        memory_total_kb=rng.choice([0, 1 << 22]),
        cpu_limit_cores=rng.choice([None, 2.0]),
        filesystems={"/": 1 << 20, "/mnt": 1 << 20},
        interval_ms=rng.choice([1000, 4000]),
    )
    batches, uptime_ms, clock_ms = [], 600_000, BOOTED_MS - 600_000
    count = rng.randint(1, 9)
    for sequence in range(count):
        length = rng.randint(0 if sequence else 1, 8)
        uptimes_ms = []
        for _ in range(length):
            uptime_ms += rng.choice([host.interval_ms, 50, 5 * host.interval_ms, 70_000])
            uptimes_ms.append(uptime_ms)
        clock_ms += rng.choice([0, 0, 0, -3_000, 90_000])
        names = ("cpu_user", "cpu_system", "cgroup_cpu_us", "memory_used_kb", "cgroup_memory_kb")
        names += ("network_received_bytes", "network_sent_bytes")
        batches.append(
            Batch(
                sampler="aa",
                sequence=sequence,
                host=host,
                final=sequence == count - 1,
                time_ms=[clock_ms + ms for ms in uptimes_ms],
                uptime_ms=uptimes_ms,
                columns={name: column(rng, length) for name in names},
                disks={disk: {"read_sectors": column(rng, length)} for disk in ("a", "b")},
                filesystems={mount: column(rng, length) for mount in ("/", "/mnt")},
            )
        )
    return batches


def column(rng: Random, length: int) -> list[int | None]:
    return [None if rng.random() < 0.1 else rng.randrange(1 << 20) for _ in range(length)]


def points(batches: Sequence[Batch], starts_ms: Sequence[int]) -> list[MetricRow]:
    oldest = NOW - timedelta(hours=47)
    return host_points(batches, starts_ms, WHO, skew_ms=0, oldest=oldest, now=NOW)


def newest(rows: Sequence[MetricRow]) -> dict[str, MetricRow]:
    """Of each point the row of most samples; those of as many say the same."""
    kept: dict[str, MetricRow] = {}
    for row in rows:
        known = kept.setdefault(row.record_id, row)
        if row.count == known.count:
            assert row == known
        if row.count > known.count:
            kept[row.record_id] = row
    return kept


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_whatever_the_order_and_number_of_batches_the_points_are_those_of_all(seed: int):
    rng = Random(seed)  # noqa: S311 -- a test
    batches = sampled(rng)
    arrivals = batches + rng.sample(batches, rng.randint(0, len(batches)))
    rng.shuffle(arrivals)

    told: list[MetricRow] = []
    seen: dict[BatchFact, Batch] = {}
    for batch in arrivals:
        arrived = fact_of(batch)
        seen[arrived] = batch
        found = minutes_due(arrived, batch.time_ms, seen)
        told += points([seen[fact] for fact in found.facts], found.starts_ms)

    every_ms = sorted({ms // 60_000 * 60_000 for batch in batches for ms in batch.time_ms})
    assert newest(told) == newest(points(batches, every_ms))


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_a_figure_s_mean_lies_between_its_least_and_its_most(seed: int):
    rng = Random(seed)  # noqa: S311 -- a test
    batches = sampled(rng)
    every_ms = sorted({ms // 60_000 * 60_000 for batch in batches for ms in batch.time_ms})
    for row in points(batches, every_ms):
        assert row.min - 1e-4 <= row.sum / row.count <= row.max + 1e-4
        assert row.min >= 0
        assert row.unit != "1" or row.max <= 1
