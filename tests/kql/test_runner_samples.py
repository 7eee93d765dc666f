from datetime import UTC, datetime, timedelta

import pytest

from src.kql.catalogue import shipped_queries
from src.kql.runner_samples import COLUMNS
from src.model.host_metrics import (
    CPU_UTILIZATION,
    DISK_READ,
    DISK_WRITTEN,
    FILESYSTEM_UTILIZATION,
    HOST_METRICS,
    MEMORY_UTILIZATION,
    MOUNT_POINT,
    NETWORK_RECEIVED,
    HostMetric,
)
from tests.kql.component import Component

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
QUERIES = {query.name: query.text for query in shipped_queries()}
WHO = {"host": "github.com", "workflow_run_id": "5", "job_id": "9", "runner_name": "vm1"}


def tell(
    component: Component,
    metric: HostMetric,
    values: list[float],
    minute: int = 0,
    **properties: str,
):
    """A point of `vm1`, unless said otherwise."""
    who = WHO | properties
    part = {metric.part: metric.value} if metric.part else {}
    record_id = f"{who['runner_name']}/{metric.key}/{minute}"
    component.measure(
        metric.name, NOON + minute * MINUTE, values, record_id=record_id, **who, **part
    )


def test_a_point_is_the_row_of_most_samples_in_whatever_order_they_come(component: Component):
    for values in ([0.5, 0.7], [0.5, 0.7, 0.1, 0.3], [0.5]):
        tell(component, CPU_UTILIZATION, values)
        tell(component, CPU_UTILIZATION, values[::-1])

    [point] = component.ask("RunnerSamples()")

    assert (point["sample_count"], point["least"], point["most"]) == (4, 0.1, 0.7)
    assert point["mean"] == pytest.approx(0.4)
    assert point["total"] == pytest.approx(1.6)


def test_a_point_says_whose_it_is(component: Component):
    tell(component, CPU_UTILIZATION, [0.5])

    [point] = component.ask("RunnerSamples()")

    assert point.keys() == {"timestamp", *COLUMNS}
    assert {name: point[name] for name in WHO} == WHO
    assert (point["repository"], point["metric"]) == ("octo/app", CPU_UTILIZATION.name)
    assert point["started_at"] == point["timestamp"] == NOON


def test_parts_of_the_machine_are_told_apart(component: Component):
    for metric in HOST_METRICS:
        where = {MOUNT_POINT: "/mnt"} if metric is FILESYSTEM_UTILIZATION else {}
        tell(component, metric, [1.0], **where)

    points = component.ask("RunnerSamples()")

    assert len(points) == len(HOST_METRICS)
    assert {(point["metric"], point["part"]) for point in points} == {
        (metric.name, "/mnt" if metric is FILESYSTEM_UTILIZATION else metric.value)
        for metric in HOST_METRICS
    }


def test_a_minute_that_had_to_be_moved_says_when_it_was(component: Component):
    true_time = NOON - timedelta(days=9)
    tell(
        component,
        CPU_UTILIZATION,
        [0.5],
        time_shifted="true",
        started_at=true_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
    )

    [point] = component.ask("RunnerSamples()")

    assert (point["started_at"], point["timestamp"]) == (true_time, NOON)


def test_the_services_own_metrics_are_none_of_a_runner(component: Component):
    component.measure("github_telemetry.queue.depth", NOON, [3.0])

    assert component.ask("RunnerSamples()") == []


def test_runner_load(component: Component):
    tell(component, CPU_UTILIZATION, [1.0] * 60)
    tell(component, CPU_UTILIZATION, [0.5] * 20, minute=1)
    tell(component, MEMORY_UTILIZATION, [0.2, 0.9], minute=1)
    tell(component, FILESYSTEM_UTILIZATION, [0.25], **{MOUNT_POINT: "/"})
    tell(component, FILESYSTEM_UTILIZATION, [0.75], minute=1, **{MOUNT_POINT: "/mnt"})
    for minute in (0, 1):
        tell(component, DISK_READ, [10.0, 20.0], minute=minute)
        tell(component, DISK_WRITTEN, [5.0], minute=minute)
        tell(component, NETWORK_RECEIVED, [100.0], minute=minute)
    tell(component, MEMORY_UTILIZATION, [0.3], runner_name="vm2")

    vm1, vm2 = component.ask(QUERIES["runner-load"])

    assert vm1 == {
        "host": "github.com",
        "runner_name": "vm1",
        "minutes": 2,
        "cpu_percent": 87.5,  # 70 of 80 samples' worth
        "busiest_minute_percent": 100.0,
        "most_memory_percent": 90.0,
        "fullest_disk_percent": 75.0,
        "disk_bytes": 70.0,
        "network_bytes": 200.0,
    }
    assert (vm2["runner_name"], vm2["most_memory_percent"]) == ("vm2", 30.0)
    assert (vm2["cpu_percent"], vm2["fullest_disk_percent"]) == (None, None)
