"""What is counted for a part of a span is held against that part, never against all of it."""

import pytest

from src.analysis.known_time import united
from src.analysis.measure import measure
from src.analysis.series import Span
from src.analysis.usage import COMPLETE, PARTIAL, Usage
from src.model.samples import Batch, Host
from tests.analysis.made import batch, job, owner, step

AT = range(101)
LIMITED = Host(cpus=4, memory_total_kb=16 << 20, boot_id="boot", cpu_limit_cores=2.0)
IDLE = [0.0] * len(AT)


def from_second(first: int, per_second: int) -> list[int | None]:
    """A counter that nobody could read before."""
    return [None if at < first else per_second * at for at in AT]


def disk(first: int) -> dict[str, dict[str, list[int | None]]]:
    busy = {"reads": 50, "writes": 50, "read_sectors": 2048, "written_sectors": 4096}
    waits = {"io_ms": 900, "weighted_ms": 3000, "read_ms": 100, "write_ms": 100}
    return {"sda": {name: from_second(first, rate) for name, rate in {**busy, **waits}.items()}}


def columns(first: int) -> dict[str, list[int | None]]:
    cpu = {"cpu_user": 100, "cpu_system": 0, "cpu_steal": 100}
    rates = {"network_received_bytes": 9000, "network_sent_bytes": 800}
    stalls = {f"stalled_{what}_us": 400_000 for what in ("cpu", "memory", "io")}
    return {name: from_second(first, rate) for name, rate in {**cpu, **rates, **stalls}.items()}


def usage(told: Batch) -> Usage:
    [only] = measure(job(step(2, "only", 0, 100), end=100), [told]).steps
    return only.usage


def seen_from(first: int) -> Usage:
    return usage(batch(AT, columns=columns(first), disks=disk(first)))


FIGURES = {
    "cpu_percent_mean": 25,
    "cpu_stolen_percent": 50,
    "disk_read_bytes_per_second": 1 << 20,
    "disk_written_bytes_per_second": 2 << 20,
    "disk_operations_per_second": 100,
    "disk_utilisation_percent": 90,
    "disk_queue_depth": 3,
    "network_received_bytes_per_second": 9000,
    "network_sent_bytes_per_second": 800,
    "stalled_cpu_percent": 40,
    "stalled_memory_percent": 40,
    "stalled_io_percent": 40,
}


@pytest.mark.parametrize("first", [0, 8, 40, 50])
def test_rates_and_shares_are_of_the_time_in_which_they_were_looked_at(first: int):
    told = seen_from(first)._asdict()
    assert {name: told[name] for name in FIGURES} == pytest.approx(FIGURES)
    assert told["samples"] == (COMPLETE if first < 40 else PARTIAL)


def with_hole(column: list[int | None]) -> list[int | None]:
    return [None if 20 < at < 60 else count for at, count in enumerate(column)]


HOLED = batch(
    AT,
    columns={name: with_hole(column) for name, column in columns(0).items()},
    disks={"sda": {name: with_hole(column) for name, column in disk(0)["sda"].items()}},
)


def test_a_hole_amid_readings_hides_no_count_but_whose_it_is():
    steps = step(2, "before", 0, 20), step(3, "in the hole", 25, 55), step(4, "after", 60, 100)
    used = measure(job(*steps, end=100), [HOLED])
    before, hidden, after = (each.usage._asdict() for each in used.steps)
    for told in (before, after):
        assert {name: told[name] for name in FIGURES} == pytest.approx(FIGURES)
        assert told["samples"] == COMPLETE
    assert {name for name in FIGURES if hidden[name] is None} == FIGURES.keys() - {
        "cpu_stolen_percent"
    }
    assert (hidden["samples"], hidden["cpu_one_core_percent"]) == (PARTIAL, None)
    assert hidden["network_received_bytes"] == 9000 * 30
    assert used.usage.network_received_bytes == 9000 * 100


def test_what_was_looked_at_for_more_than_half_has_rates_of_all_that_was_counted():
    told = usage(HOLED)._asdict()
    assert {name: told[name] for name in FIGURES} == pytest.approx(FIGURES)
    assert told["samples"] == PARTIAL


def test_what_was_looked_at_for_less_than_half_has_no_rate():
    told = seen_from(60)._asdict()
    unknown = {name for name in FIGURES if told[name] is None}
    assert unknown == FIGURES.keys() - {"cpu_stolen_percent"}  # both its parts are as unknown
    assert told["cpu_one_core_percent"] is None
    assert told["network_received_bytes"] == 9000 * 40
    assert told["samples"] == PARTIAL


@pytest.mark.parametrize(("first", "percent"), [(0, 25), (40, 25), (60, None)])
def test_throttling_is_of_the_time_in_which_it_was_looked_at(first: int, percent: float | None):
    throttled = from_second(first, 500_000)
    told = batch(AT, host=LIMITED, columns={"cgroup_throttled_us": throttled})
    assert usage(told).cpu_throttled_percent == (percent and pytest.approx(percent))


@pytest.mark.parametrize("first", [0, 40])
def test_what_was_not_looked_at_is_no_idle_core(first: int):
    assert seen_from(first).cpu_one_core_percent == pytest.approx(100)


def test_a_step_s_own_processes_are_known_though_the_machine_is_not():
    own = [owner("__run", 0, [0.5 * at for at in AT])]
    told = batch(AT, owners=own, columns=columns(40))
    # Half a core of its own all the time, and beside it half a core while somebody looked.
    assert usage(told).cpu_percent_mean == pytest.approx(25)


def test_where_the_rest_can_never_be_seen_processes_are_all_that_is_known():
    host = Host(cpus=4, memory_total_kb=16 << 20, boot_id="boot", is_container=True)
    own = [owner("__run", 0, [1.0 * at for at in AT])]
    told = usage(batch(AT, host=host, owners=own, columns=columns(0)))
    assert (told.cpu_percent_mean, told.samples) == (pytest.approx(25), COMPLETE)


def test_without_what_was_used_nobody_knows_which_share_was_stolen():
    told = usage(batch(AT, columns={"cpu_steal": from_second(0, 100)}))
    assert (told.cpu_steal_seconds, told.cpu_stolen_percent) == (pytest.approx(100), None)


def test_throttling_of_less_than_a_core_is_a_share_of_time():
    host = Host(cpus=4, memory_total_kb=16 << 20, boot_id="boot", cpu_limit_cores=0.5)
    told = batch(AT, host=host, columns={"cgroup_throttled_us": from_second(0, 300_000)})
    assert usage(told).cpu_throttled_percent == pytest.approx(30)


def test_a_disk_that_comes_later_had_nothing_to_do_before():
    both = disk(0) | {"sdb": disk(40)["sda"]}
    assert usage(batch(AT, disks=both)).samples == COMPLETE
    assert usage(batch(AT, disks=both)).disk_operations_per_second == pytest.approx(160)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(0, 5), (3, 9)], [(0, 9)]),
        ([(7, 9), (0, 5), (5, 6)], [(0, 6), (7, 9)]),
        ([(0, 9), (2, 3), (4, 12)], [(0, 12)]),
    ],
)
def test_no_moment_counts_twice(spans: list[tuple[int, int]], expected: list[tuple[int, int]]):
    assert united(Span(*each) for each in spans) == tuple(Span(*each) for each in expected)


def test_no_more_than_all_is_stolen_however_high_it_was_counted_before():
    columns = {"cpu_user": [980] * 3, "cpu_system": [980] * 3}
    steal = [4294966252, 4294966260, 4294966260]
    told = batch([0, 1, 2], columns={**columns, "cpu_steal": steal})
    brief = measure(job(step(1, "any", 0, 0.05), end=0.05), [told])
    assert brief.usage.cpu_stolen_percent == 100
