"""The documents of builds, from a job whose truth is known."""

import csv
import io
import json
import os

import pytest

from src.analysis.failures import Failure
from src.analysis.measure import measure
from src.analysis.regressions import BuildFigures, compare
from src.analysis.timeline import Job, Step
from src.analysis.usage import JobUsage, Usage
from src.model import samples
from src.model.samples import Batch, Host
from src.sampler.formats import build_session, build_summary, build_telemetry
from src.sampler.formats.build_session import Recorded, Surroundings
from src.sampler.surroundings import parse_default_interface, parse_established, surroundings

GIB_KB, MIB_KB = 2**20, 2**10
START_MS = 1_769_256_000_000  # 2026-01-24T12:00:00Z
HERE = Surroundings("vm", "Linux 6", "eth0", 15)
NOTHING = Recorded()
ALONE = compare(BuildFigures(), BuildFigures())
SEED_STEP = {
    *("name", "start_time", "end_time", "duration_s", "cpu_percent", "memory_used_mb"),
    *("memory_delta_mb", "disk_read_mb", "disk_write_mb", "disk_read_ops", "disk_write_ops"),
    *("disk_read_rate_mbs", "disk_write_rate_mbs", "disk_util_percent", "await_ms"),
    *("queue_depth", "net_rx_mb", "net_tx_mb", "net_rx_rate_mbs", "net_tx_rate_mbs"),
}


def batch() -> Batch:
    """Ten seconds, one of two cores busy, memory rising by a GiB, a MiB a second received."""
    count = 11
    time_ms = [START_MS + 1000 * n for n in range(count)]
    return Batch(
        sampler="ab",
        sequence=0,
        host=Host(cpus=2, memory_total_kb=8 * GIB_KB, filesystems={"/": 100 * GIB_KB}),
        time_ms=time_ms,
        uptime_ms=[1000 * n for n in range(count)],
        columns={
            samples.CPU_USER: [100 * n for n in range(count)],
            samples.CPU_SYSTEM: [0] * count,
            samples.CPU_IDLE: [100 * n for n in range(count)],
            samples.MEMORY_USED_KB: [GIB_KB + n * GIB_KB // 10 for n in range(count)],
            samples.NETWORK_RECEIVED_BYTES: [2**20 * n for n in range(count)],
            samples.NETWORK_SENT_BYTES: [0] * count,
        },
        filesystems={"/": [45 * GIB_KB] * count},
    )


def used(*steps: Step) -> JobUsage:
    return measure(Job("build", START_MS, START_MS + 10_000, steps), [batch()])


WHOLE = Step(1, "packer_build", START_MS, START_MS + 10_000)


def test_a_box_has_the_figures_under_their_names():
    usage = used(WHOLE).steps[0].usage
    box = build_telemetry.closing("packer_build", START_MS + 10_000, usage, 4.25)

    assert box.splitlines() == [
        "─" * 71,
        "⏱️  [packer_build] END: 2026-01-24T12:00:10+00:00",
        "",
        "  Duration:      10.0s",
        "  Own CPU:       4.2s, by the caller and all that it waited for",
        "  The whole machine meanwhile, whoever used it:",
        "  CPU:           ~50% avg",
        "  Memory:        2048MB used (delta 1024MB)",
        "  Disk Read:     unknown (unknown, unknown)",
        "  Disk Write:    unknown (unknown, unknown)",
        "  Disk I/O:      util=unknown, await=unknown, queue=unknown",
        "  Net RX:        10MB (1MB/s)",
        "  Net TX:        0MB (0MB/s)",
        "═" * 71,
    ]


def test_the_document_has_every_key_and_true_values():
    whole = used(WHOLE)
    rows = [(each.step, each.usage) for each in whole.steps]
    environment = {"RUNNER_NAME": "github-runner", "GITHUB_SHA": "abc", "GITHUB_RUN_ID": "123"}
    told = build_telemetry.document(whole, rows, environment, "0.10.2", 120 * GIB_KB)
    (step,) = told.pop("steps")  # type: ignore[misc]

    assert told == {
        "job": "build",
        "version": "0.10.2",
        "timestamp": "2026-01-24T12:00:00+00:00",
        "runner": "github-runner",
        "git_sha": "abc",
        "git_ref": None,
        "run_id": "123",
        "run_number": None,
        "job_start": 1769256000.0,
        "job_end": 1769256010.0,
        "job_duration_s": 10.0,
        "system": {"cpus": 2, "memory_total_mb": 8192, "disk_total_gb": 120},
    }
    assert step.keys() == SEED_STEP == {*build_telemetry.CSV_COLUMNS}  # type: ignore[has-type]
    assert (step["cpu_percent"], step["net_rx_mb"]) == (50.0, 10.0)  # type: ignore[has-type]


def test_csv_survives_any_name():
    names = ["a,b", 'say "x"', "two\nlines", "=1+1"]
    steps = [Step(n, name, START_MS, START_MS + 10_000) for n, name in enumerate(names, 1)]
    rows = [(each.step, each.usage) for each in used(*steps).steps]
    read = list(csv.DictReader(io.StringIO(build_telemetry.csv(rows))))

    assert [row["name"] for row in read] == names
    assert read[0]["duration_s"] == "10.0"
    assert read[0]["disk_read_mb"] == ""


def test_the_table_has_a_line_a_step():
    rows = [(each.step, each.usage) for each in used(WHOLE).steps]
    lines = build_telemetry.table({"Step": rows, "Stage": []}, 10.0).splitlines()

    assert lines[2].split() == [
        *("packer_build", "10.0s", "50%", "2048MB", "unknown", "unknown", "10MB", "0MB")
    ]
    assert "the whole machine's" in lines[-2]
    assert lines[-1] == "Total duration: 10.0s"
    assert len({len(line) for line in lines[:3]}) == 1
    assert "Stage" not in "".join(lines)


def test_a_step_that_nobody_saw_is_unknown_not_zero():
    box = build_telemetry.closing("x", START_MS, Usage())

    assert "0" not in "".join(box.splitlines()[3:])
    assert box.count("unknown") == 17
    assert "Own CPU" not in box


def test_metrics_are_those_of_the_session():
    whole = used(WHOLE)
    stages = [(WHOLE, "success"), (Step(2, "open", START_MS, None), None)]
    recorded = Recorded("packer_build", "out of memory", 12, 0)
    failure = Failure("resource", 0.9, True, "", "", ())
    worse = compare(BuildFigures(10.0, 2048), BuildFigures(8.0, 2000))
    told = build_session.metrics(whole, stages, [batch()], HERE, recorded, failure, worse)

    memory = told.pop("memory_metrics")
    assert told == {
        "build_session": {
            "start_time": "2026-01-24T12:00:00+0000",
            "end_time": "2026-01-24T12:00:10+0000",
            "duration_seconds": 10.0,
            "hostname": "vm",
            "os_info": "Linux 6",
            "cpu_cores": 2,
            "memory_total_mb": 8192,
            "disk_available_gb": 45,
        },
        "network_metrics": {
            "bytes_downloaded": 10 * 2**20,
            "bytes_uploaded": 0,
            "interface": "eth0",
            "connection_count": 15,
        },
        "build_metrics": {
            "failure_category": "resource",
            "failure_stage": "packer_build",
            "failure_reason": "out of memory",
            "packages_built": 12,
            "packages_failed": 0,
            "build_stages": [
                {"name": "packer_build", "status": "success", "duration": 10.0},
                {"name": "open", "status": None, "duration": None},
            ],
        },
        "performance_metrics": {
            "regressions_detected": ["Build duration increased by 25%"],
            "baseline_comparison": {"duration_diff_percent": 25.0, "memory_diff_percent": 2.4},
            "performance_score": 75,
        },
    }
    assert memory == {
        "peak_usage_mb": 2048,
        "samples": [
            {"timestamp": START_MS // 1000 + n, "memory_mb": (GIB_KB + n * GIB_KB // 10) // MIB_KB}
            for n in range(11)
        ],
    }


def test_a_build_s_summary_has_whole_numbers_for_shells():
    failure = Failure("resource", 0.9, True, "", "", ())
    worse = compare(BuildFigures(10.0, 2048), BuildFigures(8.0, 2000))

    assert build_summary.summary(used(WHOLE), "0.10.2", failure, worse) == {
        "package": "build",
        "version": "0.10.2",
        "telemetry": {
            "build_duration_seconds": 10,
            "peak_memory_mb": 2048,
            "network_downloaded_bytes": 10 * 2**20,
            "network_uploaded_bytes": 0,
            "failure_category": "resource",
            "performance_regressions": ["Build duration increased by 25%"],
        },
    }


def test_without_samples_a_build_s_summary_is_null():
    nothing = measure(Job("build", None, None), [])
    told = build_summary.telemetry(nothing, None, ALONE)

    assert [*told.values()] == [None, None, None, None, "", []]


def test_without_samples_metrics_are_null_and_still_json():
    nothing = measure(Job("build", None, None), [])
    told = build_session.metrics(nothing, [], [], HERE, NOTHING, None, ALONE)

    assert json.loads(json.dumps(told, allow_nan=False)) == told
    session = told["build_session"]
    assert isinstance(session, dict)
    assert {value for key, value in session.items() if key not in {"hostname", "os_info"}} == {None}


@pytest.mark.parametrize("limit", [None, GIB_KB])
def test_memory_is_the_control_group_s_where_one_limits_it(limit: int | None):
    found = batch()
    found.columns[samples.CGROUP_MEMORY_KB] = [MIB_KB] * 11
    found.host.memory_limit_kb = limit
    told = build_session.memory_samples([found])

    assert told[0]["memory_mb"] == (1 if limit else 1024)


def test_of_a_long_session_the_peaks_are_told():
    long = [batch() for _ in range(1000)]
    told = build_session.memory_samples(long)

    assert len(told) == build_session.MOST_SAMPLES
    assert max(sample["memory_mb"] for sample in told) == 2048  # type: ignore[type-var]


ROUTE = b"""Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
eth0\t00000000\t010011AC\t0003\t0\t0\t0\t00000000\t0\t0\t0
"""
TCP = b"""  sl  local_address rem_address   st tx_queue rx_queue
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000
"""


def test_the_interface_is_that_of_the_default_route():
    assert parse_default_interface(ROUTE) == "eth0"
    assert parse_default_interface(ROUTE.partition(b"eth0")[0]) is None
    assert parse_default_interface(b"") is None


def test_connections_are_those_that_are_established():
    assert parse_established(TCP) == 2
    assert parse_established(b"") == 0


def test_where_nothing_can_be_read_nothing_is_known():
    told = surroundings("/nowhere")

    assert (told.interface, told.connection_count) == (None, None)
    assert told.hostname == os.uname().nodename
