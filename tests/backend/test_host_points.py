"""Minutes small enough to check by hand: M is a whole minute, samples lie around it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from src.backend.host_points import HostIdentity, host_points
from src.backend.sinks.base import MetricRow
from src.model import semconv
from src.model.host_metrics import HOST_METRICS, HOST_PROPERTIES
from src.model.samples import Batch, Host
from tests.analysis import made

M = 40  # seconds after NOON
START_MS = made.ms(M)
STARTED_AT = datetime.fromtimestamp(START_MS / 1000, UTC)
NOW = STARTED_AT + timedelta(minutes=5)
WHO = HostIdentity("github.com", 7, "acme/rocket", 11, 13, "runner-1")
GIB_KB = 1 << 20
LIMITED = Host(cpus=4, memory_total_kb=16 * GIB_KB, cpu_limit_cores=2.0, memory_limit_kb=GIB_KB)


def points(*batches: Batch, skew_ms: int = 0, now: datetime = NOW) -> list[MetricRow]:
    oldest = now - timedelta(hours=47)
    return host_points(batches, [START_MS], WHO, skew_ms=skew_ms, oldest=oldest, now=now)


def figures(*batches: Batch) -> dict[str, tuple[float, ...]]:
    """Count, sum, least and most by metric and its part."""
    told = {}
    for row in points(*batches):
        parts = [value for name, value in row.properties.items() if "." in name]
        told[" ".join([row.name, *parts])] = (row.count, row.sum, row.min, row.max)
    return told


def columns(at: Sequence[float], host: Host = made.HOST, **known: Sequence[int | None]) -> Batch:
    return made.batch(at, host=host, columns=known)


def test_a_minute_of_everything():
    host = Host(
        cpus=4,
        memory_total_kb=16 * GIB_KB,
        filesystems={"/": 100 * GIB_KB, "/boot": GIB_KB, "/new": 0},
    )
    at = [M - 10, M, M + 20, M + 50, M + 60, M + 70]
    batch = made.batch(
        at,
        [0, 20, 60, 60, 100, 140],
        host=host,
        columns={
            "memory_used_kb": [16 * GIB_KB, 4 * GIB_KB, 8 * GIB_KB, 6 * GIB_KB, 0, 0],
            "network_received_bytes": [0, 1000, 3000, 3500, 9000, 9000],
            "network_sent_bytes": [5, 5, 5, 5, 5, 5],
        },
        disks={
            "sda": {"read_sectors": [0, 2, 4, 10, 90, 90], "written_sectors": [0, 0, 0, 8, 8, 8]},
            "sdb": {"read_sectors": [0, 0, 10, 10, 10, 10]},
        },
        filesystems={
            "/": [90 * GIB_KB, 40 * GIB_KB, 30 * GIB_KB, 20 * GIB_KB, 0, 0],
            "/boot": [GIB_KB // 2] * 6,
            "/new": [0] * 6,
        },
    )

    assert figures(batch) == {
        # 20 of 40, 40 of 80 and 0 of 120 core seconds: in all 60 of 240
        "system.cpu.utilization": (3, 0.75, 0.0, 0.5),
        "system.memory.usage used": (3, 18.0 * 2**30, 4 * 2**30, 8 * 2**30),
        "system.memory.utilization used": (3, 1.125, 0.25, 0.5),
        "system.disk.io read": (3, 20.0 * 512, 2 * 512, 12 * 512),
        "system.disk.io write": (3, 8.0 * 512, 0, 8 * 512),
        "system.network.io receive": (3, 3500, 500, 2000),
        "system.network.io transmit": (3, 0, 0, 0),
        "system.filesystem.utilization /": (3, 2.1, 0.6, 0.8),
    }


def test_a_row_says_whose_it_is_and_when():
    [row, _] = points(columns([M, M + 1], memory_used_kb=[1024, 1024]))

    assert (row.name, row.unit) == ("system.memory.usage", "By")
    assert (row.started_at, row.ended_at) == (STARTED_AT, STARTED_AT + timedelta(minutes=1))
    assert row.role == "acme/rocket"
    assert row.properties == {
        "host": "github.com",
        "workflow_run_id": "11",
        "job_id": "13",
        "runner_name": "runner-1",
        "system.memory.state": "used",
    }


def test_what_is_unknown_of_the_runner_is_left_out():
    who = HostIdentity("github.com", 7, None, 11, None, None)
    batch = columns([M, M + 1], memory_used_kb=[1024, 1024])
    [row, _] = host_points([batch], [START_MS], who, skew_ms=0, oldest=STARTED_AT, now=NOW)

    assert row.role == "github.com/repositories/7"
    assert row.properties == {
        "host": "github.com",
        "workflow_run_id": "11",
        "system.memory.state": "used",
    }


def test_each_metric_of_each_minute_and_sampler_has_its_own_id():
    at = [M, M + 1, M + 61, M + 62]
    known = {"network_received_bytes": [0, 1, 2, 3], "network_sent_bytes": [0, 1, 2, 3]}
    batches = [made.batch(at, columns=known, sampler=sampler) for sampler in ("aa", "bb")]
    starts_ms = [START_MS, START_MS + 60_000]
    rows = host_points(batches, starts_ms, WHO, skew_ms=0, oldest=STARTED_AT, now=NOW)

    assert len(rows) == len({row.record_id for row in rows}) == 2 * 2 * 2


def test_of_a_minute_that_was_not_asked_for_nothing_is_told():
    assert points(columns([M + 60, M + 61], memory_used_kb=[1024, 1024])) == []


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ([100, 300, 600], (2, 500, 200, 300)),
        ([100, None, 600], None),
        ([None, 300, 600], (1, 300, 300, 300)),
        ([300, 100, 200], (2, 100, 0, 100)),
        ([2**32 - 10, 10, 30], (2, 40, 20, 20)),
    ],
    ids=["rises", "a hole", "begins late", "falls", "wraps"],
)
def test_a_counter_tells_of_the_intervals_that_it_was_read_at_both_ends_of(
    column: list[int | None], expected: tuple[float, ...] | None
):
    told = figures(columns([M, M + 1, M + 2], network_received_bytes=column))

    assert told == ({"system.network.io receive": expected} if expected else {})


def test_what_leads_into_the_minute_belongs_to_it_and_what_leads_out_does_not():
    at = [M - 1, M + 1, M + 59, M + 61]

    assert figures(columns(at, network_sent_bytes=[0, 10, 30, 70])) == {
        "system.network.io transmit": (2, 30, 10, 20)
    }


def test_an_interval_longer_than_a_minute_says_nothing_of_one():
    at = [M - 61, M, M + 1]

    assert figures(columns(at, network_sent_bytes=[0, 10_000, 10_002])) == {
        "system.network.io transmit": (1, 2, 2, 2)
    }


@pytest.mark.parametrize(
    ("sequences", "expected"), [((4, 5), (3, 60, 10, 30)), ((4, 6), (2, 30, 10, 20))]
)
def test_what_lies_between_two_batches_is_known_where_one_follows_the_other(
    sequences: tuple[int, int], expected: tuple[float, ...]
):
    one, other = sequences
    batches = [
        made.batch([M, M + 1], columns={"network_sent_bytes": [0, 10]}, sequence=one),
        made.batch([M + 2, M + 3], columns={"network_sent_bytes": [40, 60]}, sequence=other),
    ]

    assert figures(*batches) == {"system.network.io transmit": expected}


def test_a_limited_job_is_told_of_by_its_control_group():
    told = figures(
        columns(
            [M, M + 10],
            LIMITED,
            cgroup_cpu_us=[0, 5_000_000],
            cpu_user=[0, 4000],
            cpu_system=[0, 0],
            cgroup_memory_kb=[GIB_KB // 2, 2 * GIB_KB],
            memory_used_kb=[9 * GIB_KB, 9 * GIB_KB],
        )
    )

    assert told == {
        "system.cpu.utilization": (1, 0.25, 0.25, 0.25),
        "system.memory.usage used": (2, 1.5 * 2**30, 2**29, 2**30),
        "system.memory.utilization used": (2, 1.5, 0.5, 1.0),
    }


def test_where_a_limit_holds_and_its_group_was_not_seen_others_use_is_not_taken_for_it():
    machine = {"cpu_user": [0, 400], "cpu_system": [0, 0], "memory_used_kb": [GIB_KB, GIB_KB]}

    assert figures(columns([M, M + 1], LIMITED, **machine)) == {}


def test_of_a_machine_of_unknown_memory_no_share_is_told():
    told = figures(columns([M], Host(cpus=1, memory_total_kb=0), memory_used_kb=[1024]))

    assert told == {"system.memory.usage used": (1, 2**20, 2**20, 2**20)}


def test_a_tick_at_once_after_a_late_one_is_not_many_cores():
    batch = made.batch([M, M + 1.998, M + 2], [0, 1, 1.02])

    assert figures(batch)["system.cpu.utilization"][3] < 0.2


def test_a_clock_that_is_wrong_is_set_right():
    rows = points(columns([M], memory_used_kb=[1024]), skew_ms=2500)

    assert {row.started_at for row in rows} == {STARTED_AT + timedelta(seconds=2.5)}


def test_a_minute_that_is_not_over_by_our_clock_ends_now():
    now = STARTED_AT + timedelta(seconds=30)
    rows = points(columns([M], memory_used_kb=[1024]), now=now)

    assert {(row.started_at, row.ended_at) for row in rows} == {(STARTED_AT, now)}
    assert "time_shifted" not in rows[0].properties


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (STARTED_AT + timedelta(days=9), STARTED_AT + timedelta(days=9, hours=-47)),
        (STARTED_AT - timedelta(days=1), STARTED_AT - timedelta(days=1)),
    ],
    ids=["too old", "in the future"],
)
def test_a_time_that_would_be_refused_is_moved_and_kept(now: datetime, told: datetime):
    [row, _] = points(columns([M], memory_used_kb=[1024]), now=now)

    assert row.started_at == told
    assert row.started_at <= row.ended_at <= now
    assert row.properties["time_shifted"] == "true"
    assert datetime.fromisoformat(row.properties["started_at"]) == STARTED_AT


def test_a_time_that_is_none_costs_nothing():
    batch = Batch(
        sampler="aa",
        sequence=0,
        host=made.HOST,
        time_ms=[2**62],
        uptime_ms=[1],
        columns={"memory_used_kb": [1024]},
    )
    start_ms = 2**62 // 60_000 * 60_000
    [row, _] = host_points([batch], [start_ms], WHO, skew_ms=0, oldest=STARTED_AT, now=NOW)

    assert (row.started_at, row.properties["time_shifted"]) == (NOW, "true")
    assert "started_at" not in row.properties


def test_every_name_that_leaves_is_in_a_table():
    names = {metric.name for metric in HOST_METRICS}
    parts = {metric.part for metric in HOST_METRICS}
    for row in points(columns([M, M + 1], memory_used_kb=[1, 1], network_sent_bytes=[1, 2])):
        assert row.name in names
        assert row.properties.keys() <= {*HOST_PROPERTIES, *parts}
    assert set(HOST_PROPERTIES) <= semconv.TERM_BY_NAME.keys()


def test_no_two_host_metrics_share_a_key():
    assert len({metric.key for metric in HOST_METRICS}) == len(HOST_METRICS)
