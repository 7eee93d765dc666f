"""The queries on what jobs and steps used, on hand-made rows whose answer is known."""

import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any

import pytest

from src.analysis.rules import RULE_BY_NAME
from src.kql.catalogue import shipped_queries
from src.model.terms import JOB_EVENT, STEP_EVENT
from tests.kql.component import Component

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
GIB = 1 << 30
QUERIES = {query.name: query.text for query in shipped_queries()}
BUILD = {"repository_full_name": "octo/app", "workflow_name": "CI", "job_name": "build"}


def emit_job(component: Component, number: int, **values: Any):
    """A job of a minute that four cores were allowed; the later its number, the later it ended."""
    ended = NOON + timedelta(minutes=number)
    known = {
        **BUILD,
        "execution": "ran",
        "labels": "linux",
        "started_at": ended - timedelta(minutes=1),
        "completed_at": ended,
        "duration_seconds": 60.0,
        "samples": "complete",
        "samples_identity": "token",
        "covered_seconds": 60.0,
        "cores_allowed": 4.0,
        "memory_allowed_bytes": 16 * GIB,
        "job_url": f"https://example.test/{number}",
    }
    component.emit(JOB_EVENT, f"github.com/jobs/{number}", ended, **known | values)


def emit_step(component: Component, job: int, number: int, **values: Any):
    known = {**BUILD, "step_number": number, "step_name": f"step {number}", "samples": "complete"}
    record_id = f"github.com/jobs/{job}/steps/{number}"
    component.emit(STEP_EVENT, record_id, NOON, **known | values)


def test_steps_by_bottleneck(component: Component):
    times = {"cpu_bound": [60.0, 300.0, 20.0], "none": [11.0, 12.0, 13.0], "waiting": [383.0]}
    emit_job(component, 1)
    number = iter(range(1, 100))
    for bottleneck, seconds in times.items():
        for lasted in seconds:
            emit_step(component, 1, next(number), bottleneck=bottleneck, duration_seconds=lasted)
    emit_step(component, 1, 50, duration_seconds=9e6)  # was not judged

    rows = component.ask(QUERIES["steps-by-bottleneck"])

    assert [row["bottleneck"] for row in rows] == ["waiting", "cpu_bound", "none"]
    for row in rows:
        seconds = times[row["bottleneck"]]
        assert row["steps"] == len(seconds)
        assert (row["total_seconds"], row["longest_seconds"]) == (sum(seconds), max(seconds))
        assert row["p50_seconds"] == median(seconds)
    assert rows[1]["longest_step"] == "step 2"
    assert rows[1]["longest_url"] == "https://example.test/1"


WASTES = [  # labels, cores allowed, seconds seen, core seconds wasted
    ("linux", 4.0, 3600.0, 7200.0),
    ("linux,gpu", 8.0, 1800.0, 3600.0),
    ("linux", 2.0, 0.0, 0.0),
    ("arm", 4.0, 900.0, 3600.0),
]


def test_wasted_core_hours(component: Component):
    expected = defaultdict[str, Counter[str]](Counter)
    for number, (labels, cores, seen, wasted) in enumerate(WASTES):
        values = {"cores_allowed": cores, "covered_seconds": seen, "wasted_core_seconds": wasted}
        emit_job(component, number, labels=labels, **values)
        for label in labels.split(","):
            expected[label].update(jobs=1, allowed=cores * seen, wasted=wasted)
    emit_job(component, 50, samples="none", covered_seconds=0.0, cores_allowed=None)

    rows = component.ask(QUERIES["wasted-core-hours"])

    assert [row["label"] for row in rows] == ["linux", "arm", "gpu"]
    for row in rows:
        of_label = expected[row["label"]]
        assert row["jobs"] == of_label["jobs"]
        assert row["allowed_core_hours"] == pytest.approx(of_label["allowed"] / 3600)
        assert row["wasted_core_hours"] == pytest.approx(of_label["wasted"] / 3600)
        share = of_label["wasted"] / of_label["allowed"]
        assert row["wasted_percent"] == pytest.approx(100 * share, abs=0.05)


def test_a_label_that_was_seen_for_no_time_has_no_share(component: Component):
    emit_job(component, 1, covered_seconds=0.0, wasted_core_seconds=0.0)

    [row] = component.ask(QUERIES["wasted-core-hours"])

    assert row["wasted_percent"] is None


SIZES = [  # job, verdict, cores and memory that it names
    ("build", "smaller", 1.0, 4),
    ("build", "smaller", 2.0, 8),
    ("test", "smaller", 2.0, 8),
    ("test", "right", None, None),
    ("link", "larger", 8.0, 32),
    ("lint", "right", None, None),
    ("lint", "unknown", None, None),
    ("short", "unknown", None, None),
]


def test_right_size_candidates_have_what_would_have_done_for_all_of_them(component: Component):
    for number, (job, verdict, cores, memory_gib) in enumerate(SIZES):
        emit_job(
            component,
            number,
            job_name=job,
            right_size=verdict,
            right_size_reason=f"because of {number}",
            right_size_cores=cores,
            right_size_memory_bytes=memory_gib and memory_gib * GIB,
            wasted_core_seconds=36.0 * number,
        )

    rows = {row["job_name"]: row for row in component.ask(QUERIES["right-size-candidates"])}

    assert list(rows) == ["test", "link", "build"]  # by what was wasted
    assert {
        job: (row["judged_jobs"], row["smaller"], row["larger"], row["cores_for_all"])
        for job, row in rows.items()
    } == {"build": (2, 2, 0, 2.0), "test": (2, 1, 0, 4.0), "link": (1, 0, 1, 8.0)}
    memory_gib = {job: row["memory_bytes_for_all"] / GIB for job, row in rows.items()}
    assert memory_gib == {"build": 8, "test": 16, "link": 32}
    assert rows["test"]["wasted_core_hours"] == pytest.approx(0.05)
    assert rows["build"]["latest_reason"] == "because of 1"
    assert rows["build"]["latest_url"] == "https://example.test/1"


def test_out_of_memory_jobs(component: Component):
    for number, kills in enumerate([0, 1, 3, None, 0]):
        emit_job(
            component,
            number,
            out_of_memory_kills=kills,
            memory_max_bytes=(10 + number) * GIB,
            verdict=f"verdict {number}",
        )
    emit_job(component, 50, job_name="e2e", out_of_memory_kills=1, memory_max_bytes=3 * GIB)
    emit_job(component, 51, job_name="lint", out_of_memory_kills=0, memory_max_bytes=3 * GIB)

    build, e2e = component.ask(QUERIES["out-of-memory-jobs"])

    assert (build["job_name"], build["jobs"], build["kills"]) == ("build", 2, 4)
    assert build["most_memory_bytes"] == 12 * GIB
    assert build["last_at"] == NOON + timedelta(minutes=2)
    assert build["last_verdict"] == "verdict 2"
    assert build["last_url"] == "https://example.test/2"
    assert (e2e["job_name"], e2e["jobs"]) == ("e2e", 1)


def test_heaviest_processes(component: Component):
    tops = [
        [["cc1", 3600.0, 300], ["ld", 30.0, 9000]],
        [["cc1", 7200.0, 500], ['my "tool"', 60.0, 10]],
        [["cc1", 360.0, 100]],
    ]
    for number, top in enumerate(tops):
        emit_job(component, number, top_processes=json.dumps(top, separators=(",", ":")))
    emit_job(component, 50)

    rows = component.ask(QUERIES["heaviest-processes"])

    assert [row["process_name"] for row in rows] == ["cc1", 'my "tool"', "ld"]
    assert rows[0]["jobs"] == 3
    assert rows[0]["cpu_hours"] == pytest.approx(3.1)
    assert (rows[0]["p50_cpu_seconds"], rows[0]["most_memory_mib"]) == (3600.0, 500)
    assert (rows[2]["jobs"], rows[2]["most_memory_mib"]) == (1, 9000)


MOVED = {  # step: bytes in and out, and the bottleneck, each time that it ran
    "fetch": [(900, 100, "download_heavy"), (2900, 100, "download_heavy"), (100, 0, "none")],
    "upload": [(10, 5000, "upload_heavy")],
    "compile": [(0, 0, "cpu_bound")],
    "short": [(None, None, None)],
}


@pytest.mark.parametrize(
    ("query", "into", "out_of", "counted"),
    [
        ("network-heavy-steps", "network_received_bytes", "network_sent_bytes", "download_heavy"),
        ("disk-heavy-steps", "disk_read_bytes", "disk_written_bytes", None),
    ],
)
def test_steps_that_move_most(
    component: Component, query: str, into: str, out_of: str, counted: str | None
):
    for step, times in MOVED.items():
        for job, (received, sent, bottleneck) in enumerate(times):
            values = {into: received, out_of: sent, "bottleneck": bottleneck}
            emit_step(component, job, list(MOVED).index(step), step_name=step, **values)

    rows = {row["step_name"]: row for row in component.ask(QUERIES[query])}

    assert list(rows) == ["upload", "fetch"]
    moved = [received + sent for received, sent, _ in MOVED["fetch"]]
    assert rows["fetch"]["steps"] == 3
    assert rows["fetch"]["mean_bytes"] == pytest.approx(mean(moved))
    assert rows["fetch"]["most_bytes"] == max(moved)
    first, second = into.removesuffix("_bytes").split("_")[1], out_of.split("_")[1]
    assert rows["upload"][f"{first}_bytes"] == 10
    assert rows["upload"][f"{second}_bytes"] == 5000
    if counted:
        assert [rows[step][counted] for step in ("fetch", "upload")] == [2, 0]
        assert [rows[step]["upload_heavy"] for step in ("fetch", "upload")] == [0, 1]


def test_disk_heavy_steps_say_how_busy_the_disk_was(component: Component):
    shortages = ["disk_saturated", "slow_disk", "io_congestion", "disk_full", "cpu_bound", "none"]
    for job, bottleneck in enumerate(shortages):
        values = {"disk_read_bytes": 1, "disk_written_bytes": 2, "bottleneck": bottleneck}
        emit_step(component, job, 1, disk_utilisation_percent=10.0 * job, **values)

    [row] = component.ask(QUERIES["disk-heavy-steps"])

    assert (row["short_of_disk"], row["disk_busy_percent"]) == (4, 25.0)


@pytest.mark.parametrize("query", ["disk-heavy-steps", "network-heavy-steps"])
def test_queries_name_bottlenecks_that_there_are(query: str):
    named = {word for word in QUERIES[query].split('"') if word.isidentifier()}

    assert named
    assert named <= RULE_BY_NAME.keys()


COVERED = [  # labels, samples, seconds covered, identity
    ("linux", "complete", 60.0, "token"),
    ("linux", "partial", 30.0, "declared"),
    ("linux,gpu", "none", 0.0, "token"),
    ("gpu", None, None, None),
    ("gpu", None, None, None),
]


def test_sample_coverage(component: Component):
    for number, (labels, samples, seen, identity) in enumerate(COVERED):
        values = {"samples": samples, "covered_seconds": seen, "samples_identity": identity}
        emit_job(component, number, labels=labels, **values)
    emit_job(component, 50, execution="skipped", duration_seconds=None)

    gpu, linux = component.ask(QUERIES["sample-coverage"])

    counts = ("jobs", "complete", "partial", "without", "declared")
    assert {name: linux[name] for name in counts} == dict(zip(counts, (3, 1, 1, 1, 1), strict=True))
    assert {name: gpu[name] for name in counts} == dict(zip(counts, (3, 0, 0, 3, 0), strict=True))
    assert (linux["seconds"], linux["covered_seconds"]) == (180.0, 90.0)
    assert (linux["covered_percent"], gpu["covered_percent"]) == (50.0, 0.0)


def test_the_slowest_steps_say_what_they_were_short_of(component: Component):
    told = {"bottleneck": "cpu_bound", "diagnosis": "CPU-bound: all 4 cores busy"}
    now = datetime.now(UTC)
    emit_step(component, 1, 1, duration_seconds=9.0, completed_at=now)
    emit_step(component, 1, 2, duration_seconds=99.0, completed_at=now, **told)

    slowest, other = component.ask(QUERIES["slowest-steps"])
    emit_job(component, 1, completed_at=now)
    component.emit("WorkflowRun", "github.com/runs/1", now, completed_at=now)
    [overview] = component.ask(QUERIES["overview"])

    assert {name: slowest[name] for name in told} == told
    assert other["bottleneck"] == ""
    assert {name: overview[f"slowest_step_{name}"] for name in told} == told


def test_each_slow_step_of_the_last_day_is_told_once_with_what_it_was_short_of(
    component: Component,
):
    now = datetime.now(UTC)
    lack = {"bottleneck": "cpu_bound", "diagnosis": "CPU-bound: all 4 cores busy"}
    for job, (hours_ago, seconds, name, told) in enumerate(
        [(1, 70.0, "make", {}), (2, 90.0, "make", lack), (3, 80.0, "test", {}), (25, 9e3, "x", {})]
    ):
        ended = now - timedelta(hours=hours_ago)
        emit_step(
            component, job, 1, step_name=name, duration_seconds=seconds, completed_at=ended, **told
        )

    rows = component.ask(QUERIES["slowest-steps-today"])

    assert [(row["step_name"], row["duration_seconds"]) for row in rows] == [
        ("make", 90.0),
        ("test", 80.0),
    ]
    assert {name: rows[0][name] for name in lack} == lack


def test_the_overview_counts_what_was_said_of_the_last_day_s_runners(component: Component):
    now = datetime.now(UTC)
    for number, size in enumerate(["right", "larger", "larger", "smaller", None, "unknown"]):
        emit_job(component, number, completed_at=now, right_size=size)
    emit_job(component, 50, completed_at=now - timedelta(hours=25), right_size="larger")
    component.emit("WorkflowRun", "github.com/runs/1", now, completed_at=now)
    emit_step(component, 1, 1, completed_at=now)

    [row] = component.ask(QUERIES["overview"])

    assert (row["sized_jobs"], row["smaller_jobs"], row["larger_jobs"]) == (4, 1, 2)
